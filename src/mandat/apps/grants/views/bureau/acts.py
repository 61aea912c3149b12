"""What agents do with one case, each act a form of its page."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mandat.apps.accounts.models import User
from mandat.apps.grants import access, desk_forms, reading
from mandat.apps.grants.case_file import experts_of
from mandat.apps.grants.models import Case
from mandat.apps.grants.services import deciding, instructing, opinions, recusals, rounds, scoring, visits
from mandat.apps.grants.services import messages as talk
from mandat.apps.grants.services.moving import terms_of, today
from mandat.apps.grants.views.bureau.common import attempt, crumbs, on_case, to_file
from mandat.apps.grants.views.bureau.file import show
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb


def _tried(
    request: HttpRequest,
    case: Case,
    where: access.Standing,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    done: str,
    anchor: str = "",
) -> HttpResponseBase:
    """Do an act with what its form says; the page again, with the form as filled in, where something is wrong."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return to_file(case, anchor)
    case.refresh_from_db()
    return show(request, case, where, status=422, **{name: form})


@require_POST
@on_case("examine")
def accept(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """The application is complete."""
    user = user_of(request)
    attempt(request, lambda: instructing.case_accept(actor=user, case=case), _("The application is held complete."))
    return to_file(case)


@require_POST
@on_case("examine")
def ask(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Ask for what lacks."""
    sheet = reading.sent(case).sheet
    form = desk_forms.AskForm(sheet.scheme, sheet.asked, today(), request.POST)

    def act(given: dict[str, Any]) -> None:
        instructing.case_ask(
            actor=user_of(request), case=case, codes=given.get("codes") or (), fields=given["fields_asked"], text=given["text"],
            until=given["until"],
        )  # fmt: skip

    said = _("The applicant is asked. The delay stands still until they answer.")
    return _tried(request, case, where, "ask_form", form, act, said)


@require_POST
@on_case("examine")
def call_on(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Call the case to the next round."""
    form = desk_forms.CallOnForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        rounds.case_call_on(actor=user_of(request), case=case, text=given["text"])

    return _tried(request, case, where, "round_form", form, act, _("The applicant is called to the next round."))


@require_POST
@on_case("examine")
def propose(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Propose a decision."""
    form = desk_forms.ProposeForm(terms_of(case).document, request.POST)

    def act(given: dict[str, Any]) -> None:
        amount: Decimal | None = given.get("amount") if form.favourable else None
        instructing.case_propose(
            actor=user_of(request), case=case, amount=amount, motive=given["motive"], favourable=form.favourable
        )

    return _tried(request, case, where, "propose_form", form, act, _("The proposal is made."))


@require_POST
@on_case("examine")
def reopen(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Examine again."""
    form = desk_forms.ReasonForm("reopen", request.POST)

    def act(given: dict[str, Any]) -> None:
        instructing.case_reopen(actor=user_of(request), case=case, reason=given["reason"])

    return _tried(request, case, where, "reopen_form", form, act, _("The examination is taken up again."))


@require_POST
@on_case("decide")
def reject(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """The application is not admissible."""
    form = desk_forms.ReasonForm("reject", request.POST)

    def act(given: dict[str, Any]) -> None:
        instructing.case_reject(actor=user_of(request), case=case, motive=given["reason"])

    return _tried(request, case, where, "reject_form", form, act, _("The decision is made."))


@require_POST
@on_case("decide")
def decide(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """The authority decides, where no committee votes."""
    form = desk_forms.DecideForm(terms_of(case).document, request.POST)

    def act(given: dict[str, Any]) -> None:
        deciding.case_decide(
            actor=user_of(request),
            case=case,
            outcome="awarded" if form.favourable else "refused",
            amount=given.get("amount") if form.favourable else None,
            motive=given["motive"],
        )

    return _tried(request, case, where, "decide_form", form, act, _("The decision is made."))


@require_POST
@on_case("examine")
def assign(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Give the case to a colleague, to oneself, or to nobody."""
    form = desk_forms.AssignForm(instructing.assignable(case), request.POST)

    def act(given: dict[str, Any]) -> None:
        to = User.objects.filter(pk=int(given["to"])).first() if given["to"] else None
        instructing.case_assign(actor=user_of(request), case=case, to=to)

    return _tried(request, case, where, "assign_form", form, act, _("Done."))


@require_POST
@on_case("examine")
def note(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """A note between agents."""
    form = desk_forms.ReasonForm("note", request.POST)

    def act(given: dict[str, Any]) -> None:
        talk.message_send(actor=user_of(request), case=case, text=given["reason"], internal=True)

    return _tried(request, case, where, "note_form", form, act, _("The note is kept."), "echanges")


@require_POST
@on_case("examine")
def message(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Write to the applicant, or say that what they wrote is read."""
    user = user_of(request)
    if "read" in request.POST:
        attempt(request, lambda: talk.messages_read(actor=user, case=case))
        return to_file(case, "echanges")
    form = desk_forms.ReasonForm("message", request.POST)

    def act(given: dict[str, Any]) -> None:
        talk.message_send(actor=user, case=case, text=given["reason"])

    return _tried(request, case, where, "message_form", form, act, _("Your message is sent."), "echanges")


@require_POST
@on_case("examine")
def judge(request: HttpRequest, case: Case, where: access.Standing, pk: int) -> HttpResponseBase:
    """Whether a document shows what it should."""
    piece = case.pieces.filter(pk=pk).first()
    if piece is None:
        raise Http404
    verdict = request.POST.get("verdict", "")
    attempt(request, lambda: instructing.piece_judge(actor=user_of(request), piece=piece, verdict=verdict))
    return to_file(case, "pieces")


@require_POST
@on_case("examine")
def opinion_ask(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Ask an expert."""
    form = desk_forms.OpinionAskForm(experts_of(case), today(), request.POST)

    def act(given: dict[str, Any]) -> None:
        expert = User.objects.get(pk=int(given["expert"]))
        opinions.opinion_ask(actor=user_of(request), case=case, expert=expert, due_on=given["due_on"])

    return _tried(request, case, where, "opinion_form", form, act, _("The opinion is asked for."), "avis")


@require_POST
@on_case("examine")
def opinion_remind(request: HttpRequest, case: Case, where: access.Standing, pk: int) -> HttpResponseBase:
    """Remind an expert."""
    found = case.opinions.filter(pk=pk).first()
    if found is None:
        raise Http404
    if opinions.opinion_remind(actor=user_of(request), opinion=found):
        messages.success(request, _("The expert is reminded."))
    else:
        messages.warning(request, _("The expert was reminded today, or has answered."))
    return to_file(case, "avis")


@require_POST
@on_case("examine")
def opinions_close(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Go on without the opinions that lack."""
    form = desk_forms.ReasonForm("close", request.POST)

    def act(given: dict[str, Any]) -> None:
        opinions.opinions_close(actor=user_of(request), case=case, reason=given["reason"])

    return _tried(request, case, where, "close_form", form, act, _("The examination is taken up again."), "avis")


@require_POST
@on_case("visit")
def visit(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Record a visit."""
    form = desk_forms.VisitForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        visits.visit_record(actor=user_of(request), case=case, on=given["on"], findings=given["findings"])

    return _tried(request, case, where, "visit_form", form, act, _("The visit is recorded."), "visites")


@require_POST
@on_case("recuse")
def recuse(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """Take no part in this case any more."""
    form = desk_forms.ReasonForm("recuse", request.POST)

    def act(given: dict[str, Any]) -> None:
        recusals.recuse(actor=user_of(request), case=case, reason=given["reason"])

    said = _("You take no part in this case any more: a colleague deals with it.")
    return _tried(request, case, where, "recuse_form", form, act, said)


@on_case("score")
def score(request: HttpRequest, case: Case, where: access.Standing) -> HttpResponseBase:
    """The grid, for those of the service who score: where it is not blind."""
    terms = terms_of(case)
    grid = terms.document.scoring
    if grid is None or not scoring.may_score(where, terms.document):
        raise Http404
    user = user_of(request)
    mine = case.scores.filter(scorer=user).select_related("case__subject").first()
    form = desk_forms.ScoreForm(
        grid, request.POST or None, initial=mine.points if mine else None, said=mine.comment if mine else ""
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            given, comment = form.points, form.cleaned_data["comment"]
            said = _("Your points are kept.")
            if attempt(request, lambda: scoring.score_give(actor=user, case=case, points=given, comment=comment), said):
                return to_file(case, "notes")
        status = 422
    values = {
        "case": case,
        "terms": terms,
        "form": form,
        "grid": grid,
        "open": case.state in scoring.SCORED_IN,
        "groups": reading.groups(reading.sent(case).sheet),
    }
    trail = [*crumbs(), Crumb(case.reference, request.path.removesuffix("notation/")), Crumb(_("Points"))]
    return page(request, "grants/bureau/score.html", values, crumbs=trail, status=status)
