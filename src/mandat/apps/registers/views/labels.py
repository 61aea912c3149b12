"""For everyone: the labels, who holds one, and its proof."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from mandat.apps.grants.ruling import rule_of, rule_on
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.apps.registers.badge import badge as badge_svg
from mandat.apps.registers.models import Contract, Label, Period
from mandat.apps.registers.selectors import labels_held, schemes_of_type
from mandat.apps.registers.views.shared import label_crumbs, place, scheme_or_404
from mandat.apps.territory import selectors as territory
from mandat.apps.territory.maps import frame, patches
from mandat.web.components import Card, Column, Crumb, Link, Table
from mandat.web.formats import day as in_day
from mandat.web.formats import quantity
from mandat.web.maps import Map, choropleth
from mandat.web.spreadsheets import csv_file


@require_safe
def labels(request: HttpRequest) -> HttpResponse:
    """Every label, and how many hold it today."""
    current, today = programme_or_404(), timezone.localdate()
    schemes = schemes_of_type(current, "label")
    held = Counter(
        Label.objects.filter(programme=current.code, since__lte=today, until__gte=today)
        .exclude(ended_on__lte=today)
        .values_list("scheme", flat=True)
    )
    values = {
        "crumbs": [*label_crumbs()[:-1], Crumb(_("Labels"))],
        "cards": [
            Card(
                words(terms.document.title),
                reverse("registers:register", args=[terms.code]),
                words(terms.document.summary),
                _holders(held[terms.code]),
            )
            for terms in schemes
        ],
        "total": sum(held.values()),
    }
    return render(request, "registers/labels.html", values)


def _holders(count: int) -> str:
    if not count:
        return _("No holder yet")
    return _("%(count)s holders") % {"count": count} if count > 1 else _("1 holder")


@require_safe
def register(request: HttpRequest, scheme: str) -> HttpResponse:
    """The public register of one label: who holds it today, on a map and in a table, and who held it."""
    current, today = programme_or_404(), timezone.localdate()
    terms = scheme_or_404(current, scheme, "label")
    held = list(labels_held(current.code, scheme, today))
    past = Label.objects.filter(programme=current.code, scheme=scheme, ended_on__lte=today).select_related("holder")
    ended = list(past.order_by("-ended_on", "-pk")[:100])
    values = {
        "crumbs": [*label_crumbs(), Crumb(words(terms.document.title))],
        "terms": terms,
        "scheme": terms.document,
        "count": len(held),
        "holders": _table(held) if held else None,
        "ended": _ended(ended) if ended else None,
        "map": _map(current, held) if held else None,
        "csv_url": reverse("registers:register_csv", args=[scheme]),
        "measures": [current.measures[n] for n in terms.document.measures if n in current.measures],
    }
    return render(request, "registers/register.html", values)


def _table(held: list[Label]) -> Table:
    return Table(
        caption=_("Who holds it today"),
        columns=[Column(_("Holder")), Column(_("Commune")), Column(_("Since")), Column(_("Until"))],
        rows=[
            (
                Link(one.holder.name, reverse("registers:label", args=[one.scheme, one.reference])),
                place(f"commune:{one.commune}" if one.commune else ""),
                in_day(one.since),
                in_day(one.until),
            )
            for one in held
        ],
    )


def _ended(found: list[Label]) -> Table:
    return Table(
        caption=_("Who no longer holds it"),
        columns=[Column(_("Holder")), Column(_("Ended on")), Column(_("Why"))],
        rows=[
            (
                Link(one.holder.name, reverse("registers:label", args=[one.scheme, one.reference])),
                in_day(one.ended_on or one.until),
                one.get_ended_why_display(),
            )
            for one in found
        ],
    )


def _map(current: Published, held: list[Label]) -> Map | None:
    """Holders by EPCI, where a dot would hide its neighbour; None without boundaries."""
    region = territory.current_region(current.programme.region)
    drawn = frame(region) if region else None
    if region is None or drawn is None:
        return None
    places = territory.reference().places
    counts: Counter[str] = Counter()
    for one in held:
        at = places.get(one.commune)
        if at is not None and at.epci:
            counts[f"epci:{at.epci}"] += 1
    values = {area: Decimal(count) for area, count in counts.items()}
    return choropleth(
        drawn,
        patches(region, "epci", values=values),
        name="holders",
        title=_("Holders by group of communes"),
        caption=_("Holders by group of communes"),
        head=(_("Group of communes"), _("Holders")),
    )


@require_safe
def register_csv(request: HttpRequest, scheme: str) -> HttpResponse:
    """The whole register, ended labels included."""
    current = programme_or_404()
    terms = scheme_or_404(current, scheme, "label")
    rows = Label.objects.filter(programme=current.code, scheme=scheme).select_related("holder").order_by("since", "pk")
    head = ("label", "reference", "titulaire", "siret", "commune", "depuis", "jusqu_au", "termine_le", "motif_fin")
    return csv_file(
        f"label-{scheme}",
        head,
        (
            (
                terms.document.title.fr, one.reference, one.holder.name, one.holder.siret, one.commune, one.since,
                one.until, one.ended_on, one.ended_why,
            )
            for one in rows
        ),
    )  # fmt: skip


def label_or_404(current: Published, scheme: str, reference: str) -> Label:
    found = Label.objects.select_related("holder__subject")
    return get_object_or_404(found, programme=current.code, scheme=scheme, reference=reference)


def is_held(label: Label) -> bool:
    today = timezone.localdate()
    return label.since <= today <= label.until and (label.ended_on is None or label.ended_on > today)


@require_safe
def label(request: HttpRequest, scheme: str, reference: str) -> HttpResponse:
    """One label: whose, until when, what was found, and its proof in the journal."""
    current = programme_or_404()
    found = label_or_404(current, scheme, reference)
    periods = list(found.periods.select_related("case").order_by("-since", "-pk"))
    if not periods:
        raise Http404(reference)
    terms = SCHEMES.at(found.programme, found.scheme, periods[0].case.scheme_version)
    mine = request.user.is_authenticated and found.holder.members.filter(user=request.user.pk).exists()
    here = reverse("registers:badge", args=[scheme, reference])
    values = {
        "crumbs": [*label_crumbs(terms), Crumb(found.holder.name)],
        "label": found,
        "terms": terms,
        "mark": _mark(terms),
        "held": is_held(found),
        "place": place(f"commune:{found.commune}" if found.commune else ""),
        "criteria": criteria(terms, periods[0]),
        "periods": [(one, reverse("programme:fact", args=[one.fact_index])) for one in periods],
        "badge_path": here,
        "badge_url": request.build_absolute_uri(here),
        "page_url": request.build_absolute_uri(reverse("registers:label", args=[scheme, reference])),
        "procedure": found.withdrawals.filter(decided_on__isnull=True).first() if mine else None,
        "mine": mine,
    }
    return render(request, "registers/label.html", values)


def _mark(terms: Terms[Scheme]) -> str:
    label = terms.document.label
    return words(label.mark) if label is not None else words(terms.document.title)


def criteria(terms: Terms[Scheme], period: Period) -> Table:
    """What the rule of the time found on the figures given: each criterion met or not, each figure as declared."""
    case = period.case
    ruling = rule_on(terms.document, case.answers, as_of=period.decided_on, version=case.rule_version)
    held = rule_of(terms.document, case.rule_version)
    outputs = {output.name for output in held.document.outputs}
    rows: list[tuple[Any, str]] = []
    for line in held.document.formulas:
        value = ruling.evaluation.value(line.name)
        if line.name not in outputs and isinstance(value, bool):
            rows.append((words(line.label), _("criterion met") if value else _("criterion not met")))
    asked = {question.input: question.name for question in terms.document.form.questions if question.input}
    for name, given in held.asked.items():
        told = case.answers.get(asked.get(name, ""))
        if given.type in ("number", "integer") and told not in (None, "") and not given.sensitive:
            rows.append((words(given.label), quantity(Decimal(str(told)), given.unit or "")))
    return Table(
        caption=_("What was found on %(day)s") % {"day": in_day(period.decided_on)},
        columns=[Column(_("Criterion or figure")), Column(_("Result"))],
        rows=rows,
        note=_("Figures are those the holder declared and the service checked."),
    )


@require_safe
def found(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Lead to the label or the contract of a reference: what messages point to."""
    current = programme_or_404()
    label = Label.objects.filter(programme=current.code, reference=reference).first()
    if label is not None:
        return redirect("registers:label", scheme=label.scheme, reference=reference)
    contract = get_object_or_404(Contract, programme=current.code, reference=reference)
    return redirect("registers:contract", scheme=contract.scheme, reference=reference)


@xframe_options_exempt
@require_safe
def badge(request: HttpRequest, scheme: str, reference: str) -> HttpResponse:
    """The label as a picture other sites may show; it says so when the label has ended."""
    current = programme_or_404()
    found = label_or_404(current, scheme, reference)
    terms = SCHEMES.all(current).get(scheme)
    if terms is None:
        raise Http404(scheme)
    response = HttpResponse(
        badge_svg(found, _mark(terms), held=is_held(found)), content_type="image/svg+xml; charset=utf-8"
    )
    response["Cache-Control"] = "public, max-age=3600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
