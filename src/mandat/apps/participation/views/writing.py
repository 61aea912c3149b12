"""Writing a proposal, step by step, saved at each; changing it, amending another's, withdrawing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mandat.apps.custody.uploads import MEGABYTE, limited_uploads
from mandat.apps.participation import finding, standing
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.forms import (
    AmendForm,
    AttachmentForm,
    ChangeForm,
    OtherLanguageForm,
    WhereForm,
    WordsForm,
)
from mandat.apps.participation.models import Proposal
from mandat.apps.participation.services import amendments, proposals
from mandat.apps.participation.standing import NotEntitled, Reason
from mandat.apps.participation.views.proposals import proposal_or_404, url_of
from mandat.apps.participation.views.shared import (
    component_or_404,
    crumbs,
    organisation_of,
    process_or_404,
    signed_in,
    user_of,
    voices_of,
)
from mandat.apps.programme.views.shared import words
from mandat.kernel.errors import InputError
from mandat.kernel.text import current_language
from mandat.web.components import Crumb

STEPS = ("texte", "proches", "lieu", "langue", "fichiers", "relire")
LARGEST = 5 * MEGABYTE


def _steps(part: Any) -> list[str]:
    """The steps this component needs."""
    skipped = set()
    if part.place == "none" and not part.categories:
        skipped.add("lieu")
    if not part.attachments:
        skipped.add("fichiers")
    return [step for step in STEPS if step not in skipped]


def _labels() -> dict[str, str]:
    return {
        "texte": _("Your words"),
        "proches": _("Proposals alike"),
        "lieu": _("Category and place"),
        "langue": _("Other language"),
        "fichiers": _("Files"),
        "relire": _("Read again and publish"),
    }


def step_url(one: PublishedProcess, part: Any, reference: str, step: str) -> str:
    return reverse("participation:write", args=[one.code, part.code, reference, step])


def refused(request: HttpRequest, one: PublishedProcess, reason: Reason, *, back: str) -> HttpResponseBase:
    """Lead to where what is missing can be given, or say plainly why not."""
    if reason.code == "join":
        return redirect(f"{reason.url}?next={back}")
    context = {"one": one, "process": one.process, "reason": reason, "crumbs": crumbs(one, Crumb(_("Not possible")))}
    return render(request, "participation/refused.html", context, status=403)


@never_cache
@signed_in
def begin(request: HttpRequest, process: str, component: str) -> HttpResponseBase:
    """The first step of a new proposal."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    organisation = organisation_of(request, one)
    reason = standing.may(request.user, one, part.code, timezone.now(), organisation=organisation)
    if reason is not None:
        return refused(request, one, reason, back=request.path)
    form = WordsForm(request.POST or None, component=part, initial={"language": current_language()})
    if request.method == "POST" and form.is_valid():
        try:
            draft = proposals.draft_save(
                user=user_of(request),
                process=one.code,
                component=part.code,
                values=form.cleaned_data,
                organisation=organisation,
            )
        except NotEntitled as error:
            return refused(request, one, error.reason, back=request.path)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            return redirect(step_url(one, part, draft.reference, _steps(part)[1]))
    return _page(request, one, part, None, "texte", form)


@never_cache
@signed_in
@limited_uploads(LARGEST)
def write(request: HttpRequest, process: str, component: str, reference: str, step: str) -> HttpResponseBase:
    """A step of a draft: what is given is kept, then the next one."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    steps = _steps(part)
    draft = Proposal.objects.select_related("author__organisation").filter(reference=reference).first()
    if step not in steps or draft is None or not proposals.speaks_for(request.user, draft.author):
        raise Http404(reference)
    if draft.state != Proposal.State.DRAFT:
        return redirect(url_of(draft))
    following = steps[steps.index(step) + 1] if step != steps[-1] else ""
    form = _form(request, part, draft, step)
    if request.method != "POST":
        return _page(request, one, part, draft, step, form)
    user = user_of(request)
    try:
        if request.POST.get("action") == "jeter":
            proposals.proposal_withdraw(user=user, reference=reference)
            messages.success(request, _("Your draft is thrown away."))
            return redirect("participation:component", process=one.code, component=part.code)
        if step == "relire":
            published, held = proposals.proposal_publish(user=user, reference=reference)
            if held is not None:
                messages.warning(request, str(held))
            else:
                messages.success(request, _("Your proposal is published."))
            return redirect(url_of(published))
        if step == "fichiers" and request.POST.get("action") == "retirer":
            proposals.attachment_remove(
                user=user, reference=reference, attachment=int(request.POST.get("fichier", "0") or 0)
            )
            return redirect(request.path)
        if step == "fichiers" and form is not None and request.POST.get("action") == "ajouter":
            if form.is_valid():
                upload: UploadedFile[Any] = form.cleaned_data["file"]
                proposals.attachment_add(
                    user=user, reference=reference, upload=upload, title=form.cleaned_data["title"]
                )
                return redirect(request.path)
            return _page(request, one, part, draft, step, form)
        if form is not None and step != "fichiers":
            if not form.is_valid():
                return _page(request, one, part, draft, step, form)
            proposals.draft_save(
                user=user, process=one.code, component=part.code, reference=reference, values=form.cleaned_data,
                organisation=draft.author.organisation,
            )  # fmt: skip
    except NotEntitled as error:
        return refused(request, one, error.reason, back=request.path)
    except (InputError, ValueError) as error:
        if form is not None and form.is_bound:
            form.add_error(None, str(error))
        else:
            messages.error(request, str(error))
        return _page(request, one, part, draft, step, form)
    return redirect(step_url(one, part, reference, following))


def _form(request: HttpRequest, part: Any, draft: Proposal, step: str) -> Any:
    data = request.POST if request.method == "POST" else None
    if step == "texte":
        initial = {"title": draft.title, "text": draft.text, "language": draft.language}
        return WordsForm(data, component=part, initial=initial)
    if step == "lieu":
        point = f"{draft.latitude}, {draft.longitude}" if draft.latitude is not None else ""
        initial = {"category": draft.category, "commune": draft.commune, "point": point}
        return WhereForm(data, component=part, initial=initial)
    if step == "langue":
        return OtherLanguageForm(data, initial={"title_other": draft.title_other, "text_other": draft.text_other})
    if step == "fichiers":
        adding = data is not None and data.get("action") == "ajouter"
        return AttachmentForm(data if adding else None, request.FILES if adding else None)
    return None


def _page(
    request: HttpRequest, one: PublishedProcess, part: Any, draft: Proposal | None, step: str, form: Any
) -> HttpResponse:
    steps, labels = _steps(part), _labels()
    done = steps.index(step)
    near = _alike(draft.title, draft.text, one, part, draft.pk) if draft is not None and step == "proches" else []
    context = {
        "one": one,
        "process": one.process,
        "component": part,
        "draft": draft,
        "voices": voices_of(request, one) if draft is None else [],
        "step": step,
        "form": form,
        "near": near,
        "label": labels[step],
        "steps": [
            {
                "label": labels[code], "here": code == step, "done": rank < done,
                "url": step_url(one, part, draft.reference, code) if draft is not None else "",
            }
            for rank, code in enumerate(steps)
        ],
        "lacks": proposals.missing(draft, part) if draft is not None and step == "relire" else [],
        "attachments": list(draft.attachments.order_by("pk")) if draft is not None else [],
        "full": draft is not None and draft.attachments.count() >= part.attachments,
        "other": "en" if draft is not None and draft.language == "fr" else "fr",
        "previous": step_url(one, part, draft.reference, steps[done - 1]) if draft is not None and done else "",
        "crumbs": crumbs(
            one, Crumb(words(part.title), reverse("participation:component", args=[one.code, part.code])), Crumb(_("Propose")),
        ),
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "participation/write.html", context, status=status)


def _alike(title: str, text: str, one: PublishedProcess, part: Any, but: int | None) -> list[Proposal]:
    return finding.alike(title, text, programme=one.programme, process=one.code, component=part.code, but=but)


@require_safe
def alike(request: HttpRequest, process: str, component: str) -> JsonResponse:
    """Proposals like a title being typed, for the little script of the form; the same without it at the second step."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    title = request.GET.get("titre", "")[:150]
    found = _alike(title, "", one, part, None) if len(title) >= 8 else []
    return JsonResponse(
        {"found": [{"title": row.title, "url": url_of(row), "supports": row.supports} for row in found]},
        headers={"Cache-Control": "private, max-age=60"},
    )


@never_cache
@signed_in
def change(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Write one's published proposal anew, with a reason."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    row = proposal_or_404(one, component, reference)
    if not proposals.speaks_for(request.user, row.author):
        raise Http404(reference)
    form = ChangeForm(request.POST or None, component=part, initial={"title": row.title, "text": row.text})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("title", "text")}
        try:
            proposals.proposal_change(
                user=user_of(request), reference=reference, values=values, reason=form.cleaned_data["reason"]
            )
        except (NotEntitled, InputError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your proposal is changed; its former words stay in its versions."))
            return redirect(url_of(row))
    return _simple(request, one, part, row, form, title=_("Change my proposal"), button=_("Publish the new version"))


@never_cache
@signed_in
def amend(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Offer other words for someone else's proposal."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    row = proposal_or_404(one, component, reference)
    organisation = organisation_of(request, one)
    reason = standing.may(request.user, one, part.code, timezone.now(), organisation=organisation)
    if reason is not None:
        return refused(request, one, reason, back=request.path)
    form = AmendForm(request.POST or None, component=part, initial={"title": row.title, "text": row.text})
    if request.method == "POST" and form.is_valid():
        try:
            amendments.amendment_offer(
                user=user_of(request), reference=reference, organisation=organisation, **form.cleaned_data
            )
        except (NotEntitled, InputError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your amendment is sent to the author."))
            return redirect(url_of(row))
    return _simple(request, one, part, row, form, title=_("Offer an amendment"), button=_("Send my amendment"))


def _simple(
    request: HttpRequest, one: PublishedProcess, part: Any, row: Proposal, form: Any, *, title: str, button: str
) -> HttpResponse:
    context = {
        "one": one,
        "process": one.process,
        "row": row,
        "form": form,
        "title": title,
        "button": button,
        "back": url_of(row),
        "crumbs": crumbs(
            one, Crumb(words(part.title), reverse("participation:component", args=[one.code, part.code])),
            Crumb(row.reference, url_of(row)), Crumb(title),
        ),
    }  # fmt: skip
    return render(request, "participation/simple.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@signed_in
def decide(request: HttpRequest, process: str, component: str, reference: str, pk: int) -> HttpResponseBase:
    """The author answers an amendment; its own author takes it back."""
    one = process_or_404(process)
    row = proposal_or_404(one, component, reference)
    action = request.POST.get("action", "")
    try:
        if action == "retirer":
            amendments.amendment_withdraw(user=user_of(request), amendment=pk)
        else:
            amendments.amendment_decide(
                user=user_of(request), amendment=pk, accept=action == "accepter", answer=request.POST.get("reponse", "")
            )
    except (NotEntitled, InputError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is recorded."))
    return redirect(url_of(row))


@require_POST
@signed_in
def withdraw(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Take back one's proposal."""
    one = process_or_404(process)
    row = proposal_or_404(one, component, reference)
    try:
        proposals.proposal_withdraw(user=user_of(request), reference=reference)
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your proposal is withdrawn."))
    return redirect(url_of(row))
