"""What a kit to print is made of: its subject, the sheets it has, and the content of each, from what is published alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from mandat.apps.ballots.choices import GRADES
from mandat.apps.ballots.models import Channel, Poll
from mandat.apps.desk import sealing
from mandat.apps.desk.adapters import adapter_of
from mandat.apps.desk.models import Carnet, Section
from mandat.apps.meetings import calendars
from mandat.apps.meetings import selectors as meetings
from mandat.apps.participation.definitions import published_processes
from mandat.apps.petitions import selectors as petitions
from mandat.apps.petitions.terms import terms_of
from mandat.kernel.periods import PARIS
from mandat.kernel.text import Text, current_language
from mandat.web import formats, typeset
from mandat.web.qr import qr_file

TEMPLATE = Path(__file__).parent / "typst" / "kit.typ"
#: Lines of a page of signatures, of attendance.
LINES, ROWS = 14, 22


@dataclass(frozen=True, slots=True)
class Subject:
    """What a kit is about. ``facts`` are pairs shown under the title; ``source`` what its own sheets are made from."""

    sort: str
    code: str
    title: Text
    lead: Text
    url: str
    facts: Sequence[tuple[str, str]] = ()
    source: Any = None
    synthetic: bool = False
    sheets: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a kit: its words, and what fills it."""

    code: str
    label: Any
    help: Any
    content: Callable[[Subject], dict[str, Any]]
    paper: str = "a4"


def subject_of(sort: str, code: str) -> Subject | None:
    """The subject of a kit; None where there is none of that code, or it is not public."""
    finder = _SORTS.get(sort)
    return finder(code) if finder is not None else None


def _address(name: str, *arguments: str) -> str:
    try:
        return settings.SITE_URL + reverse(name, args=arguments)
    except NoReverseMatch:
        return settings.SITE_URL + "/"


def _meeting(code: str) -> Subject | None:
    found = meetings.meeting(code)
    if found is None:
        return None
    start, end = found.starts_at.astimezone(PARIS), found.ends_at.astimezone(PARIS)
    hours = _("%(start)s to %(end)s") % {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    facts = [(_("When"), f"{formats.day(start.date())}, {hours}"), (_("Where"), calendars.where(found))]
    return Subject(
        "meeting", code, found.title, found.text, _address("meetings:meeting", code), facts, found, found.synthetic,
        ("poster-a4", "poster-a3", "attendance"),
    )  # fmt: skip


def _process(code: str) -> Subject | None:
    found = published_processes().get(code)
    if found is None:
        return None
    process = found.process
    facts = [(_("Who may take part"), getattr(process.participants.text, current_language()))]
    coming = [phase for phase in process.phases if phase.closes is not None]
    if coming:
        end = found.closes_at(coming[-1].does[0].split(":")[0]) if coming[-1].does else None
        if end is not None:
            facts.append((_("Until"), formats.moment(end - dt.timedelta(seconds=1))))
    return Subject(
        "process", code, Text(process.title.fr, process.title.en), Text(process.summary.fr, process.summary.en),
        _address("participation:process", code), facts, found, process.synthetic, ("poster-a4", "poster-a3"),
    )  # fmt: skip


def _petition(code: str) -> Subject | None:
    found = petitions.public(settings.MANDAT_PROGRAMME).filter(reference=code).first()
    if found is None:
        return None
    terms = terms_of(found)
    facts = [(_("Who may sign"), _("from %(age)s years old") % {"age": terms.component.least_age})]
    if found.closes_at is not None:
        facts.append((_("Until"), formats.moment(found.closes_at - dt.timedelta(seconds=1))))
    text = Text(found.title, found.title)
    return Subject(
        "petition", code, text, Text(found.request_text, found.request_text), _address("petitions:petition", code), facts, found,
        found.synthetic, ("poster-a4", "poster-a3", "signatures"),
    )  # fmt: skip


def _poll(code: str) -> Subject | None:
    found = Poll.objects.filter(reference=code).select_related("roll").exclude(state="cancelled").first()
    if found is None:
        return None
    facts = [(_("Until"), formats.moment(found.closes_at - dt.timedelta(seconds=1)))]
    paper = Channel.PAPER in found.rules.channels
    sheets = ("ballot", "ballot-large", "guide", "tally", "batch") if paper else ()
    return Subject(
        "poll", code, found.title, found.question or Text("", ""), _address("ballots:poll", code), facts, found, found.synthetic,
        ("poster-a4", "poster-a3", *sheets),
    )  # fmt: skip


_SORTS: Mapping[str, Callable[[str], Subject | None]] = {
    "meeting": _meeting, "process": _process, "petition": _petition, "poll": _poll,
}  # fmt: skip


def _poster(subject: Subject) -> dict[str, Any]:
    return {
        "action": {
            "meeting": pgettext("poster", "Come"),
            "petition": pgettext("poster", "Sign"),
            "poll": pgettext("poster", "Vote"),
        }.get(subject.sort, pgettext("poster", "Take part"))
    }


def _attendance(subject: Subject) -> dict[str, Any]:
    return {
        "columns": [_("Name"), _("Age band (optional)"), _("Signature")],
        "rows": ROWS,
        "notice": _("This list serves to count who came. It is entered, then destroyed within a month. You may come without being named: tell the agent."),
        "ages": _("Age bands: 0-13, 14-17, 18-24, 25-39, 40-59, 60-74, 75 and over."),
        "foot": [_("Sheet n°"), _("Agent"), _("Lines filled"), _("People who came without a name")],
    }  # fmt: skip


def _signatures(subject: Subject) -> dict[str, Any]:
    petition = subject.source
    legal = []
    if petition.basis == "law":
        legal.append(_("CGCT, article L. 1112-16: one request a quarter to the same authority for each elector."))
    legal += [
        _("Each person signs once, on paper or on the site: a second signature is not counted."),
        _("Your birth name and date say who you are and are erased once the sheet is entered; your name is shown only if you tick the box."),
        _("You may read, correct or erase what concerns you: see “Your data” on the site."),
    ]  # fmt: skip
    return {
        "request": petition.request_text,
        "columns": [_("N°"), _("Birth name, given name"), _("Date of birth"), _("Commune"), _("Show my name"), _("Signature")],
        "rows": LINES,
        "legal": legal,
        "foot": [_("Batch n°"), _("Filled on"), _("Collected by"), _("Signatures counted by hand")],
    }  # fmt: skip


_HOW = {
    "single": gettext_lazy("Tick one box, and one only."),
    "yes-no": gettext_lazy("Tick one box, and one only."),
    "approval": gettext_lazy("Tick each choice you agree with, as many as you like."),
    "knapsack": gettext_lazy("Tick the projects you would fund. Their cost together may not pass the budget."),
    "ranking": gettext_lazy(
        "Write 1 beside your first choice, 2 beside the second, and so on. You may leave some blank."
    ),
    "cumulative": gettext_lazy("Share your points: write how many you give to each choice."),
    "majority-judgement": gettext_lazy("Tick one mention on each line."),
}


def _ballot(subject: Subject) -> dict[str, Any]:
    poll, language = subject.source, current_language()
    rules = poll.rules
    mentions = [one.in_(language) for one in GRADES] if rules.type == "majority-judgement" else []
    how = str(_HOW[rules.type])
    if rules.type == "cumulative" and rules.points:
        how = _("You have %(n)s points. ") % {"n": rules.points} + how
    if rules.type == "knapsack" and poll.budget is not None:
        how += " " + _("Budget: %(budget)s.") % {"budget": formats.euros(poll.budget)}
    return {
        "type": rules.type,
        "mark": "write" if rules.type in ("ranking", "cumulative") else "grid" if rules.type == "majority-judgement" else "tick",
        "how": how,
        "mentions": mentions,
        "options": [
            {"title": one.title.in_(language), "cost": formats.euros(one.cost) if one.cost is not None else ""} for one in poll.options
        ],
        "secret": _("Write nothing else: a ballot with a name or a sign is void. Fold it, and put it in the urn or the envelope yourself."),
        "choice": _("Choice"),
    }  # fmt: skip


def _guide(subject: Subject) -> dict[str, Any]:
    return {
        **_ballot(subject),
        "guide": _("Tactile guide: print on thick paper, cut out the windows, and lay it on the large-print ballot, its cut corner at the top right. The windows stand over the boxes, in the order read aloud."),
    }  # fmt: skip


def _tally(subject: Subject) -> dict[str, Any]:
    made = _ballot(subject)
    columns = made["mentions"] or ([_("Points")] if made["type"] == "cumulative" else [_("Votes, five by five")])
    if made["type"] == "ranking":
        columns = [str(rank) for rank in range(1, min(len(made["options"]), 8) + 1)]
    return {
        **made,
        "columns": columns,
        "note": _("Two people count: one reads, the other writes. Rankings and judgements are then entered ballot by ballot: this sheet checks the totals."),
        "foot": [_("Valid ballots"), _("Blank ballots"), _("Void ballots"), _("Counted by"), _("Checked by")],
    }  # fmt: skip


def _batch(subject: Subject) -> dict[str, Any]:
    return {
        "lines": [
            _("Urn or batch n°"), _("Place"), _("Opened on, at"), _("Closed on, at"), _("Names signed on the roll"), _("Envelopes kept shut (their numbers)"),
            _("Ballots found"), _("Valid ballots"), _("Blank ballots"), _("Void ballots"), _("Difference with the roll, and why"),
        ],
        "signers": [_("Agent who held the urn"), _("Agent who entered the ballots"), _("Another agent who checked them")],
        "note": _("This sheet goes with the ballots. The counts are entered on the site, where two agents must agree before the box is sealed."),
    }  # fmt: skip


SHEETS: Mapping[str, Sheet] = {
    one.code: one
    for one in (
        Sheet("poster-a4", gettext_lazy("Poster, A4"), gettext_lazy("With a QR code that opens the page."), _poster),
        Sheet("poster-a3", gettext_lazy("Poster, A3"), gettext_lazy("The same, for a door or a hall."), _poster, "a3"),
        Sheet("attendance", gettext_lazy("Attendance list"), gettext_lazy("Numbered lines; nobody has to give a name."), _attendance),
        Sheet("signatures", gettext_lazy("Signature sheet"), gettext_lazy("Numbered lines, legal mentions, a batch number to reconcile."), _signatures),
        Sheet("ballot", gettext_lazy("Paper ballot"), gettext_lazy("One a page, choices in the order of the vote."), _ballot),
        Sheet("ballot-large", gettext_lazy("Paper ballot in large print"), gettext_lazy("24 points, one choice a band, a corner to cut so that it is known by touch."), _ballot),
        Sheet("guide", gettext_lazy("Tactile guide"), gettext_lazy("To lay on the large-print ballot, with windows to cut out."), _guide),
        Sheet("tally", gettext_lazy("Tally sheet"), gettext_lazy("To count by hand, five by five."), _tally),
        Sheet("batch", gettext_lazy("Batch sheet"), gettext_lazy("What an urn held, signed by those who opened it."), _batch),
    )
}  # fmt: skip


def pdf(subject: Subject, sheet: Sheet) -> bytes:
    """One sheet as PDF/UA-1, in the language in force."""
    language = current_language()
    today = timezone.localdate()
    content = {
        "sheet": sheet.code,
        "paper": sheet.paper,
        "lang": language,
        "date": [today.year, today.month, today.day],
        "title": subject.title.in_(language),
        "lead": subject.lead.in_(language)[:900],
        "facts": [list(pair) for pair in subject.facts],
        "kind": str(sheet.label),
        "reference": f"{_SORT_WORDS[subject.sort]} {subject.code}",
        "issuer": _("The Region"),
        "url": subject.url.removeprefix("https://").removeprefix("http://"),
        "qr": qr_file(subject.url).decode(),
        "qr_alt": _("QR code that opens the address %(url)s") % {"url": subject.url},
        "demo": _("Demonstration: this document is worth nothing.")
        if subject.synthetic or settings.MANDAT_DEMO
        else "",
        "words": {"page": _("page"), "of": _("of")},
        **sheet.content(subject),
    }
    return typeset.pdf(TEMPLATE, content, day=today)


_SORT_WORDS = {
    "meeting": gettext_lazy("Meeting"), "process": gettext_lazy("Process"), "petition": gettext_lazy("Petition"), "poll": gettext_lazy("Poll"),
}  # fmt: skip


def blanks_pdf(carnet: Carnet, sections: Sequence[tuple[Section, Sequence[tuple[int, str]]]]) -> bytes:
    """The blanks of a carnet to fill by hand, each with its number and its control number."""
    language = current_language()
    today = timezone.localdate()
    blanks = []
    for section, numbers in sections:
        labels = [
            {"label": one.label.in_(language), "check": one.type == "check"}
            for one in adapter_of(section.kind).fields(section.target)
        ]
        title = section.title.in_(language)
        blanks += [{"number": f"{n}", "control": control, "title": title, "fields": labels} for n, control in numbers]
    content = {
        "sheet": "blanks",
        "paper": "a4",
        "lang": language,
        "date": [today.year, today.month, today.day],
        "title": _("Carnet %(code)s") % {"code": carnet.code},
        "kind": f"{carnet.title}, {formats.day(carnet.event_on)}",
        "reference": f"{sealing.FORMAT} {carnet.digest[:12]}",
        "issuer": _("The Region"),
        "demo": _("Demonstration: this document is worth nothing.") if carnet.synthetic else "",
        "words": {
            "page": _("page"), "of": _("of"), "blank": pgettext("carnet", "Blank"), "control": _("control"), "moment": _("Day and hour of collection"),
            "void": _("Struck out"),
        },
        "blanks": blanks,
    }  # fmt: skip
    return typeset.pdf(TEMPLATE, content, day=today)
