"""Who is voting, and what the pages of votes share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.ballots import hooks, identities
from mandat.apps.ballots.models import Channel, Poll, Voter
from mandat.apps.ballots.services import rolls
from mandat.apps.programme.views.shared import participate_crumb
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb

#: What a session remembers of codes typed: roll → [voter, channel]. Never a ballot, never a receipt.
HELD = "ballots_codes"
DRAFT = "ballots_begun"


def poll_or_404(reference: str) -> Poll:
    poll = Poll.objects.select_related("roll").filter(reference=reference).first()
    if poll is None:
        raise Http404(reference)
    return poll


def home() -> Crumb:
    return Crumb(_("Home"), reverse("programme:home"))


def above() -> list[Crumb]:
    """What stands above every page of votes."""
    return [home(), participate_crumb()]


def crumbs(poll: Poll, *last: Crumb) -> list[Crumb]:
    """From the home page, through what the poll belongs to, to the poll."""
    owner = hooks.home_of(poll)
    middle = Crumb(owner[0], owner[1]) if owner is not None else Crumb(_("Votes"), reverse("ballots:list"))
    # A vote named as what it belongs to would stand there twice.
    title = _("Vote") if owner is not None and str(owner[0]) == str(poll.title) else str(poll.title)
    own = Crumb(title, reverse("ballots:poll", args=[poll.reference]) if last else "")
    return [*above(), middle, own, *last]


@dataclass(frozen=True, slots=True)
class Booth:
    """Who stands in the booth: a voter, by a channel; or nobody yet, and why. ``holder`` binds a form to an account or a session."""

    voter: Voter | None
    channel: str
    holder: str
    why: Any = ""
    may_join: bool = False


def holder_of(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"session:{request.session.session_key or ''}"


def booth(request: HttpRequest, poll: Poll, *, join: bool = False) -> Booth:
    """Who this request votes as: by a code typed in this session, else by the account. ``join``: put on the roll whoever may be (never for a GET)."""
    holder = holder_of(request)
    held = (request.session.get(HELD) or {}).get(str(poll.roll_id))
    if held:
        voter = Voter.objects.filter(pk=held[0], roll=poll.roll_id).first()
        if voter is not None:
            return Booth(voter, held[1], holder)
    if not request.user.is_authenticated:
        return Booth(None, "", holder)
    open_to: set[str] = set(poll.rules.channels)
    if not open_to & {Channel.ACCOUNT, Channel.OIDC, Channel.ROLL}:
        return Booth(None, "", holder, _("This vote is not held with an account."))
    proven = identities.proven(request.user)
    channel = _channel(open_to, proven)
    if not channel:
        return Booth(None, "", holder, _("This vote asks for a digital identity: sign in with it."))
    voter = rolls.voter_of(roll=poll.roll, user=request.user)
    if voter is not None and not join:
        return Booth(voter, channel, holder)
    area, age_band = "", ""
    try:
        if voter is None:
            if poll.roll.closed_list or open_to.isdisjoint({Channel.ACCOUNT, Channel.OIDC}):
                why = _("You are not on the roll of this vote. If this is a mistake, ask at the desk.")
                return Booth(None, "", holder, why)
            entitled = hooks.entitled(poll, request.user)
            area, age_band = entitled.area, entitled.age_band
            if not join:
                return Booth(None, channel, holder, may_join=True)
        # Someone known already is from now on known in all their ways.
        voter = rolls.known(
            roll=poll.roll, channel=channel, known_as=identities.of_user(request.user), area=area, age_band=age_band
        )
    except InputError as refused:
        return Booth(None, "", holder, str(refused))
    return Booth(voter, channel, holder)


def _channel(open_to: set[str], proven: bool) -> str:
    """The channel an account votes by; empty where it proves too little."""
    if proven and Channel.OIDC in open_to:
        return str(Channel.OIDC)
    if Channel.ACCOUNT in open_to:
        return str(Channel.ACCOUNT)
    if Channel.ROLL in open_to:
        return str(Channel.ROLL)
    return ""
