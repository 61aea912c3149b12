"""The booth: fill, check, confirm. Nothing of a ballot is kept between these steps but in the voter's own page.

Each step is a form of the one before: it works without script, by keyboard, and what was filled is never lost to an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mandat.apps.ballots import filling, hooks, identities, ordering, receipts, security, tokens
from mandat.apps.ballots.choices import GRADES
from mandat.apps.ballots.contents import BallotError
from mandat.apps.ballots.models import Mark, Poll, Unfinished, Voter
from mandat.apps.ballots.services import casting, codes
from mandat.apps.ballots.services.rolls import RollForgottenError
from mandat.apps.ballots.views.common import DRAFT, HELD, Booth, booth, crumbs, holder_of, poll_or_404
from mandat.apps.community import ratelimit
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

__all__ = ["ballot", "code", "hooks", "identities", "leave"]

#: Codes tried from one address in an hour: a whole hall may be behind it.
MOST_CODES = 120


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ballot(request: HttpRequest, reference: str) -> HttpResponse:
    """The ballot of a poll, in its three steps."""
    poll = poll_or_404(reference)
    if request.method == "POST" and request.POST.get("step") == "cast":
        return _cast(request, poll)
    if not poll.takes_votes():
        return _closed(request, poll)
    post = request.method == "POST"
    here = booth(request, poll, join=post)
    if here.voter is None and not here.may_join:
        return render(request, "ballots/enter.html", _shared(poll) | {"why": here.why}, status=403 if here.why else 200)
    if here.voter is not None and (mark := Mark.objects.filter(poll=poll, voter=here.voter).first()) is not None:
        return _voted(request, poll, mark)
    given = filling.filled(poll, request.POST)
    if not post or request.POST.get("step") in ("change", "sum"):
        return _form(request, poll, here, given)
    try:
        content = filling.ballot_of(poll, given)
    except BallotError as error:
        return _form(request, poll, here, given, error)
    assert here.voter is not None
    return _check(request, poll, here, here.voter, given, content)


def _shared(poll: Poll, *more: Crumb) -> dict[str, Any]:
    return {
        "poll": poll,
        "rules": poll.rules,
        "crumbs": crumbs(poll, *(more or (Crumb(_("Vote")),))),
        "grades": list(enumerate(GRADES))[::-1],
        "receipt_words": security.RECEIPT,
    }


def _seed(request: HttpRequest, here: Booth) -> str:
    return f"voter:{here.voter.pk}" if here.voter is not None else here.holder


def _form(
    request: HttpRequest, poll: Poll, here: Booth, given: filling.Filled, error: BallotError | None = None
) -> HttpResponse:
    options = ordering.shuffled(poll, _seed(request, here))
    left = filling.left(poll, given)
    most = min(poll.rules.most or len(options), len(options))
    values = _shared(poll) | {
        "rows": filling.rows(options, given, type=poll.rules.type, wrong=error.option if error else ""),
        "given": given,
        "error": error,
        "left": left,
        "over": left is not None and left < 0,
        "ranks": range(1, most + 1),
        "selects": len(options) <= 30,
        "most": poll.rules.most,
    }
    return render(request, "ballots/ballot.html", values, status=422 if error else 200)


def _check(
    request: HttpRequest, poll: Poll, here: Booth, voter: Voter, given: filling.Filled, content: Mapping[str, Any]
) -> HttpResponse:
    if request.user.is_authenticated and not request.session.get(f"{DRAFT}_{poll.pk}"):
        Unfinished.objects.bulk_create(
            [Unfinished(poll=poll, user=request.user, on=timezone.localdate())], ignore_conflicts=True
        )
        request.session[f"{DRAFT}_{poll.pk}"] = True
    values = _shared(poll) | {
        "said": filling.said(poll, content),
        "blank": "blank" in content,
        "hidden": _hidden(poll, given),
        "left": filling.left(poll, given),
        "token": tokens.made(poll=poll, holder=holder_of(request), voter=voter.pk, channel=here.channel),
    }
    return render(request, "ballots/check.html", values)


def _hidden(poll: Poll, given: filling.Filled) -> list[tuple[str, str]]:
    return given.hidden()


def _cast(request: HttpRequest, poll: Poll) -> HttpResponse:
    token = tokens.read(request.POST.get("token", ""), poll=poll, holder=holder_of(request))
    given = filling.filled(poll, request.POST)
    voter = Voter.objects.filter(pk=token.voter, roll=poll.roll_id).first() if token is not None else None
    if token is None or voter is None:
        # Signed out meanwhile, a page of another session, or forged: what was filled is checked again.
        here = booth(request, poll, join=poll.takes_votes())
        if here.voter is None or not poll.takes_votes():
            return redirect("ballots:ballot", reference=poll.reference)
        error = BallotError(_text_of(_("This page is too old or not yours: check your ballot again.")))
        return _form(request, poll, here, given, error)
    try:
        content = filling.ballot_of(poll, given)
        receipt = casting.cast(poll=poll, voter=voter, ballot=content, channel=token.channel, number=token.number)
    except casting.AlreadyVoted as already:
        if casting.held(poll=poll, number=token.number):
            # The same form sent twice, or sent again: the same ballot, the same receipt.
            return _receipt(request, poll, receipts.receipt(token.number), again=True)
        return _voted(request, poll, already.mark)
    except casting.NotVotingError as late:
        return _closed(request, poll, str(late))
    except BallotError as error:
        return _form(request, poll, Booth(voter, token.channel, holder_of(request)), given, error)
    if request.user.is_authenticated:
        Unfinished.objects.filter(poll=poll, user=request.user).delete()
    return _receipt(request, poll, receipt)


def _text_of(words: str) -> Any:
    from mandat.kernel.text import Text

    return Text(words, words)


def _receipt(request: HttpRequest, poll: Poll, receipt: str, *, again: bool = False) -> HttpResponse:
    values = _shared(poll, Crumb(_("Your receipt"))) | {"receipt": receipt, "again": again}
    return render(request, "ballots/receipt.html", values)


def _voted(request: HttpRequest, poll: Poll, mark: Mark | None) -> HttpResponse:
    return render(request, "ballots/voted.html", _shared(poll) | {"mark": mark}, status=409)


def _closed(request: HttpRequest, poll: Poll, why: str = "") -> HttpResponse:
    return render(request, "ballots/closed.html", _shared(poll) | {"why": why, "before": not poll.begun()}, status=409)


@never_cache
@sensitive_post_parameters()
@require_POST
def code(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the booth with a code on paper."""
    poll = poll_or_404(reference)
    if not poll.takes_votes():
        return _closed(request, poll)
    try:
        ratelimit.taken(ratelimit.address_of(request), "ballots.code", per_hour=MOST_CODES)
        voter, channel = codes.voter_by_code(roll=poll.roll, typed=request.POST.get("code", ""), user=request.user)
        if channel not in poll.rules.channels:
            raise codes.CodeRefusedError(_text_of(_("This vote is not held with codes.")))
    except ratelimit.TooManyError as many:
        return render(request, "ballots/enter.html", _shared(poll) | {"wrong": str(many)}, status=429)
    except (codes.CodeRefusedError, RollForgottenError, InputError) as refused:
        return render(request, "ballots/enter.html", _shared(poll) | {"wrong": str(refused)}, status=422)
    request.session[HELD] = {**(request.session.get(HELD) or {}), str(poll.roll_id): [voter.pk, channel]}
    if not request.user.is_authenticated:
        request.session.set_expiry(3600)
    return redirect("ballots:ballot", reference=poll.reference)


@never_cache
@require_POST
def leave(request: HttpRequest, reference: str) -> HttpResponse:
    """Leave the booth: the next person on this device types their own code."""
    poll = poll_or_404(reference)
    held = dict(request.session.get(HELD) or {})
    held.pop(str(poll.roll_id), None)
    request.session[HELD] = held
    return redirect(reverse("ballots:poll", args=[poll.reference]))
