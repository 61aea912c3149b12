"""Votes of a body: a question is put, each member votes once, the vote is closed. By roll call or by show of hands.

A vote is cast once and never changed; nobody is told how a vote goes before it is closed. Whoever recused themselves is neither counted for the
quorum of the item nor votes. Proxies vote and are not counted for the quorum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.bodies.models import Amendment, Attendance, Division, Item, Session, Term, Vote
from mandat.apps.bodies.services.attendance import THERE
from mandat.apps.bodies.services.recording import append, locked, session_fact
from mandat.apps.bodies.tallying import CHOICES, Tally, carried, tally
from mandat.apps.bodies.terms import meeting_body
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

State, Mode, Outcome = Session.State, Division.Mode, Item.Outcome
#: Outcomes an item may be given without a vote.
SETTLED = frozenset({Outcome.NOTED, Outcome.POSTPONED, Outcome.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Electors:
    """Who votes on an item: those there (``present``), and those represented, each with who holds their proxy. By keys of terms."""

    present: frozenset[int]
    represented: Mapping[int, int]
    president: int | None

    @property
    def all(self) -> frozenset[int]:
        return self.present | set(self.represented)


def electors(session: Session, item: Item) -> Electors:
    """Who may vote on an item as things stand: voting members who did not recuse themselves. Two queries."""
    recused = set(item.recusals.order_by("pk").values_list("term", flat=True))
    rows = Attendance.objects.filter(session=session, term__votes=True).select_related("term").order_by("term")
    found = [row for row in rows if row.term_id not in recused]
    present = frozenset(row.term_id for row in found if row.status in THERE)
    represented = {row.term_id: row.proxy_id for row in found if row.proxy_id is not None and row.proxy_id in present}
    president = next((row.term_id for row in found if row.term.president and row.term_id in present), None)
    return Electors(present, represented, president)


@transaction.atomic
def division_open(*, actor: User, item: Item, amendment: Amendment | None = None, mode: str = Mode.ROLL) -> Division:
    """Put an item, or one amendment to it, to the vote while the body sits.

    Raises InputError without the item's quorum, for what is settled or put already, and for an item whose amendments are not all settled.
    """
    require(actor, "bodies.manage")
    session = locked(item.session, State.OPEN)
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if mode not in Mode.values:
        raise InputError(Text(f"mode de vote inconnu : {mode}", f"unknown way to vote: {mode}"))
    if item.outcome or item.nature == Item.Nature.INFORMATION:
        raise InputError(Text("ce point ne se vote pas, ou il est réglé", "this item is not voted on, or settled"))
    if amendment is not None and (amendment.item_id != item.pk or amendment.outcome):
        raise InputError(Text("cet amendement est réglé", "this amendment is settled"))
    if Division.objects.filter(item__session=session, closed_at__isnull=True).exists():
        raise InputError(Text("un autre vote est en cours : fermez-le", "another vote is under way: close it"))
    if amendment is None and item.amendments.filter(outcome="").exists():
        raise InputError(Text("votez d'abord les amendements", "vote on the amendments first"))
    if Division.objects.filter(item=item, amendment=amendment).exists():
        raise InputError(Text("cette question est déjà mise aux voix", "this question is put to the vote already"))
    there = len(electors(session, item).present)
    if there < (session.quorum or 1):
        raise InputError(
            Text(
                f"quorum non atteint sur ce point : {there} présents, il en faut {session.quorum}",
                f"no quorum on this item: {there} present, {session.quorum} are needed",
            )
        )
    return Division.objects.create(item=item, amendment=amendment, mode=mode, opened_at=timezone.now())


@transaction.atomic
def vote_cast(*, actor: User, division: Division, choice: str, term: Term | None = None) -> Vote:
    """Vote by roll call: ``actor``'s own vote, that of the member they hold a proxy of, or, by the secretariat, that of any member (``term``).

    Raises PermissionDenied for who is no member; InputError for a vote once closed, a second vote, someone absent or recused.
    """
    division, session = _running(division)
    own = _own(actor, session)
    wanted = term.pk if term is not None else (own.pk if own is not None else None)
    if wanted is None:
        raise PermissionDenied("bodies.vote")
    found = electors(session, division.item)
    if wanted not in found.all:
        raise InputError(
            Text("absence ou déport : ce membre ne vote pas ici", "absent or recused: this member does not vote here")
        )
    holder = found.represented.get(wanted)
    mine = own is not None and (wanted == own.pk or holder == own.pk) and may(actor, "bodies.vote")
    if not mine:
        require(actor, "bodies.manage")
    return _cast(division, {wanted: choice}, found)[0]


@transaction.atomic
def votes_cast(*, actor: User, division: Division, choices: Mapping[int, str]) -> int:
    """The roll call as the secretariat writes it down: choices by key of term. Returns how many."""
    require(actor, "bodies.manage")
    division, session = _running(division)
    found = electors(session, division.item)
    if set(choices) - found.all:
        raise InputError(
            Text("absence ou déport : un de ces membres ne vote pas ici", "absent or recused: one of these does not vote here")
        )  # fmt: skip
    return len(_cast(division, choices, found))


def _running(division: Division) -> tuple[Division, Session]:
    """The question, held until the transaction ends against closing, and its session."""
    # Several members vote at once: each waits for the one before, a few milliseconds.
    rows = Division.objects.select_for_update(of=("self",)).select_related("item__session")
    division = rows.get(pk=division.pk)
    session = division.item.session
    if division.closed_at is not None or session.state != State.OPEN:
        raise InputError(Text("ce vote est clos", "this vote is closed"))
    if division.mode != Mode.ROLL:
        raise InputError(Text("ce vote est à main levée", "this vote is by show of hands"))
    return division, session


def _own(actor: User, session: Session) -> Term | None:
    found = Term.objects.filter(programme=session.programme, body=session.body, user=actor, since__lte=session.on)
    running = [one for one in found.order_by("pk") if one.until is None or one.until >= session.on]
    return running[0] if running else None


def _cast(division: Division, choices: Mapping[int, str], found: Electors) -> list[Vote]:
    if any(choice not in CHOICES for choice in choices.values()):
        raise InputError(Text("vote inconnu", "unknown vote"))
    if Vote.objects.filter(division=division, term__in=list(choices)).exists():
        raise InputError(Text("ce membre a déjà voté", "this member has voted already"))
    now = timezone.now()
    rows = [
        Vote(division=division, term_id=term, choice=choice, proxy_id=found.represented.get(term), at=now)
        for term, choice in choices.items()
    ]
    try:
        with transaction.atomic():
            return Vote.objects.bulk_create(rows, batch_size=200)
    except IntegrityError:  # the database has the last word on who has voted
        raise InputError(Text("ce membre a déjà voté", "this member has voted already")) from None


@transaction.atomic
def division_close(*, actor: User, division: Division) -> Division:
    """Close a roll call and say what it gives; later votes are refused. Closing one that is closed changes nothing.

    Raises InputError where nobody voted.
    """
    require(actor, "bodies.manage")
    division = Division.objects.select_for_update(of=("self",)).select_related("item__session").get(pk=division.pk)
    if division.closed_at is not None:
        return division
    session = division.item.session
    cast = list(division.votes.order_by("pk").values_list("term", "choice"))
    if not cast:
        raise InputError(Text("personne n'a voté", "nobody voted"))
    return _closed(division, session, tally(cast, president=electors(session, division.item).president))


@transaction.atomic
def show_of_hands(
    *, actor: User, item: Item, amendment: Amendment | None = None, yes: int, no: int, abstain: int = 0, none: int = 0,
    presided: str = "",
) -> Division:  # fmt: skip
    """Put a question to a vote by show of hands and write down its numbers, at once.

    Raises InputError where more hands are told than there are voters, or none.
    """
    division = division_open(actor=actor, item=item, amendment=amendment, mode=Mode.SHOW)
    votes = Tally(yes, no, abstain, none, presided)
    voters = len(electors(item.session, item).all)
    if min(yes, no, abstain, none) < 0 or not 0 < votes.told <= voters:
        raise InputError(
            Text(f"de 1 à {voters} voix : {votes.told} comptées", f"from 1 to {voters} votes: {votes.told} counted")
        )
    if presided not in ("", *CHOICES):
        raise InputError(Text("vote de la présidence inconnu", "unknown vote of the presidency"))
    return _closed(division, division.item.session, votes)


def _closed(division: Division, session: Session, votes: Tally) -> Division:
    terms = meeting_body(session.body)
    division.closed_at = timezone.now()
    division.yes, division.no, division.abstain, division.none = votes.yes, votes.no, votes.abstain, votes.none
    division.presided = votes.presided
    division.adopted = carried(votes, terms.document.voting, members=session.members or 0)
    division.save()
    outcome = Outcome.ADOPTED if division.adopted else Outcome.REJECTED
    if division.amendment_id is not None:
        Amendment.objects.filter(pk=division.amendment_id).update(outcome=outcome)
        number = Amendment.objects.values_list("number", flat=True).get(pk=division.amendment_id)
    else:
        Item.objects.filter(pk=division.item_id).update(outcome=outcome)
        number = 0
    append(
        session_fact(
            "bodies.vote_closed.v1", terms, session, item=division.item.position, amendment=number, mode=division.mode,
            yes=votes.yes, no=votes.no, abstain=votes.abstain, none=votes.none, adopted=division.adopted,
        )
    )  # fmt: skip
    return division


@transaction.atomic
def item_settle(*, actor: User, item: Item, outcome: str) -> Item:
    """Settle an item without a vote: noted (information, reports), put off to another session, withdrawn.

    Raises InputError once it is put to the vote, and for a decision that would only be noted.
    """
    require(actor, "bodies.manage")
    locked(item.session, State.OPEN)
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if outcome not in SETTLED:
        raise InputError(Text("cette issue se vote", "this outcome is voted on"))
    if item.outcome or item.divisions.filter(amendment__isnull=True).exists():
        raise InputError(Text("ce point est déjà réglé ou mis aux voix", "this item is settled or put to the vote"))
    if item.divisions.filter(closed_at__isnull=True).exists():
        raise InputError(Text("un amendement est aux voix", "an amendment is being voted on"))
    if outcome == Outcome.NOTED and item.nature not in (Item.Nature.INFORMATION, Item.Nature.REPORT):
        raise InputError(Text("ce point se vote", "this item is voted on"))
    item.outcome = outcome
    item.save(update_fields=["outcome"])
    item.amendments.filter(outcome="").update(outcome=Amendment.Outcome.WITHDRAWN)
    return item


@transaction.atomic
def amendment_withdraw(*, actor: User, amendment: Amendment) -> Amendment:
    """Withdraw an amendment that is not yet voted on: by its author, or by the secretariat at their word."""
    own = amendment.author is not None and amendment.author.user_id == actor.pk
    if not own:
        require(actor, "bodies.manage")
    locked(amendment.item.session, State.CONVENED, State.OPEN)
    amendment = Amendment.objects.select_for_update(of=("self",)).get(pk=amendment.pk)
    if amendment.outcome or amendment.divisions.exists():
        raise InputError(
            Text("cet amendement est réglé ou mis aux voix", "this amendment is settled or being voted on")
        )
    amendment.outcome = Amendment.Outcome.WITHDRAWN
    amendment.save(update_fields=["outcome"])
    return amendment
