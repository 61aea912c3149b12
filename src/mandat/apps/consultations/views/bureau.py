"""The back office of consultations: what waits, words and sightings to read, conflicts of amendments to settle."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.accounts import access
from mandat.apps.accounts.permissions import may, require
from mandat.apps.consultations.forms import SettleForm
from mandat.apps.consultations.held import Held, held_of
from mandat.apps.consultations.models import Amendment, Consultation, Observation, Shown
from mandat.apps.consultations.runners import url_of
from mandat.apps.consultations.services.adopting import conflict_settle, groups_in_conflict
from mandat.apps.consultations.services.moderating import item_moderate, waiting_items
from mandat.apps.consultations.services.observations import observation_judge
from mandat.apps.consultations.views.shared import acted, held_or_404
from mandat.apps.participation.schema.contributions import Drafting
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.engines.drafting import difference
from mandat.kernel.errors import InputError
from mandat.web.components import Column, Link, Table
from mandat.web.formats import number

SHOWN = 40
View = Callable[..., HttpResponseBase]
KINDS = ("enonce", "mots", "photo")


def _entering(view: View) -> View:
    """Whoever moderates, manages or analyses may come in, once they proved a second factor."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (may(request.user, "community.moderate") or may(request.user, "participation.manage")):
            require(request.user, "consultations.analyse")
        return access.second_factor(request) or view(request, *args, **kwargs)

    return guarded


@_entering
@require_safe
def bureau(request: HttpRequest) -> HttpResponse:
    """Every consultation of the programme: open first, what waits in each."""
    current = programme_or_404()
    rows = []
    for row in Consultation.objects.filter(programme=current.code).order_by("closed_at", "-opened_at", "pk"):
        try:
            held = held_of(row)
        except InputError:
            continue
        rows.append(
            (
                Link(
                    words(held.document.title), reverse("consultations:bureau_one", args=[row.process, row.component])
                ),
                row.get_type_display(),
                _("consultation closed") if row.closed_at else _("consultation open"),
                number(row.people, 0),
                number(row.waiting, 0),
            )
        )
    heads = [Column(_("Consultation")), Column(_("Type")), Column(_("State"))]
    heads += [Column(_("People"), right=True), Column(_("To read"), right=True)]
    return render(
        request,
        "consultations/bureau/list.html",
        {
            "table": Table(_("Consultations"), heads, rows) if rows else None,
            "may_import": may(request.user, "participation.manage"),
        },
    )


def _row(process: str, component: str) -> tuple[Held[Any], Consultation]:
    current = programme_or_404()
    row = Consultation.objects.filter(programme=current.code, process=process, component=component).first()
    if row is None:
        raise Http404(component)
    try:
        return held_of(row), row
    except InputError as error:
        raise Http404(str(error)) from error


@_entering
@require_safe
def one(request: HttpRequest, process: str, component: str) -> HttpResponse:
    """What waits to be read in one consultation, conflicts to settle, and the files."""
    held, row = _row(process, component)
    readable = row.closed_at is not None or getattr(held.document, "results_during", False)
    values = {
        "held": held,
        "row": row,
        "title": words(held.document.title),
        "public_url": url_of(held.process, held.document),
        "items": waiting_items(row)[:SHOWN] if may(request.user, "community.moderate") else [],
        "conflicts": _conflicts(held, row) if row.type == "drafting" else [],
        "may_settle": may(request.user, "participation.manage"),
        "files": row.type == "survey" and readable and may(request.user, "consultations.analyse"),
        "sightings": _sightings(row)
        if row.type == "observations" and may(request.user, "participation.manage")
        else [],
    }
    return render(request, "consultations/bureau/one.html", values)


def _conflicts(held: Held[Drafting], row: Consultation) -> list[dict[str, Any]]:
    """Each group of adopted amendments that touch the same words, with their differences and a form."""
    waiting = list(row.amendments.filter(outcome=Amendment.Outcome.CONFLICT).order_by("made_at", "pk"))
    by_reference = {one.reference: one for one in waiting}
    articles = {one.code: one for one in row.articles.filter(current=True)}
    found = []
    for group in groups_in_conflict(row, waiting):
        members = [by_reference[reference] for reference in group]
        article = articles[members[0].article]
        found.append(
            {
                "article": article,
                "references": ",".join(group),
                "members": [(one, difference(article.body, one.body)) for one in members],
                "form": SettleForm(
                    references=[
                        (one.reference, f"{one.reference} ({one.votes_for} – {one.votes_against})") for one in members
                    ],
                    auto_id=f"id-{group[0]}-%s",
                ),
            }
        )
    return found


def _sightings(row: Consultation) -> list[Observation]:
    found = Observation.objects.filter(consultation=row, shown=Shown.SHOWN, state=Observation.State.SEEN)
    return list(found.order_by("made_at", "pk")[:SHOWN])


@access.requires("participation.manage")
@require_POST
def settle(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """Settle one conflict in public."""
    held = held_or_404(process, component, Drafting)
    references = [part for part in request.POST.get("references", "").split(",") if part][:200]
    form = SettleForm(request.POST, references=[(one, one) for one in references])
    if form.is_valid():
        acted(
            request,
            lambda: conflict_settle(
                actor=request.user, held=held, references=references, kept=form.cleaned_data["kept"],  # type: ignore[arg-type]
                reason=form.cleaned_data["reason"],
            ),
            _("The conflict is settled, and its reason is public."),
        )  # fmt: skip
    else:
        acted(request, lambda: _missing(), "")
    return redirect("consultations:bureau_one", process=process, component=component)


def _missing() -> None:
    from mandat.kernel.text import Text

    raise InputError(Text("donnez un motif", "give a reason"))


@access.requires("community.moderate")
@require_POST
def moderate(request: HttpRequest, process: str, component: str, kind: str, reference: str) -> HttpResponseBase:
    """Show or hide what someone wrote."""
    _held, row = _row(process, component)
    if kind not in KINDS:
        raise Http404(kind)
    shown = request.POST.get("act") == "show"
    acted(
        request,
        lambda: item_moderate(
            actor=request.user, row=row, kind=kind, reference=reference, shown=shown, why=request.POST.get("why", "")  # type: ignore[arg-type]
        ),
        _("It is published.") if shown else _("It is not shown."),
    )  # fmt: skip
    return redirect("consultations:bureau_one", process=process, component=component)


@access.requires("participation.manage")
@require_POST
def judge(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Confirm a sighting, or say that it is not what was told."""
    _held, row = _row(process, component)
    found = Observation.objects.filter(consultation=row, reference=reference).first()
    if found is None:
        raise Http404(reference)
    state = "confirmed" if request.POST.get("act") == "confirm" else "refuted"
    acted(
        request,
        lambda: observation_judge(actor=request.user, observation=found, state=state, why=request.POST.get("why", "")),  # type: ignore[arg-type]
        _("It is recorded."),
    )
    return redirect("consultations:bureau_one", process=process, component=component)
