"""Debates: the questions of a component, one question with its thread, one comment with its branch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mandat.apps.participation import selectors, standing
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.forms import CommentForm
from mandat.apps.participation.models import Comment, Proposal, Thread
from mandat.apps.participation.models.debates import Side
from mandat.apps.participation.services import debates, proposals
from mandat.apps.participation.standing import NotEntitled
from mandat.apps.participation.views import proposals as proposal_pages
from mandat.apps.participation.views.shared import (
    component_or_404,
    crumbs,
    fresh,
    organisation_of,
    process_or_404,
    signed_in,
    user_of,
    voices_of,
)
from mandat.apps.participation.views.writing import refused
from mandat.apps.programme.views.shared import words
from mandat.kernel.errors import InputError
from mandat.web.components import Card, Crumb
from mandat.web.links import with_


def debate_page(request: HttpRequest, one: PublishedProcess, component: Any) -> HttpResponse:
    """The questions of a debate, with how much was said on each side."""
    threads = {
        thread.target: thread
        for thread in Thread.objects.filter(programme=one.programme, process=one.code, component=component.code, kind="question").order_by("pk")
    }  # fmt: skip
    cards = []
    for question in component.questions:
        thread = threads.get(target_of(one, component, question.code))
        url = reverse("participation:question", args=[one.code, component.code, question.code])
        foot = _("no comment yet")
        if thread is not None and thread.comments:
            foot = _("%(n)s comments: %(a)s for, %(b)s against") % {
                "n": thread.comments,
                "a": thread.sides_for,
                "b": thread.sides_against,
            }
        cards.append(Card(question.title, url, text=question.text or "", foot=foot))
    context = {
        "one": one, "process": one.process, "component": component, "cards": cards,
        "closed": standing.closed(one, component.code, timezone.now()), "crumbs": crumbs(one, Crumb(words(component.title))),
    }  # fmt: skip
    return render(request, "participation/debate.html", context)


def target_of(one: PublishedProcess, component: Any, question: str) -> str:
    return f"{one.code}/{component.code}/{question}"


@fresh
def question(request: HttpRequest, process: str, component: str, question: str) -> HttpResponseBase:
    """One question: what is said about it, latest first, and a form to say more."""
    one = process_or_404(process)
    part = component_or_404(one, component, "debate")
    asked = next((item for item in part.questions if item.code == question), None)
    if asked is None:
        raise Http404(question)
    target = target_of(one, part, question)
    form = CommentForm(request.POST or None, sides=part.sides, longest=part.longest)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        if form.is_valid():
            try:
                done = _said(request, one, "question", target, form)
            except NotEntitled as error:
                return refused(request, one, error.reason, back=request.path)
            except InputError as error:
                form.add_error(None, str(error))
            else:
                return redirect(f"{request.path}#c-{done.reference}")
    thread = selectors.thread_of("question", target, programme=one.programme)
    side, before = request.GET.get("avis", ""), request.GET.get("avant", "")
    side = side if side in Side.values else ""
    found, older = selectors.branches(
        thread, side=side, before=int(before) if before.isdigit() and len(before) < 18 else None
    )
    context = {
        "one": one,
        "process": one.process,
        "component": part,
        "question": asked,
        "thread": thread,
        "branches": found,
        "older": with_(request.GET.urlencode(), avant=older) if older else "",
        "sides": [(code, label, with_("", avis=code)) for code, label in Side.choices],
        "side": side,
        "form": form,
        "voices": voices_of(request, one),
        "closed": standing.closed(one, part.code, timezone.now()),
        "crumbs": crumbs(
            one, Crumb(words(part.title), reverse("participation:component", args=[one.code, part.code])), Crumb(words(asked.title)),
        ),
    }  # fmt: skip
    return render(request, "participation/question.html", context, status=422 if request.method == "POST" else 200)


def _said(request: HttpRequest, one: PublishedProcess, kind: str, target: str, form: CommentForm) -> Comment:
    values = form.cleaned_data
    comment, held = debates.comment_add(
        user=user_of(request), kind=kind, target=target, text=values["text"], side=values.get("side") or Side.NEITHER,
        parent=values.get("parent", ""), organisation=organisation_of(request, one),
    )  # fmt: skip
    if held is not None:
        messages.warning(request, str(held))
    else:
        messages.success(request, _("Your comment is published."))
    return comment


@require_POST
@signed_in
def comment_on(request: HttpRequest, process: str, component: str, reference: str) -> HttpResponseBase:
    """Say something about a proposal."""
    one = process_or_404(process)
    part = component_or_404(one, component, "proposals")
    row = proposal_pages.proposal_or_404(one, component, reference)
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            done = _said(request, one, "proposal", row.reference, form)
        except NotEntitled as error:
            return refused(request, one, error.reason, back=proposal_pages.url_of(row))
        except InputError as error:
            form.add_error(None, str(error))
        else:
            return redirect(f"{proposal_pages.url_of(row)}#c-{done.reference}")
    return proposal_pages.show(request, one, part, row, form=form, status=422)


@fresh
def comment(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One comment with all its branch; its author corrects it or takes it back here, others answer."""
    found = (
        Comment.objects.select_related(
            "thread", "root", "author__organisation", "author__user", "parent__author__organisation"
        )
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404(reference)
    one = process_or_404(found.thread.process)
    part = component_or_404(one, found.thread.component)
    about, title = _about(one, part, found.thread)
    mine = proposals.speaks_for(request.user, found.author)
    longest = part.longest if found.thread.kind == "question" else debates.LONGEST
    form = CommentForm(None, sides=False, longest=longest)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        form = CommentForm(request.POST, sides=False, longest=longest)
        action = request.POST.get("action", "")
        try:
            if action == "supprimer":
                debates.comment_delete(user=user_of(request), reference=reference)
                messages.success(request, _("Your comment is taken back: only its place stays."))
                return redirect(request.path)
            if form.is_valid():
                if action == "corriger":
                    debates.comment_edit(user=user_of(request), reference=reference, text=form.cleaned_data["text"])
                    messages.success(request, _("Your comment is corrected."))
                    return redirect(request.path)
                form.cleaned_data["parent"] = reference
                done = _said(request, one, found.thread.kind, found.thread.target, form)
                return redirect(
                    f"{reverse('participation:comment', args=[(found.root or found).reference])}#c-{done.reference}"
                )
        except NotEntitled as error:
            return refused(request, one, error.reason, back=request.path)
        except InputError as error:
            form.add_error(None, str(error))
    after = request.GET.get("apres", "")
    rows, newer = selectors.branch(found.root or found, after=int(after) if after.isdigit() and len(after) < 18 else 0)
    context = {
        "one": one,
        "process": one.process,
        "component": part,
        "comment": found,
        "root": found.root or found,
        "rows": rows,
        "newer": with_(request.GET.urlencode(), apres=newer) if newer else "",
        "about": about,
        "about_title": title,
        "mine": mine,
        "editable": mine and debates.editable(found, timezone.now()),
        "form": form,
        "closed": standing.closed(one, part.code, timezone.now()),
        "crumbs": crumbs(one, Crumb(title, about), Crumb(_("Comment"))),
    }
    return render(request, "participation/comment.html", context, status=422 if request.method == "POST" else 200)


def _about(one: PublishedProcess, part: Any, thread: Thread) -> tuple[str, str]:
    """What a thread is about: its address and its title."""
    if thread.kind == "proposal":
        row = Proposal.objects.filter(reference=thread.target).first()
        if row is None or row.hidden:
            return reverse("participation:component", args=[one.code, part.code]), words(part.title)
        return proposal_pages.url_of(row), proposal_pages.spoken(row)[0]
    if (found := debates.about_of(thread.kind, thread.target)) is not None:
        return found
    code = thread.target.rpartition("/")[2]
    asked = next((item for item in getattr(part, "questions", ()) if item.code == code), None)
    url = reverse("participation:question", args=[one.code, part.code, code])
    return url, words(asked.title) if asked is not None else code
