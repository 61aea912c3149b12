"""Pages of the acts: fill in, keep a draft, send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.services import draft_forget, draft_of, draft_save
from mandat.apps.programme import services
from mandat.apps.programme.forms import acts
from mandat.apps.programme.forms.fields import ActForm
from mandat.apps.programme.published import Published
from mandat.apps.programme.schema import Commitment
from mandat.apps.programme.standing import measure_standing
from mandat.apps.programme.uploads import limited_uploads, too_large
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404
from mandat.apps.programme.vocabulary import DIMENSIONS
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

Make = Callable[[Any, Any, dict[str, Any]], ActForm]
Send = Callable[[Any], str]


def _act(
    request: HttpRequest,
    *,
    key: str,
    make: Make,
    send: Send,
    title: str,
    values: dict[str, Any],
    template: str = "bureau/act.html",
    back: str,
) -> HttpResponseBase:
    """One page of an act. A draft is kept under ``key`` on demand, while typing, and when something is wrong."""
    user = user_of(request)
    draft = draft_of(user, key)
    crumbs = [Crumb(_("Commitments"), reverse("bureau:commitments")), Crumb(title)]
    shared = {"title": title, "back": back, "key": key, **values}
    if request.method != "POST":
        initial = {**{name: request.GET[name] for name in request.GET}, **(draft.data if draft else {})}
        form = make(None, None, initial)
        return page(request, template, {**shared, "form": form, "draft": draft}, crumbs=crumbs)
    form = make(request.POST, request.FILES, {})
    if "forget" in request.POST:
        draft_forget(user=user, form=key)
        messages.info(request, _("The draft is erased."))
        return HttpResponseRedirect(request.path)
    if "draft" in request.POST:
        draft_save(user=user, form=key, data=form.typed())
        if getattr(request, "htmx", None):
            return page(
                request, template, {**shared, "form": form, "draft": draft_of(user, key)}, partial="draft-state"
            )
        messages.success(request, _("The draft is kept. Files are not part of it: choose them again when you send."))
        return HttpResponseRedirect(request.path)
    if form.is_valid():
        try:
            said = send(form)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            draft_forget(user=user, form=key)
            messages.success(request, said)
            return redirect(back)
    draft_save(user=user, form=key, data=form.typed())
    return page(request, template, {**shared, "form": form, "draft": draft_of(user, key)}, crumbs=crumbs, status=422)


def _commitment(code: str) -> tuple[Published, Commitment]:
    current = programme_or_404()
    if code not in current.commitments:
        raise Http404(code)
    return current, current.commitments[code]


def _about(current: Published, commitment: Commitment) -> dict[str, Any]:
    measure = current.measure_of(commitment.code)
    standing = next(
        part
        for part in measure_standing(current, measure.number).commitments
        if part.commitment.code == commitment.code
    )
    return {"current": current, "commitment": commitment, "measure": measure, "standing": standing}


def _panel_url(code: str) -> str:
    return f"{reverse('bureau:commitments')}?voir={code}"


@limited_uploads
@requires("programme.decision_record")
def decision(request: HttpRequest) -> HttpResponseBase:
    """Record a deliberation or an order."""
    current = programme_or_404()

    def send(form: acts.DecisionForm) -> str:
        values = form.cleaned_data
        entry = services.decision_record(
            actor=user_of(request), on=values["on"], form=values["form"], number=values["number"],
            title=values["title"], measures=values["measures"], commitments=values["commitments"],
            body=values["body"], document=values["document"], document_url=values["document_url"],
            synthetic=settings.MANDAT_DEMO,
        )  # fmt: skip
        return _("The decision is recorded: fact number %(index)s.") % {"index": entry.index}

    return _act(
        request, key="decision", title=_("Record a decision"), send=send, values={"current": current},
        make=lambda data, files, initial: acts.DecisionForm(
            data, files, initial=initial, current=current, dropped=too_large(request)
        ),
        back=reverse("bureau:tasks"),
    )  # fmt: skip


@limited_uploads
@requires("programme.output_declare")
def output(request: HttpRequest, code: str) -> HttpResponseBase:
    """Declare an output; another agent confirms it."""
    current, commitment = _commitment(code)

    def send(form: acts.OutputForm) -> str:
        values = form.cleaned_data
        services.output_declare(
            actor=user_of(request), on=values["on"], commitment=code, title=values["title"],
            quantity=values["quantity"], unit=values["unit"], area=values["place"], output=values.get("output", ""),
            breakdowns=form.breakdowns(), evidence=values["evidence"], evidence_url=values["evidence_url"],
            synthetic=settings.MANDAT_DEMO,
        )  # fmt: skip
        return _("The output is declared. It counts once another agent has confirmed it.")

    def make(data: Any, files: Any, initial: dict[str, Any]) -> ActForm:
        return acts.OutputForm(
            data, files, initial=initial, current=current, commitment=commitment, dropped=too_large(request)
        )

    return _act(
        request, key=f"output:{code}", title=_("Declare an output"), send=send, make=make, back=_panel_url(code),
        values={**_about(current, commitment), "dimensions": DIMENSIONS}, template="bureau/output.html",
    )  # fmt: skip


@requires("programme.output_declare")
def observation(request: HttpRequest, code: str) -> HttpResponseBase:
    """Record the value a published statistic gives; another agent confirms it."""
    current, commitment = _commitment(code)

    def send(form: acts.ObservationForm) -> str:
        values = form.cleaned_data
        services.output_declare(
            actor=user_of(request), on=values["on"], commitment=code, title=values["series"],
            quantity=values["quantity"], unit=values["unit"], area=values["place"],
            evidence_url=values["evidence_url"],
            observed={name: values[name] for name in ("series", "publisher", "period")},
            synthetic=settings.MANDAT_DEMO,
        )  # fmt: skip
        return _("The value is recorded. It counts once another agent has confirmed it.")

    return _act(
        request, key=f"observation:{code}", title=_("Record an observed value"), send=send,
        make=lambda data, _files, initial: acts.ObservationForm(
            data, initial=initial, current=current, commitment=commitment
        ),
        values=_about(current, commitment), back=_panel_url(code),
    )  # fmt: skip


@limited_uploads
@requires("programme.milestone_reach")
def milestone(request: HttpRequest, code: str) -> HttpResponseBase:
    """Declare a milestone reached."""
    current, commitment = _commitment(code)
    about = _about(current, commitment)
    reached = frozenset(about["standing"].milestones)
    if not {m.code for m in commitment.milestones} - reached:
        messages.info(request, _("This commitment has no milestone left."))
        return redirect(_panel_url(code))

    def send(form: acts.MilestoneForm) -> str:
        values = form.cleaned_data
        entry = services.milestone_reach(
            actor=user_of(request), on=values["on"], commitment=code, milestone=values["milestone"],
            evidence_url=values["evidence_url"], document=values["document"], synthetic=settings.MANDAT_DEMO,
        )  # fmt: skip
        return _("The milestone is reached: fact number %(index)s.") % {"index": entry.index}

    return _act(
        request, key=f"milestone:{code}", title=_("Declare a milestone reached"), send=send,
        make=lambda data, files, initial: acts.MilestoneForm(
            data, files, initial=initial, current=current, commitment=commitment, reached=reached,
            dropped=too_large(request),
        ),
        values=about, back=_panel_url(code),
    )  # fmt: skip


@requires("programme.commitment_suspend")
def suspension(request: HttpRequest, code: str) -> HttpResponseBase:
    """Suspend a commitment, with its public reason."""
    current, commitment = _commitment(code)

    def send(form: acts.SuspensionForm) -> str:
        values = form.cleaned_data
        services.commitment_suspend(
            actor=user_of(request), commitment=code, on=values["on"], reason=values["reason"],
            decision=values["decision"], synthetic=settings.MANDAT_DEMO,
        )  # fmt: skip
        return _("The commitment is suspended; its page gives the reason.")

    return _act(
        request, key=f"suspension:{code}", title=_("Suspend a commitment"), send=send,
        make=lambda data, _files, initial: acts.SuspensionForm(
            data, initial=initial, current=current, commitment=commitment
        ),
        values=_about(current, commitment), back=_panel_url(code),
    )  # fmt: skip


@requires("programme.commitment_suspend")
def resumption(request: HttpRequest, code: str) -> HttpResponseBase:
    """End a suspension."""
    current, commitment = _commitment(code)

    def send(form: acts.ResumptionForm) -> str:
        values = form.cleaned_data
        services.commitment_resume(
            actor=user_of(request), commitment=code, on=values["on"], reason=values["reason"],
            synthetic=settings.MANDAT_DEMO,
        )  # fmt: skip
        return _("The commitment is resumed.")

    return _act(
        request, key=f"resumption:{code}", title=_("Resume a commitment"), send=send,
        make=lambda data, _files, initial: acts.ResumptionForm(
            data, initial=initial, current=current, commitment=commitment
        ),
        values=_about(current, commitment), back=_panel_url(code),
    )  # fmt: skip
