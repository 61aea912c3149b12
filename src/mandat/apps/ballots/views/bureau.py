"""The back office of votes: the list, a new vote, a vote's state, its closing. Never a result before it: there is none to read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.permissions import may
from mandat.apps.ballots import forms, selectors
from mandat.apps.ballots import results as shown
from mandat.apps.ballots.choices import YES_NO
from mandat.apps.ballots.models import PaperBatch, Poll, Roll
from mandat.apps.ballots.services import closing, polls, rolls
from mandat.apps.ballots.services.closing import voters_so_far
from mandat.apps.ballots.views.common import poll_or_404
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.components import Column, Crumb, Link, Table


def stage_words(poll: Poll) -> str:
    words = {
        "before": _("to come"),
        "open": _("under way"),
        "closed": _("to be counted"),
        "counted": _("counted"),
        "cancelled": _("cancelled"),
    }
    return words[selectors.stage(poll)]


def tabs(request: HttpRequest, poll: Poll) -> list[dict[str, Any]]:
    """Pages of a vote this account may open."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    pages = (
        ("ballots:bureau", _("Overview"), "ballots.audit"),
        ("ballots:roll", _("Roll and codes"), "ballots.manage"),
        ("ballots:desk", _("Desk"), "ballots.desk"),
        ("ballots:urns", _("Urns"), "ballots.audit"),
        ("ballots:closing", _("Closing"), "ballots.audit"),
        ("ballots:belenios", _("Belenios"), "ballots.manage"),
    )
    return [
        {"label": label, "url": reverse(name, args=[poll.reference]), "here": here == name}
        for name, label, action in pages
        if may(request.user, action)
    ]


def poll_page(
    request: HttpRequest, template: str, poll: Poll, title: str, values: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of one vote, with its tabs."""
    trail = [
        Crumb(_("Votes"), reverse("ballots:bureau_list")),
        Crumb(str(poll.title), reverse("ballots:bureau", args=[poll.reference])),
        Crumb(title),
    ]
    own = {
        "poll": poll,
        "title": title,
        "tabs": tabs(request, poll),
        "stage": stage_words(poll),
        "may_manage": may(request.user, "ballots.manage"),
        "may_desk": may(request.user, "ballots.desk"),
    }
    return page(request, template, {**own, **values}, crumbs=trail, status=status)


@requires("ballots.audit")
def bureau_list(request: HttpRequest) -> HttpResponse:
    """Every vote, the last to close first."""
    rows = [
        (
            Link(str(one.title), reverse("ballots:bureau", args=[one.reference])),
            stage_words(one),
            formats.moment(one.opens_at),
            formats.moment(one.closes_at),
        )
        for one in Poll.objects.order_by("-closes_at", "pk")[:200]
    ]
    table = Table(_("Votes"), [Column(_("Vote")), Column(_("State")), Column(_("Opens")), Column(_("Closes"))], rows)
    values = {"table": table if rows else None, "may_manage": may(request.user, "ballots.manage")}
    return page(request, "ballots/bureau/list.html", values, crumbs=[Crumb(_("Votes"))])


@requires("ballots.manage")
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a vote, see it as it will be, open it."""
    form = forms.PollForm(request.POST if request.method == "POST" else None)
    preview: Poll | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if given["sure"]:
                poll = _open(user_of(request), given)
                messages.success(request, _("The vote is announced: its rules will not change."))
                return redirect("ballots:bureau", reference=poll.reference)
            preview = _preview(given)
        except InputError as error:
            form.add_error(None, str(error))
    values = {
        "form": form,
        "preview": preview,
        "how": shown.how(preview) if preview is not None else [],
        "sent": [
            (name, value) for name in request.POST for value in request.POST.getlist(name) if name not in ("csrfmiddlewaretoken", "sure")
        ] if preview is not None else [],
    }  # fmt: skip
    crumbs = [Crumb(_("Votes"), reverse("ballots:bureau_list")), Crumb(_("New vote"))]
    return page(request, "ballots/bureau/new.html", values, crumbs=crumbs, status=422 if form.errors else 200)


def _words(given: dict[str, Any], name: str) -> Text:
    return Text(given[f"{name}_fr"], given[f"{name}_en"] or given[f"{name}_fr"])


def _open(actor: Any, given: dict[str, Any]) -> Poll:
    roll = Roll.objects.filter(process=given["process"]).first() or rolls.roll_open(
        process=given["process"], title=_words(given, "title"), closed_list=given["closed_list"]
    )
    return polls.poll_open(
        actor=actor,
        roll=roll,
        code=given["code"],
        title=_words(given, "title"),
        question=_words(given, "question") if given["question_fr"] else None,
        rules=given["rules"],
        options=given["options"],
        opens_at=given["opens_at"],
        closes_at=given["closes_at"],
        budget=given["budget"],
        source="bureau",
    )


def _preview(given: dict[str, Any]) -> Poll:
    """The vote as it would be, written nowhere. Raises InputError as opening it would."""
    from mandat.apps.ballots import choices

    options = choices.checked(tuple(given["options"]), type=given["type"], budget=given["budget"]) or YES_NO
    if given["closes_at"] <= given["opens_at"]:
        raise InputError(Text("un vote ferme après avoir ouvert", "a vote closes after it opens"))
    definition = {
        "title": {"fr": given["title_fr"], "en": given["title_en"]},
        "question": {"fr": given["question_fr"], "en": given["question_en"]} if given["question_fr"] else None,
        "rules": given["rules"].model_dump(mode="json"),
        "options": [one.plain() for one in options],
        "budget": format(given["budget"], "f") if given["budget"] is not None else None,
    }
    return Poll(definition=definition, opens_at=given["opens_at"], closes_at=given["closes_at"])


@requires("ballots.audit")
def overview(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a vote stands: how many voted, and what is to be done."""
    poll = poll_or_404(reference)
    pending = PaperBatch.objects.filter(poll=poll).exclude(state=PaperBatch.State.SEALED).count()
    values = {
        "sums": [
            (_("on the roll"), formats.number(rolls.voters_count(poll.roll), 0)),
            (_("voted"), formats.number(voters_so_far(poll), 0)),
            (_("urns to finish"), formats.number(pending, 0)),
        ],
        "how": shown.how(poll),
        "may_cancel": may(request.user, "ballots.manage") and poll.state == Poll.State.OPEN and not voters_so_far(poll),
        "form": forms.ReasonForm(),
    }
    return poll_page(request, "ballots/bureau/overview.html", poll, _("Overview"), values)


@require_POST
@requires("ballots.manage")
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a vote up before anyone voted."""
    poll = poll_or_404(reference)
    try:
        polls.poll_cancel(actor=user_of(request), poll=poll, why=request.POST.get("why", ""))
        messages.success(request, _("The vote is cancelled, and its page says why."))
    except InputError as error:
        messages.error(request, str(error))
    return redirect("ballots:bureau", reference=reference)


@requires("ballots.audit")
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Reconcile roll, urns and box; explain what differs; count."""
    poll = poll_or_404(reference)
    form = forms.ExplainForm(request.POST if request.method == "POST" and "explain" in request.POST else None)
    status = 200
    if request.method == "POST":
        user = user_of(request)
        try:
            if "explain" in request.POST:
                if form.is_valid():
                    batch, difference = _gap(poll, request.POST["explain"])
                    closing.difference_explain(
                        actor=user, poll=poll, batch=batch, difference=difference, text=form.cleaned_data["text"]
                    )
                    messages.success(request, _("The explanation will be published with the result."))
                    return redirect("ballots:closing", reference=reference)
                status = 422
            else:
                closing.poll_close(actor=user, poll=poll)
                messages.success(request, _("The vote is counted and its ballots are published."))
                return redirect("ballots:poll", reference=reference)
        except InputError as error:
            messages.error(request, str(error))
            status = 422
    state = closing.reconciled(poll) if poll.state == Poll.State.OPEN else None
    rows = []
    if state is not None:
        rows = [
            (_("Marks of the roll"), formats.number(state.marks, 0)),
            (_("of which paper"), formats.number(state.paper_marks, 0)),
            (_("Ballots in the box"), formats.number(state.box, 0)),
            (_("of which from urns"), formats.number(state.boxed_paper, 0)),
        ]
    values = {
        "state": state,
        "over": poll.over(),
        "table": Table(_("Reconciliation"), [Column(_("Count")), Column(_("Number"), right=True)], rows)
        if rows
        else None,
        "form": form,
        "explanations": poll.explanations.select_related("batch").order_by("pk"),
    }
    return poll_page(request, "ballots/bureau/closing.html", poll, _("Closing"), values, status=status)


def _gap(poll: Poll, text: str) -> tuple[PaperBatch | None, int]:
    number, _mark, difference = text.partition(":")
    batch = get_object_or_404(PaperBatch, poll=poll, number=int(number)) if number.isdigit() else None
    try:
        return batch, int(difference)
    except ValueError:
        return batch, 0
