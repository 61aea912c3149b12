"""The bureau of petitions: what is to be examined, what was contested, what is suspected, sheets, referendums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.petitions import selectors
from mandat.apps.petitions.forms import (
    AppealDecisionForm,
    ExplainForm,
    HearingForm,
    InvalidationForm,
    LineForm,
    RefuseForm,
    ReviewForm,
    SheetForm,
)
from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Appeal, Invalidation, Petition, Sheet
from mandat.apps.petitions.services import examining, fraud, hearings, sheets
from mandat.apps.petitions.services.moving import today
from mandat.apps.petitions.similar import similar
from mandat.apps.petitions.terms import terms_of
from mandat.apps.petitions.views.shared import TONES, attempt, given_by, user_of
from mandat.apps.programme.published import published
from mandat.apps.programme.views.bureau.common import page
from mandat.web.components import Crumb


def petition_or_404(reference: str) -> Petition:
    """A petition agents may know of: one that was sent."""
    found = get_object_or_404(
        Petition.objects.select_related("organisation", "author", "assigned_to"),
        reference=reference.upper(),
        programme=published().code,
    )
    if found.submitted_at is None:
        raise Http404(reference)
    return found


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Petitions"), reverse("petitions:bureau") if more else ""), *more]


@require_GET
@requires("petitions.examine")
def queue(request: HttpRequest) -> HttpResponse:
    """What waits: examinations by their day, appeals, invalidations to confirm."""
    programme, day = published().code, today()
    waiting = [
        {"petition": one, "late": one.examine_by is not None and one.examine_by < day}
        for one in selectors.queue(programme)[:200]
    ]
    values = {
        "waiting": waiting,
        "appeals": list(selectors.appeals(programme)[:100]),
        "proposed": list(
            Invalidation.objects.filter(petition__programme=programme, state=Invalidation.State.PROPOSED)
            .select_related("petition", "actor")
            .order_by("at", "pk")[:100]
        ),
        "hearings": [(one, one.due_on < day) for one in hearings.to_set(programme)[:100]],
        "open": Petition.objects.filter(programme=programme, state__in=[State.OPEN, State.ENDED]).order_by(
            "closes_at", "pk"
        )[:200],
    }
    return page(request, "petitions/bureau/queue.html", values, crumbs=_crumbs())


@require_GET
@requires("petitions.examine")
def file(request: HttpRequest, reference: str) -> HttpResponse:
    """One petition, with what may be done about it."""
    return show(request, petition_or_404(reference))


def show(request: HttpRequest, petition: Petition, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a petition; ``given`` puts a form that is in error in the place of an empty one."""
    terms = terms_of(petition)
    appeal = Appeal.objects.filter(examination__petition=petition).select_related("examination").order_by("-pk").first()
    values = {
        "petition": petition,
        "terms": terms,
        "tone": TONES[State(petition.state)],
        "state": State(petition.state).label,
        "examining": petition.state == State.EXAMINATION,
        "late": petition.examine_by is not None and petition.examine_by < today(),
        "backers": petition.sponsors.count(),
        "versions": list(petition.versions.order_by("-number")),
        "examinations": petition.examinations.select_related("actor").order_by("-pk"),
        "appeal": appeal,
        "found": similar(
            f"{petition.title} {petition.request_text}", programme=petition.programme, without=petition.reference
        ),
        "steps": selectors.steps_of(petition, terms, petition.total) if petition.opened_at is not None else [],
        "refuse_form": RefuseForm(terms=terms),
        "explain_form": ExplainForm(),
        "appeal_form": AppealDecisionForm(),
        "to_hear": hearings.to_set(petition.programme).filter(petition=petition).first(),
        "hearing_form": HearingForm(),
        "me": user_of(request),
        **given,
    }
    crumbs = _crumbs(Crumb(petition.reference))
    return page(request, "petitions/bureau/file.html", values, crumbs=crumbs, status=status)


@require_POST
@requires("petitions.examine")
def examine(request: HttpRequest, reference: str, act: str) -> HttpResponseBase:
    """Take, publish, refuse or send back a petition; decide an appeal; set a hearing."""
    petition, user = petition_or_404(reference), user_of(request)
    back = redirect("petitions:file", reference=petition.reference)
    if act == "prendre":
        attempt(request, lambda: examining.examination_take(actor=user, petition=petition))
        return back
    if act == "publier":
        attempt(
            request,
            lambda: examining.petition_publish(actor=user, petition=petition),
            _("The petition is open for signatures."),
        )
        return back
    form, name, do, said = _decision(request, petition, act)
    return back if given_by(form, request, do, said) else show(request, petition, status=422, **{name: form})


def _decision(request: HttpRequest, petition: Petition, act: str) -> tuple[forms.Form, str, Callable[[], object], str]:
    user = user_of(request)
    if act == "refuser":
        refuse = RefuseForm(request.POST, terms=terms_of(petition))
        return refuse, "refuse_form", lambda: examining.petition_refuse(actor=user, petition=petition, **refuse.cleaned_data), _("The petition is refused; its author is told why.")  # fmt: skip
    if act == "modifier":
        explain = ExplainForm(request.POST)
        return explain, "explain_form", lambda: examining.changes_ask(actor=user, petition=petition, **explain.cleaned_data), _("Its author is told what must change.")  # fmt: skip
    if act == "recours":
        decide = AppealDecisionForm(request.POST)
        appeal = get_object_or_404(Appeal, examination__petition=petition, decided_at=None)
        return decide, "appeal_form", lambda: examining.appeal_decide(actor=user, appeal=appeal, **decide.cleaned_data), _("The appeal is decided.")  # fmt: skip
    if act == "audition":
        hear = HearingForm(request.POST)
        due = get_object_or_404(hearings.to_set(petition.programme), petition=petition)
        return hear, "hearing_form", lambda: hearings.hearing_set(actor=user, petition=petition, threshold=due.threshold, **hear.cleaned_data), _("The hearing is announced, and its author told.")  # fmt: skip
    raise Http404(act)


@requires("petitions.examine")
def suspicions(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What looks like fraud; propose to invalidate the signatures of a pattern."""
    petition, user = petition_or_404(reference), user_of(request)
    form = InvalidationForm(request.POST or None)
    if request.method == "POST" and given_by(
        form, request,
        lambda: fraud.invalidation_propose(
            actor=user, petition=petition, pattern=form.pattern(), reason=form.cleaned_data["reason"],
            explanation=form.cleaned_data["explanation"],
        ),
        _("A second agent must now confirm it."),
    ):  # fmt: skip
        return redirect("petitions:suspicions", reference=petition.reference)
    rows = petition.invalidations.select_related("actor", "reviewer").order_by("-number")
    values = {
        "petition": petition,
        "form": form,
        "review_form": ReviewForm(),
        "rows": [{"one": one, "mine": one.actor_id == user.pk} for one in rows],
        **fraud.suspicious(petition),
    }
    crumbs = _crumbs(
        Crumb(petition.reference, reverse("petitions:file", args=[petition.reference])), Crumb(_("Suspected fraud"))
    )
    return page(request, "petitions/bureau/suspicions.html", values, crumbs=crumbs, status=422 if form.errors else 200)


@require_POST
@requires("petitions.examine")
def review(request: HttpRequest, reference: str, number: int, act: str) -> HttpResponseBase:
    """Confirm, dismiss or undo an invalidation."""
    petition, user = petition_or_404(reference), user_of(request)
    found = get_object_or_404(Invalidation, petition=petition, number=number)
    remark = request.POST.get("remark", "")[:2000]
    acts: dict[str, tuple[Callable[..., Invalidation], str]] = {
        "confirmer": (fraud.invalidation_confirm, _("These signatures count no more.")),
        "ecarter": (fraud.invalidation_dismiss, _("These signatures stand.")),
        "retablir": (fraud.invalidation_restore, _("These signatures count again.")),
    }
    if act not in acts:
        raise Http404(act)
    service, said = acts[act]
    attempt(request, lambda: service(actor=user, invalidation=found, remark=remark), said)
    return redirect("petitions:suspicions", reference=petition.reference)


@requires("desk.collect")
def paper(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The sheets of a petition; begin to enter one."""
    petition, user = petition_or_404(reference), user_of(request)
    form = SheetForm(request.POST or None, initial={"collected_on": today()})
    made: list[Sheet] = []
    if request.method == "POST" and given_by(
        form, request, lambda: made.append(sheets.sheet_open(actor=user, petition=petition, **form.cleaned_data)),
        _("Enter the lines of the sheet."),
    ):  # fmt: skip
        return redirect("petitions:sheet", reference=petition.reference, number=made[0].number)
    values = {"petition": petition, "form": form, "sheets": petition.sheets.select_related("actor").order_by("-number")}
    crumbs = _crumbs(
        Crumb(petition.reference, reverse("petitions:file", args=[petition.reference])), Crumb(_("Sheets"))
    )
    return page(request, "petitions/bureau/sheets.html", values, crumbs=crumbs, status=422 if form.errors else 200)


@requires("desk.collect")
def sheet(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """Enter the lines of a sheet, one by one, and close it once it is reconciled."""
    petition, user = petition_or_404(reference), user_of(request)
    found = get_object_or_404(Sheet, petition=petition, number=number)
    here = redirect("petitions:sheet", reference=petition.reference, number=number)
    if request.method == "POST" and request.POST.get("close"):
        attempt(request, lambda: sheets.sheet_close(actor=user, sheet=found), _("The sheet is closed."))
        return here
    form = LineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcomes: list[sheets.Outcome] = []
        line = sheets.Line(**form.cleaned_data)
        if attempt(request, lambda: outcomes.extend(sheets.lines_enter(actor=user, sheet=found, lines=[line]))):
            from django.contrib import messages

            words = {
                "signed": _("Entered."),
                "twice": _("This person has signed already: the line is counted as such."),
            }
            said = words.get(outcomes[0].result) or _("Refused: %(why)s") % {"why": outcomes[0].why}
            messages.info(request, said)
        return here
    values = {"petition": petition, "sheet": found, "form": form}
    crumbs = _crumbs(
        Crumb(petition.reference, reverse("petitions:file", args=[petition.reference])),
        Crumb(_("Sheets"), reverse("petitions:paper", args=[petition.reference])), Crumb(_("Sheet %(n)s") % {"n": number}),
    )  # fmt: skip
    return page(request, "petitions/bureau/sheet.html", values, crumbs=crumbs, status=422 if form.errors else 200)
