"""For everyone: how a panel is drawn and checked, what it looks like beside the population, its sessions, its opinion and the answers."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mandat.apps.answers.models import Duty
from mandat.apps.ledger.models import major
from mandat.apps.panels import drawing
from mandat.apps.panels.models import Draw, Opinion, Panel, Presence, Sitting
from mandat.apps.panels.services.inviting import letters_plan
from mandat.apps.panels.services.opinions import source_of
from mandat.apps.panels.terms import PanelTerms
from mandat.apps.panels.terms import panels as all_panels
from mandat.apps.panels.views.shared import crumbs, panel_of, terms_or_404
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.engines.disclosure import SMALLEST, withhold_line
from mandat.web import formats
from mandat.web.components import Card, Column, Table


@require_safe
def panels(request: HttpRequest) -> HttpResponse:
    """Every panel."""
    programme_or_404()
    cards = []
    for one in all_panels():
        found = panel_of(one)
        cards.append(
            Card(
                words(one.title), reverse("panels:panel", args=[one.process, one.code]), words(one.rules.question),
                kicker=str(found.get_state_display()) if found else _("not begun yet"),
                foot=_("%(count)s seats") % {"count": one.rules.size},
            )
        )  # fmt: skip
    return render(request, "panels/panels.html", {"crumbs": crumbs(), "cards": cards})


@require_safe
def panel(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """One panel, from the letters to the answers."""
    current = programme_or_404()
    terms, now = terms_or_404(process, component), timezone.now()
    found = panel_of(terms)
    draws = list(found.draws.defer("document").order_by("rank")) if found else []
    held = [one for one in draws if one.drawn_at is not None]
    values = {
        "crumbs": crumbs(terms),
        "terms": terms,
        "rules": terms.rules,
        "process": terms.published.process,
        "panel": found,
        "open": (found is None or found.state == Panel.State.OPEN)
        and terms.published.is_open(component, now, moment="volunteer"),
        "draws": draws,
        "sittings": _sittings(found) if found else [],
        "paid": _allowances(found) if found else None,
        "opinion": _opinion(found) if found else None,
        "measures": [current.measures[n] for n in terms.published.process.measures if n in current.measures],
        "commands": _commands(terms, held[-1]) if held else None,
        "last": held[-1] if held else None,
    }
    return render(request, "panels/panel.html", values)


@require_safe
def wanted(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """Who is wanted on a panel, and how they are invited."""
    programme_or_404()
    terms = terms_or_404(process, component)
    found = panel_of(terms)
    values = {
        "crumbs": crumbs(terms),
        "terms": terms,
        "panel": found,
        "quotas": _quotas(terms),
        "letters": _letters(terms) if terms.rules.strata else None,
    }
    return render(request, "panels/wanted.html", values)


@require_safe
def composition(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """Who volunteered and who sits, beside the population: counts alone."""
    programme_or_404()
    terms = terms_or_404(process, component)
    found = panel_of(terms)
    if found is None or not found.closed_at:
        raise Http404(component)
    held = found.draws.exclude(drawn_at=None).defer("document").order_by("rank").last()
    values = {
        "crumbs": crumbs(terms),
        "terms": terms,
        "composition": _composition(terms, found, held) if held else None,
        "pool": _pool(terms, found),
    }
    return render(request, "panels/composition.html", values)


def _quotas(terms: PanelTerms) -> list[Table]:
    """What the panel must look like, and where the population's shares come from."""
    found = []
    for feature in terms.rules.features:
        rows = [
            (
                words(one.label),
                f"{one.least}–{one.most}" if one.least != one.most else str(one.least),
                _share(one.share),
            )
            for one in feature.values
        ]
        columns = [Column(words(feature.label)), Column(_("Seats"), right=True), Column(_("Population"), right=True)]
        caption = _("%(what)s: seats fixed beforehand") % {"what": words(feature.label)}
        found.append(Table(caption, columns, rows, note=words(feature.source) if feature.source else ""))
    return found


def _share(value: Decimal | None) -> str:
    return "–" if value is None else formats.percent(value)


def _letters(terms: PanelTerms) -> Table:
    labels = {one.code: words(one.label) for one in terms.rules.strata}
    return Table(
        caption=_("Letters by stratum"),
        columns=[
            Column(_("Where")),
            Column(_("Letters"), right=True),
            Column(_("Volunteers they bring, 95 times in 100"), right=True),
        ],
        rows=[
            (labels[one.stratum], formats.number(one.letters), formats.number(one.needed))
            for one in letters_plan(terms)
        ],
    )


def _pool(terms: PanelTerms, found: Panel) -> list[Table]:
    """The pool by feature; counts that would single somebody out withheld."""
    made = []
    for feature in terms.rules.features:
        counts: dict[str, int] = found.counts.get(feature.code, {})  # type: ignore[assignment]
        line = withhold_line([counts.get(one.value, 0) for one in feature.values], total_known=True)
        rows = [
            (words(one.label), _("withheld") if shown is None else formats.number(shown))
            for one, shown in zip(feature.values, line.cells, strict=True)
        ]
        caption = _("%(what)s: volunteers") % {"what": words(feature.label)}
        made.append(Table(caption, [Column(words(feature.label)), Column(_("Volunteers"), right=True)], rows))
    return made


def _composition(terms: PanelTerms, found: Panel, draw: Draw) -> list[Table]:
    """The panel beside the population, from what is published: the pool and the numbers drawn."""
    chosen = set(draw.selected)
    text = Panel.objects.filter(pk=found.pk).values_list("pool", flat=True).get()
    people = drawing.pool_of(text, terms.quotas)
    rows = [one.features for one in people.people if one.id in chosen]
    made = []
    for rank, feature in enumerate(terms.rules.features):
        counts = Counter(features[rank] for features in rows)
        line = withhold_line(
            [counts[one.value] for one in feature.values],
            smallest=1 if len(rows) < SMALLEST else SMALLEST,
            total_known=True,
        )
        table = [
            (
                words(one.label),
                _("withheld") if shown is None else formats.number(shown),
                "–" if shown is None or not rows else formats.percent(Decimal(shown * 100) / len(rows)),
                _share(one.share),
            )
            for one, shown in zip(feature.values, line.cells, strict=True)
        ]
        columns = [
            Column(words(feature.label)),
            Column(_("Members"), right=True),
            Column(_("Panel"), right=True),
            Column(_("Population"), right=True),
        ]
        made.append(Table(_("%(what)s: members drawn by lot") % {"what": words(feature.label)}, columns, table))
    return made


def _sittings(found: Panel) -> list[tuple[Sitting, int | None]]:
    """Sessions, and how many came: withheld under five."""
    rows = found.sittings.annotate(came=Count("presences")).order_by("rank")
    return [(one, (one.came if one.came >= SMALLEST else None) if one.closed_on else None) for one in rows]


def _allowances(found: Panel) -> Decimal | None:
    total = Presence.objects.filter(sitting__panel=found, paid_on__isnull=False).aggregate(all=Sum("allowance"))["all"]
    return major(total, "EUR") if total else None


def _opinion(found: Panel) -> dict[str, Any] | None:
    """The opinion, each recommendation with the duty of answer it made."""
    opinion = Opinion.objects.filter(panel=found).first()
    if opinion is None:
        return None
    recommendations = list(opinion.recommendations.select_related("opinion__panel").order_by("rank"))
    sources = [source_of(one) for one in recommendations]
    duties = {one.source: one for one in Duty.objects.filter(programme=found.programme, source__in=sources)}
    return {
        "opinion": opinion,
        "recommendations": [
            (one, source, duties.get(source)) for one, source in zip(recommendations, sources, strict=True)
        ],
    }


def _commands(terms: PanelTerms, draw: Draw) -> list[str]:
    """How anyone draws again from the published files."""
    more = (f" --keep {','.join(draw.kept)}" if draw.kept else "") + (
        f" --exclude {','.join(draw.excluded)}" if draw.excluded else ""
    )
    return [
        f"mandat draw vivier.csv quotas.csv --seats {terms.rules.size}{more} --replay loterie.json --number '{draw.number}'"
    ]


def _panel_or_404(process: str, component: str) -> tuple[PanelTerms, Panel]:
    terms = terms_or_404(process, component)
    found = panel_of(terms, pool=True)
    if found is None or not found.pool:
        raise Http404(process)
    return terms, found


def _file(content: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def pool_csv(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """The pool without names: what ``mandat draw`` reads."""
    _terms, found = _panel_or_404(process, component)
    return _file(found.pool, "text/csv", "vivier.csv")


@require_safe
def quotas_csv(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """The quotas of the definition."""
    return _file(drawing.quotas_csv(terms_or_404(process, component).quotas), "text/csv", "quotas.csv")


@require_safe
def lottery_json(request: HttpRequest, process: str, component: str, rank: int) -> HttpResponse:
    """The numbered lottery of a draw, as published before it."""
    _terms, found = _panel_or_404(process, component)
    return _file(get_object_or_404(Draw, panel=found, rank=rank).document, "application/json", "loterie.json")
