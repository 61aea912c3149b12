"""One's applications once they are begun: the list, one case and what can be done with it, the receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mandat.apps.accounts.access import second_factor
from mandat.apps.custody.keys import ErasedError
from mandat.apps.grants import access, parts, receipts, selectors
from mandat.apps.grants.machine import ENDED, LIVE, MOVEMENTS, OPEN, State, possible
from mandat.apps.grants.models import Case, Submission
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.services import evidence, sending, sharing
from mandat.apps.grants.services import messages as talk
from mandat.apps.grants.services.delays import decision_due
from mandat.apps.grants.services.drafts import leads, open_request
from mandat.apps.grants.services.moving import terms_of, today
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.grants.views.applicant.drafting import recap, wanted
from mandat.apps.grants.views.applicant.shared import TONES, Draft, attempt, crumbs, draft_of, own, to_case, user_of
from mandat.apps.programme.published import published
from mandat.apps.programme.views.shared import home_crumb
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.components import Crumb, Page
from mandat.web.templatetags.formats import say

#: What applicants read of steps that the service makes: no opinion, no proposal, nothing of who examines.
_STEPS: dict[str, Any] = {
    "submit": Text("vous avez envoyé la demande", "you sent the application"),
    "ask": Text("le service vous a demandé quelque chose", "the service asked you for something"),
    "answer": Text("vous avez répondu", "you answered"),
    "lapse": Text("le temps pour compléter est passé", "the time to complete is over"),
    "accept": Text("votre dossier est complet, son examen commence", "your file is complete, its examination begins"),
    "withdraw": Text("vous avez retiré la demande", "you withdrew the application"),
}
_HIDDEN = frozenset({"consult", "consulted", "propose", "reopen", "answer_late"})


@never_cache
@login_required
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """My applications: those that wait for something from me first, then the latest."""
    user, programme = user_of(request), published().code
    rows = selectors.cases_of(user, programme)
    before = request.GET.get("avant", "")
    if before.isdecimal() and len(before) < 12:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: selectors.PAGE + 1])
    more, found = len(found) > selectors.PAGE, found[: selectors.PAGE]
    unread = selectors.unread(found)
    known: dict[tuple[str, int], Scheme] = {}
    lines: list[dict[str, Any]] = []
    for case in found:
        key = (case.scheme, case.scheme_version)
        scheme = known[key] = known.get(key) or SCHEMES.at(case.programme, *key).document
        lines.append({"case": case, "scheme": scheme, "tone": TONES[case.state], "unread": unread.get(case.pk, 0)})
    lines.sort(key=lambda line: line["case"].state != State.INCOMPLETE)
    older = f"{reverse('grants:cases')}?avant={found[-1].pk}" if more else ""
    values = {
        "crumbs": [home_crumb(), Crumb(_("My account"), reverse("accounts:home")), Crumb(_("My applications"))],
        "lines": lines,
        "parties": list(selectors.parties_to_answer(user, programme)),
        "page": Page(len(found), newer=reverse("grants:cases") if before else "", older=older) if more or before else None,
    }  # fmt: skip
    return render(request, "grants/applicant/cases.html", values)


@never_cache
@login_required
def case(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One case for the applicant's side. Who serves the Region is led to its file; for others it does not exist."""
    found = get_object_or_404(
        Case.objects.select_related("applicant", "subject", "opened_by"), reference=reference.upper()
    )
    user = user_of(request)
    rank = access.applicant_rank(user, found)
    if not rank:
        raise Http404
    if found.state == State.DRAFT:
        draft = draft_of(found)
        todo = next((step for step in draft.steps("") if step.lacking), None)
        return redirect(todo.url if todo else reverse("grants:review", args=[found.reference]))
    return render(request, "grants/applicant/case.html", _values(request, found, rank))


def _values(request: HttpRequest, found: Case, rank: str) -> dict[str, Any]:
    user, terms = user_of(request), terms_of(found)
    scheme = terms.document
    draft = draft_of(found) if found.state == State.INCOMPLETE else None
    asked = open_request(found)
    submissions = list(found.submissions.order_by("rank"))
    return {
        "crumbs": crumbs(found),
        "case": found,
        "scheme": scheme,
        "tone": TONES[found.state],
        "standing": standing_words(found, scheme),
        "asked": asked,
        "asked_pieces": [one for one in scheme.evidence if asked and one.code in asked.codes],
        "asked_sections": _asked_sections(draft) if draft else [],
        "lacking": [lack for lack in draft.lacking if lack.where != "pieces"] if draft else [],
        "may_edit": rank in ("owner", "editor"),
        "wanted": wanted(evidence.receivable(found, scheme), found),
        "parts": parts.shown(found, user),
        "messages_shown": list(selectors.waiting_messages(found)),
        "timeline": timeline(found),
        "submissions": submissions,
        "leads": leads(user, found),
        "withdrawable": leads(user, found) and "withdraw" in possible(found.state, "applicant"),
        "joint": scheme.applicants.parties[1] > 1,
        "funded": found.awarded is not None and found.state in (*LIVE, State.CLOSED),
        "me": user,
        "day": today(),
    }


def _asked_sections(draft: Draft) -> list[tuple[Any, list[str]]]:
    """Sections that may be corrected now, with the fields named by the service."""
    found = []
    for section in draft.sheet.sections:
        fields = draft.sheet.fields(section)
        whole = section.code in draft.changes
        names = [say(one.label) for one in fields if whole or one.name in draft.changes]
        if names:
            found.append((section, names))
    return found


def standing_words(found: Case, scheme: Scheme) -> list[str]:
    """Where the case stands and what comes next, in sentences. The day is that by which silence would speak."""
    state, due = State(found.state), found.due_on
    silence = (
        _("Without an answer by then, the application is accepted.")
        if scheme.workflow.silence == "acceptance"
        else _("Without an answer by then, the application is refused, and you may contest that.")
    )
    if state == State.SUBMITTED:
        said = [_("The service checks that your file is complete.")]
        if due is not None and due >= today():
            said.append(_("It tells you by %(day)s if something is missing.") % {"day": formats.day(due)})
        last = decision_due(found, scheme)
        if last is not None:
            said += [_("You are answered by %(day)s.") % {"day": formats.day(last)}, silence]
        return said
    if state == State.INCOMPLETE:
        said = [_("The service waits for something from you: the delay stands still meanwhile.")]
        if due is not None:
            said.append(_("Answer by %(day)s.") % {"day": formats.day(due)})
        return said
    if state in OPEN:
        said = [_("Your file is complete: it is being examined.")]
        if scheme.workflow.pattern == "committee":
            said.append(_("A committee then decides."))
        if due is not None:
            said += [_("You are answered by %(day)s.") % {"day": formats.day(due)}, silence]
        return said
    if state in LIVE:
        return [
            {
                State.AWARDED: _("Your application is accepted."),
                State.RUNNING: _("Your project is under way."),
                State.SUSPENDED: _("Payments are suspended: see below why, and what to do."),
            }[state]
        ]
    if state in ENDED:
        return [
            {
                State.CLOSED: _("This case is closed."),
                State.REFUSED: _("Your application is refused. The letter says why, and how to contest it."),
                State.WITHDRAWN: _("You withdrew this application."),
                State.INADMISSIBLE: _("Your application is not admissible. The letter says why."),
            }[state]
        ]
    return []


def timeline(found: Case) -> list[dict[str, Any]]:
    """What happened, in words and latest last, without what the service keeps to itself before it decides."""
    return [
        {"at": one.at, "said": say(_STEPS[one.name]) if one.name in _STEPS else str(MOVEMENTS[one.name].label)}
        for one in found.moves.order_by("pk")
        if one.name not in _HIDDEN and one.name in MOVEMENTS
    ]


@require_POST
@own
def message(request: HttpRequest, found: Case) -> HttpResponseBase:
    """Write to the service; or say that its messages are read."""
    user = user_of(request)
    if "read" not in request.POST:
        text = request.POST.get("text", "")
        attempt(request, lambda: talk.message_send(actor=user, case=found, text=text), _("Your message is sent."))
    talk.messages_read(actor=user, case=found)
    return redirect(reverse("grants:case", args=[found.reference]) + "#messages")


@require_POST
@own
def answer(request: HttpRequest, found: Case) -> HttpResponseBase:
    """Send what was asked for."""
    try:
        sent = sending.case_submit(actor=user_of(request), case=found)
    except InputError as error:
        messages.error(request, str(error))
        return to_case(found)
    return redirect("grants:receipt", found.reference, sent.rank)


@own
def withdraw(request: HttpRequest, found: Case) -> HttpResponseBase:
    """Take the application back, told beforehand what follows."""
    user = user_of(request)
    if not leads(user, found) or "withdraw" not in possible(found.state, "applicant"):
        return to_case(found)
    if request.method == "POST":
        reason = request.POST.get("reason", "")[:2000]
        attempt(
            request,
            lambda: sending.case_withdraw(actor=user, case=found, reason=reason),
            _("Your application is withdrawn."),
        )
        return to_case(found)
    values = {"crumbs": crumbs(found, _("Withdraw my application")), "case": found, "awarded": found.state in LIVE}
    return render(request, "grants/applicant/withdraw.html", values)


def _submission(found: Case, rank: int) -> Submission:
    return get_object_or_404(found.submissions.select_related("case__subject", "by"), rank=rank)


@require_GET
@own
def receipt(request: HttpRequest, found: Case, rank: int) -> HttpResponseBase:
    """The receipt: what was received, when, its digest, and what comes next."""
    sent = _submission(found, rank)
    terms = terms_of(found)
    draft = draft_of(found)
    values = {
        "crumbs": crumbs(found, _("Receipt")),
        "case": found,
        "scheme": terms.document,
        "sent": sent,
        "received": timezone.localtime(sent.at),
        "standing": standing_words(found, terms.document),
        "recap": recap(draft),
        "last": rank == found.submissions.count(),
    }
    return render(request, "grants/applicant/receipt.html", values)


@require_GET
@own
def receipt_pdf(request: HttpRequest, found: Case, rank: int) -> HttpResponseBase:
    """The same as PDF/UA-1, from the sealed record alone: it stays the same."""
    sent = _submission(found, rank)
    try:
        raw = receipts.pdf(receipts.content(sent, terms_of(found).document))
    except (ErasedError, ValueError) as error:
        raise Http404 from error
    return HttpResponse(
        raw,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="recepisse-{found.reference}-{rank}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


__all__ = ["answer", "case", "cases", "message", "receipt", "receipt_pdf", "second_factor", "sharing", "withdraw"]
