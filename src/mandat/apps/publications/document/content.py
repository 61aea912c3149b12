"""What the PDF says, as plain data in one language: the typesetting reads nothing else.

Every text is data: the template prints strings and never reads them as markup.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mandat.apps.programme.published import Published
from mandat.apps.programme.schema import Commitment, Measure
from mandat.apps.programme.standing import CommitmentStanding, MeasureStanding, standings
from mandat.apps.programme.vocabulary import AUDIENCES, MARKERS, TRUTHS
from mandat.apps.publications.site import Stamp
from mandat.engines.indicators.status import LABELS, Status
from mandat.kernel.text import Language, speaking
from mandat.web import formats
from mandat.web.charts.carre import Cell, carre
from mandat.web.charts.svg import COLOURS, INK, PAPER
from mandat.web.typography import typeset

#: The rules the site's style sheet gives the picture, for a renderer that reads no style sheet.
_STYLE = (
    f".cell{{stroke:{INK};fill:{PAPER}}}"
    f".no{{fill:{INK};stroke:{PAPER};stroke-width:3.5px;paint-order:stroke;stroke-linejoin:round;"
    "font-weight:bold;font-size:14px;text-anchor:middle}"
    f".no--kept,.no--broken{{fill:{PAPER};stroke:none}}.no--broken{{stroke:{COLOURS['broken']}}}"
    f".w-paper{{stroke:{PAPER};fill:{PAPER}}}"
    + "".join(f".w-{status}{{stroke:{colour};fill:{colour}}}" for status, colour in COLOURS.items())
)


def content(current: Published, *, language: Language, stamp: Stamp, as_of: dt.date) -> dict[str, Any]:
    """Everything the document prints, in ``language``, as it stands on ``as_of``. One query."""
    with translation.override(language), speaking(language):
        found = standings(current, as_of=as_of)
        return _Writer(current, language, stamp, as_of, found).document()


class _Writer:
    def __init__(
        self,
        current: Published,
        language: Language,
        stamp: Stamp,
        as_of: dt.date,
        found: dict[int, MeasureStanding],
    ) -> None:
        self.current, self.language, self.stamp, self.as_of, self.found = current, language, stamp, as_of, found

    def say(self, words: Any) -> str:
        return typeset(str(getattr(words, self.language)), self.language)

    def set(self, words: str) -> str:
        return typeset(words, self.language)

    def url(self, name: str, *args: object) -> str:
        return str(settings.SITE_URL + reverse(name, args=args))

    def document(self) -> dict[str, Any]:
        programme = self.current.programme
        day = formats.day(self.as_of)
        demo = settings.MANDAT_DEMO
        notice = _("Demonstration: every fact and figure of progress in this document is synthetic.")
        return {
            "lang": self.language,
            "title": self.say(programme.title),
            "date": [self.as_of.year, self.as_of.month, self.as_of.day],
            "demo": self.set(notice) if demo else "",
            "kicker": self.set(_("Public programme")),
            "place": programme.region_name,
            "mandate": self.set(
                _("Term of office from %(start)s to %(end)s")
                % {"start": formats.day(programme.mandate.start), "end": formats.day(programme.mandate.end)}
            ),
            "as_of": self.set(_("As it stood on %(day)s") % {"day": day}),
            "counts": self._counts(),
            "carre": self._carre(),
            "carre_alt": self._carre_alt(),
            "legend": self._legend(),
            "about": self._about(),
            "words": self._words(),
            "colours": COLOURS,
            "pillars": [self._pillar(code) for code in self.current.pillars],
            "proof": {
                "size": self.set(
                    ngettext("Journal of %(n)s fact", "Journal of %(n)s facts", self.stamp.size)
                    % {"n": formats.number(self.stamp.size, 0)}
                ),
                "root": self.stamp.root.hex(),
                "url": settings.SITE_URL,
            },
        }

    def _counts(self) -> str:
        current = self.current
        parts = [
            ngettext("%(n)s pillar", "%(n)s pillars", len(current.pillars)) % {"n": len(current.pillars)},
            ngettext("%(n)s chapter", "%(n)s chapters", len(current.chapters)) % {"n": len(current.chapters)},
            ngettext("%(n)s measure", "%(n)s measures", len(current.measures)) % {"n": len(current.measures)},
            ngettext("%(n)s commitment", "%(n)s commitments", len(current.commitments))
            % {"n": len(current.commitments)},
        ]
        return self.set(" · ".join(parts))

    def _cells(self) -> list[Cell]:
        ranks = {code: rank for rank, code in enumerate(self.current.pillars, start=1)}
        return [
            Cell(
                number=number,
                title=self.say(measure.title),
                status=self.found[number].status.value,
                word=str(LABELS[self.found[number].status]),
                rank=ranks[self.current.chapter_of[number].pillar],
            )
            for number, measure in self.current.measures.items()
        ]

    def _carre(self) -> str:
        """The picture with its colours written in: outside the site there is no style sheet."""
        svg = carre(self._cells(), name="cover")
        head, rest = svg.split(">", 1)
        return f"{head}><style>{_STYLE}</style>{rest}"

    def _tally(self) -> Counter[Status]:
        return Counter(standing.status for standing in self.found.values())

    def _carre_alt(self) -> str:
        parts = [f"{count} {LABELS[status]}" for status, count in sorted(self._tally().items(), key=lambda x: -x[1])]
        title = ngettext(
            "The %(n)s measure of the programme, one cell: ",
            "The %(n)s measures of the programme in their order, one cell each: ",
            len(self.current.measures),
        )
        return self.set(title % {"n": len(self.current.measures)} + ", ".join(parts) + ".")

    def _legend(self) -> list[dict[str, Any]]:
        tally = self._tally()
        return [{"status": s.value, "word": str(LABELS[s]), "count": tally[s]} for s in Status if tally[s]]

    def _about(self) -> list[dict[str, str]]:
        programme = self.current.programme
        parts = [
            (_("Where this text comes from"), programme.source),
            (_("What this document does not claim"), programme.neutrality),
            (_("The dates"), programme.mandate.assumption),
            (_("How the status is computed"), self.current.rule.text),
        ]
        if settings.MANDAT_DEMO:
            parts.insert(0, (_("Synthetic facts"), programme.synthetic))
        return [{"title": self.set(title), "text": self.say(words)} for title, words in parts]

    def _words(self) -> dict[str, str]:
        return {
            key: self.set(words)
            for key, words in {
                "contents": _("Contents"),
                "about": _("Read this first"),
                "figures": _("Original figures"),
                "markers": _("Markers"),
                "responsible": _("Who is in charge"),
                "audiences": _("For whom"),
                "goal": _("Goal"),
                "now": _("Today"),
                "due": _("Due by"),
                "kept_when": _("Kept when"),
                "milestones": _("Milestones"),
                "page": pgettext("page number", "page"),
                "of": pgettext("page number", "of"),
                "proof": _("Check this document"),
                "proof_text": _(
                    "Every figure is computed from public facts. The journal that holds them is signed: its root at the date of this document is below. Each measure online leads to its facts and their proofs."
                ),
                "root": _("Root of the journal"),
                "online": _("Online"),
            }.items()
        }

    def _pillar(self, code: str) -> dict[str, Any]:
        pillar = self.current.pillars[code]
        return {
            "heading": self.set(
                _("Pillar %(number)s: %(title)s") % {"number": pillar.number, "title": self.say(pillar.title)}
            ),
            "goal": self.say(pillar.goal),
            "chapters": [
                {
                    "heading": self.set(
                        _("Chapter %(number)s: %(title)s")
                        % {"number": chapter.number, "title": self.say(chapter.title)}
                    ),
                    "goal": self.say(chapter.goal),
                    "measures": [self._measure(measure) for measure in chapter.measures],
                }
                for chapter in self.current.chapters_of(code)
            ],
        }

    def _measure(self, measure: Measure) -> dict[str, Any]:
        standing = self.found[measure.number]
        body = self.current.bodies[measure.responsible]
        return {
            "heading": f"{measure.number}. {self.say(measure.title)}",
            "summary": self.say(measure.summary),
            "status": standing.status.value,
            "word": str(LABELS[standing.status]),
            "url": self.url("programme:measure", measure.number),
            "responsible": self.say(body.title),
            "audiences": self.set(", ".join(str(AUDIENCES[audience]) for audience in measure.audiences)),
            "figures": [
                {"value": formats.quantity(figure.value, figure.unit), "text": self.say(figure.text)}
                for figure in measure.figures
            ],
            "markers": [
                {"label": self.set(str(MARKERS[use.marker])), "because": typeset(use.because, "fr")}
                for use in measure.markers
            ],
            "commitments": [self._commitment(part) for part in standing.commitments],
        }

    def _commitment(self, part: CommitmentStanding) -> dict[str, Any]:
        commitment = part.commitment
        due = formats.day(self.current.due(commitment.code))
        if commitment.due_from == "assumption":
            due = _("%(day)s (assumed: the source gives no date)") % {"day": due}
        return {
            "code": commitment.code,
            "truth": self.set(str(TRUTHS[commitment.truth])),
            "promise": self.say(commitment.promise),
            "kept_when": self.say(commitment.kept_when),
            "status": part.status.value,
            "word": str(LABELS[part.status]),
            "reason": self.set(str(part.standing.reason)),
            "goal": self._goal(commitment),
            "now": self._now(part),
            "due": self.set(due),
            "milestones": [
                {
                    "title": self.say(milestone.title),
                    "text": self.set(self._milestone(milestone.due, part.milestones.get(milestone.code))),
                }
                for milestone in commitment.milestones
            ],
        }

    def _goal(self, commitment: Commitment) -> str:
        goal = commitment.goal
        words = formats.quantity(goal.value, goal.unit)
        if goal.direction == "down":
            words = _("%(value)s at most") % {"value": words}
        if goal.each == "year":
            words = _("%(value)s each year") % {"value": words}
        if not goal.promised:
            words = _("no figure was promised; criterion set here: %(value)s") % {"value": words}
        return self.set(words)

    def _now(self, part: CommitmentStanding) -> str:
        value, standing = part.value, part.standing
        if value.value is None:
            return self.set(_("unknown: no fact yet"))
        words = formats.quantity(value.value, part.commitment.goal.unit)
        if part.commitment.goal.each == "year":
            words = _("%(value)s this year") % {"value": words}
        if value.last_day is not None:
            words = _("%(value)s (latest fact: %(day)s)") % {"value": words, "day": formats.day(value.last_day)}
        if standing.stale_since is not None:
            words += _(", out of date since %(day)s") % {"day": formats.day(standing.stale_since)}
        return self.set(words)

    def _milestone(self, due: dt.date, reached: dt.date | None) -> str:
        if reached is not None:
            return _("reached on %(day)s (due on %(due)s)") % {"day": formats.day(reached), "due": formats.day(due)}
        if due < self.as_of:
            return _("missed: was due on %(due)s") % {"due": formats.day(due)}
        return _("due on %(due)s") % {"due": formats.day(due)}
