"""Processes for everyone: the list, one process, its calendar, how its rules changed, and the way in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.participation import plain, standing
from mandat.apps.participation.components import runner_of
from mandat.apps.participation.definitions import (
    PublishedProcess,
    latest_published,
    published_processes,
    version_of,
)
from mandat.apps.participation.differing import Difference, differing
from mandat.apps.participation.forms import JoinForm, ProcessFilters
from mandat.apps.participation.models import ProcessRun, RulesChange
from mandat.apps.participation.schema import Phase
from mandat.apps.participation.services.joining import participant_join
from mandat.apps.participation.services.running import begins, ends
from mandat.apps.participation.services.votes import chosen
from mandat.apps.participation.standing import NotEntitled
from mandat.apps.participation.tallies import all_tallies, tallies_of
from mandat.apps.participation.views.shared import (
    component_or_404,
    component_url,
    crumbs,
    fresh,
    place_of,
    process_or_404,
    signed_in,
    user_of,
)
from mandat.apps.programme.areas import area_of
from mandat.apps.programme.published import published as programme
from mandat.apps.programme.views.shared import home_crumb, words
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.moments import PARIS, closing, opening
from mandat.kernel.text import Text
from mandat.web import formats, ics
from mandat.web.components import ActiveFilter, Card, Crumb, Filters, Link
from mandat.web.links import without


@require_safe
@fresh
def processes(request: HttpRequest) -> HttpResponse:
    """Open now first, then coming, then closed with what came of it."""
    at = timezone.now()
    form = ProcessFilters(request.GET or None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    known = [one for one in published_processes().values() if _matches(one, wanted, at)]
    tallies = all_tallies(known[0].programme) if known else {}
    groups: dict[str, list[tuple[Any, Card]]] = {"open": [], "coming": [], "closed": []}
    for one in known:
        state, key = _state(one, at)
        groups[state].append((key, _card(one, state, at, tallies)))
    labels = {"open": _("Open now"), "coming": _("Coming"), "closed": _("Closed, and what came of it")}
    shown = [
        {"code": code, "label": labels[code], "cards": [card for key, card in sorted(rows, key=lambda row: row[0])]}
        for code, rows in groups.items()
        if rows
    ]
    active = [
        ActiveFilter(field.label, dict(getattr(field, "choices", ())).get(wanted[name], wanted[name]), without(request.GET.urlencode(), name))
        for name, field in form.fields.items()
        if wanted.get(name)
    ]  # fmt: skip
    context = {
        "groups": shown,
        "filters": Filters(form, active, reverse("participation:list")),
        "any": bool(published_processes()),
        "crumbs": [home_crumb(), Crumb(_("Take part"), reverse("participation:hub")), Crumb(_("Processes"))],
    }
    return render(request, "participation/processes.html", context)


def _matches(one: PublishedProcess, wanted: dict[str, Any], at: dt.datetime) -> bool:
    process = one.process
    if wanted.get("theme"):
        chapters = programme().chapter_of
        if not any(number in chapters and chapters[number].code == wanted["theme"] for number in process.measures):
            return False
    if wanted.get("mesure") and int(wanted["mesure"]) not in process.measures:
        return False
    if wanted.get("quoi") and not any(component.type == wanted["quoi"] for component in process.components):
        return False
    if wanted.get("faire") and wanted["faire"] not in _open_types(one, at):
        return False
    if wanted.get("lieu"):
        area = area_of(wanted["lieu"])
        around = set(territory.containing(area)) if area else set()
        if not area or (process.area not in around and not process.area.startswith(("region:", "perimeter:"))):
            return False
    return True


def _open_types(one: PublishedProcess, at: dt.datetime) -> set[str]:
    return {component.type for component in one.process.components if one.open_until(component, at)[0]}


def _state(one: PublishedProcess, at: dt.datetime) -> tuple[str, Any]:
    """Open, coming or closed, and the key it is sorted by: what ends soonest, what begins soonest, what ended last."""
    first, last = begins(one), ends(one)
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    if at < first:
        return "coming", first
    if last is not None and at >= last:
        return "closed", -last.timestamp()
    return "open", (
        not _open_types(one, at),
        min((closing(p.closes) for p in one.phases_at(at) if p.closes), default=far),
    )


def _card(one: PublishedProcess, state: str, at: dt.datetime, tallies: dict[str, Any]) -> Card:
    process = one.process
    kicker = ""
    if state == "coming":
        kicker = _("opens on %(day)s") % {"day": formats.day(begins(one))}
    elif state == "closed":
        last = ends(one)
        kicker = _("closed on %(day)s") % {"day": formats.day(plain.last_day(last))} if last else ""
    else:
        closes = [closing(phase.closes) for phase in one.phases_at(at) if phase.closes and phase.does]
        doing = ", ".join(str(plain.DOES[type_]) for type_ in plain.DOES if type_ in _open_types(one, at))
        until = _("until %(day)s") % {"day": formats.day(plain.last_day(min(closes)))} if closes else _("at any time")
        kicker = f"{doing}, {until}" if doing else _("under way")
    tally = tallies.get(one.code)
    foot = ""
    if tally is not None and tally.participants:
        counts = (
            (tally.participants, Text("personne", "participant"), Text("personnes", "participants")),
            (tally.proposals, Text("proposition", "proposal"), Text("propositions", "proposals")),
            (tally.supports, Text("soutien", "support"), Text("soutiens", "supports")),
        )
        foot = ", ".join(
            str(
                Text(
                    f"{formats.number(n, 0)} {(many if n > 1 else one_).fr}",
                    f"{formats.number(n, 0)} {(many if n > 1 else one_).en}",
                )
            )
            for n, one_, many in counts
            if n
        )
    return Card(
        process.title, reverse("participation:process", args=[one.code]), text=process.summary, kicker=kicker, foot=foot
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A phase on the line of time. ``state``: past, now or coming."""

    phase: Phase
    state: str
    opens: dt.datetime
    last: dt.date | None
    does: Sequence[Link]


def steps(one: PublishedProcess, at: dt.datetime) -> list[Step]:
    found = []
    for phase in one.process.phases:
        opens, closes = opening(phase.opens), closing(phase.closes) if phase.closes is not None else None
        state = "coming" if at < opens else "past" if closes is not None and at >= closes else "now"
        codes = list(dict.fromkeys(done.split(":")[0] for done in phase.does))
        does = [
            Link(component.title, component_url(one, component.code))
            for component in one.process.components
            if component.code in codes
        ]
        last = plain.last_day(closes.astimezone(opens.tzinfo)) if closes is not None else None
        found.append(Step(phase, state, opens, last, does))
    return found


def _opens(one: PublishedProcess, component: Any, at: dt.datetime) -> Text | None:
    """From when everyone may act in a component; None where nothing more opens."""
    later = min((opens for phase in one.phases_of(component) if (opens := opening(phase.opens)) > at), default=None)
    return None if later is None else Text(f"Ouvre le {formats.start(later)}", f"Opens on {formats.start(later)}")


@require_safe
@fresh
def process(request: HttpRequest, process: str) -> HttpResponse:
    """What is at stake, who can take part and how that is known, when, in what, by which rules, and who answers."""
    one = process_or_404(process)
    at = timezone.now()
    shown, current = one.process, programme(one.programme)
    line = steps(one, at)
    parts = []
    for component in shown.components:
        runner = runner_of(component.type)
        moments = one.moments_at(component.code, at)
        serving = bool(moments) and set(moments) <= plain.OF_SERVICES
        open_, until = one.open_until(component, at)
        does = [plain.MOMENTS[moment] for moment in moments] or [plain.DOES[component.type]]
        parts.append(
            {
                "component": component,
                "type": plain.TYPES[component.type],
                "does": does,
                "act": ", ".join(map(words, does)),
                "serving": serving,
                "url": component_url(one, component.code) if runner is not None else "",
                "figures": list(runner.summary(one, component)) if runner is not None else [],
                "open": open_,
                "until": plain.last_day(until.astimezone(PARIS)) if until is not None else None,
                "when": _opens(one, component, at),
                "rules": plain.rules(component),
                "chosen": chosen(one, component) if component.type == "vote" else [],
            }
        )
    parts.sort(key=lambda part: not part["open"])
    run = ProcessRun.objects.filter(programme=one.programme, process=one.code).first()
    changes = list(RulesChange.objects.filter(run=run).order_by("-made_at", "-pk")[:5]) if run is not None else []
    latest = latest_published(one.code, one.programme) if run is not None and run.frozen_at else None
    tally = tallies_of(one.programme, one.code).get("")
    counts = (
        (_("participants"), tally.participants), (_("proposals"), tally.proposals),
        (_("supports"), tally.supports), (_("comments"), tally.comments),
    ) if tally is not None else ()  # fmt: skip
    context = {
        "one": one,
        "process": shown,
        "owner": plain.body_title(shown.owner),
        "scope": plain.SCOPES[shown.scope],
        "steps": line,
        "now": [step for step in line if step.state == "now"],
        "closed": all(step.state == "past" for step in line),
        "parts": parts,
        "verification": plain.verification(shown),
        "qualities": [plain.QUALITIES[code] for code in shown.participants.qualities],
        "places": standing.area_words(shown.participants.areas),
        "duty": plain.duty(shown.answer) if shown.answer is not None else None,
        "measures": [
            Link(f"{number}. {words(current.measures[number].title)}", reverse("programme:measure", args=[number]))
            for number in shown.measures
            if number in current.measures
        ],
        "run": run,
        "changes": changes,
        "pending": latest is not None and latest.ref.version != one.ref.version,
        "tally": [(label, count) for label, count in counts if count],
        "asked": any(part["open"] or part["when"] for part in parts),
        "place": place_of(request, one),
        "target": f"process:{one.code}",
        "source": f"process:{one.code}",
        "crumbs": crumbs(one),
    }
    return render(request, "participation/process.html", context)


@require_safe
def component(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """A component's own page: here for those of this app, elsewhere for the others."""
    one = process_or_404(process)
    found = component_or_404(one, component)
    from mandat.apps.participation.views import pages

    own = pages.OWN.get(found.type)
    if own is not None:
        return own(request, one, found)
    runner = runner_of(found.type)
    if runner is None:
        return redirect("participation:process", process=one.code)
    return redirect(runner.url(one, found))


@require_safe
def calendar(request: HttpRequest, process: str) -> HttpResponse:
    """The phases of a process, to be kept in a calendar of one's own."""
    one = process_or_404(process)
    run = ProcessRun.objects.filter(programme=one.programme, process=one.code).first()
    stamp = run.opened_at if run is not None else timezone.now()
    url = request.build_absolute_uri(reverse("participation:process", args=[one.code]))
    title = words(one.process.title)
    events = []
    for phase in one.process.phases:
        opens = opening(phase.opens)
        closes = closing(phase.closes) if phase.closes is not None else opens + dt.timedelta(hours=1)
        events.append(
            ics.Event(
                uid=f"process-{one.code}-{phase.code}",
                starts_at=opens,
                ends_at=closes,
                summary=f"{title} – {words(phase.title)}",
                description=words(phase.text) if phase.text is not None else "",
                stamp=stamp,
                url=url,
                sequence=one.ref.version,
            )
        )
    content = ics.calendar(events, name=title, language=request.LANGUAGE_CODE)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{one.code}.ics"'
    return response


@require_safe
@fresh
def rules(request: HttpRequest, process: str) -> HttpResponse:
    """The rules in force and each change they went through, old and new side by side."""
    one = process_or_404(process)
    run = ProcessRun.objects.filter(programme=one.programme, process=one.code).first()
    changes: list[tuple[RulesChange, list[Difference]]] = []
    if run is not None:
        for change in RulesChange.objects.filter(run=run).order_by("-made_at", "-pk")[:20]:
            before = version_of(one.code, change.before, one.programme)
            after = version_of(one.code, change.after, one.programme)
            changes.append((change, differing(before.process, after.process)))
    latest = latest_published(one.code, one.programme)
    pending = []
    if run is not None and run.frozen_at and latest is not None and latest.ref.version != one.ref.version:
        pending = differing(one.process, latest.process)
    context = {
        "one": one,
        "process": one.process,
        "run": run,
        "changes": changes,
        "pending": pending,
        "components": [(component, plain.rules(component)) for component in one.process.components],
        "crumbs": crumbs(one, Crumb(_("Rules"))),
    }
    return render(request, "participation/rules.html", context)


@fresh
@signed_in
def join(request: HttpRequest, process: str) -> HttpResponse:
    """Say once who one is for this process: the least that its rules ask."""
    one = process_or_404(process)
    user = user_of(request)
    back = request.POST.get("next") or request.GET.get("next") or reverse("participation:process", args=[one.code])
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("participation:process", args=[one.code])
    place = standing.found(user, one)
    form = JoinForm(request.POST or None, published=one, user=user, place=place)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            joined = participant_join(user=user, process=one.code, **form.given())
        except NotEntitled as error:
            refused = error.reason
        except InputError as error:
            form.add_error(None, str(error))
        else:
            missing = standing.conditions(joined, one, user=user)
            if missing is not None:
                refused = missing
            else:
                messages.success(request, _("You may take part."))
                return redirect(back)
    context = {
        "one": one,
        "process": one.process,
        "form": form,
        "refused": refused,
        "place": place,
        "back": back,
        "verification": plain.verification(one.process),
        "crumbs": crumbs(one, Crumb(_("Who you are"))),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "participation/join.html", context, status=status)
