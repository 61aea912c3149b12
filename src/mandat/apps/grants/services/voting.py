"""Votes: one by one, by the members themselves or by the secretariat in their name, or as a block with exceptions.

A vote is cast once and never changed. Whoever has a tie with a case, or recused themselves, is not counted as present for it and cannot vote;
nothing is voted on where fewer than the quorum are left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.bodies.models import Term
from mandat.apps.grants.conflicts import conflicts
from mandat.apps.grants.models import Case, Item, Sitting, Vote
from mandat.apps.grants.schema.deciding import Committee
from mandat.apps.grants.seats import seats_on
from mandat.apps.grants.services.moving import terms_of
from mandat.apps.grants.tallying import Tally, result, tally
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Choice = Vote.Choice


class Ballots:
    """Who may vote on each item of a sitting, what was cast, and what it gives. A handful of queries whatever the length."""

    def __init__(self, sitting: Sitting, items: Sequence[Item], cases: Mapping[int, Case]) -> None:
        self.sitting, self.items, self.cases = sitting, items, cases
        self.present = frozenset(sitting.present.order_by("pk").values_list("pk", flat=True))
        self.ties = conflicts(self.present, [item.case_id for item in items])
        self._rules: dict[tuple[str, int], Committee] = {}

    @cached_property
    def president(self) -> int | None:
        """Who presides: the member present whose seat is that of the president."""
        seats = seats_on(self.sitting.programme, self.sitting.body, self.sitting.on).filter(president=True)
        return next((seat.user_id for seat in seats if seat.user_id in self.present), None)

    @cached_property
    def cast(self) -> Mapping[int, list[tuple[int, str]]]:
        """The votes by item, as (member, choice), in the order of the members."""
        found: dict[int, list[tuple[int, str]]] = defaultdict(list)
        rows = Vote.objects.filter(item__sitting=self.sitting).order_by("item", "member")
        for item, member, choice in rows.values_list("item", "member", "choice"):
            found[item].append((member, choice))
        return found

    def rule(self, item: Item) -> Committee:
        """The committee's rules in the version of the scheme the case lives under."""
        case = self.cases[item.case_id]
        key = (case.scheme, case.scheme_version)
        if key not in self._rules:
            rule = terms_of(case).document.committee
            if rule is None:
                raise InputError(Text("ce dispositif n'a pas de comité", "this scheme has no committee"))
            self._rules[key] = rule
        return self._rules[key]

    def voters(self, item: Item) -> frozenset[int]:
        """Who of those present may vote on an item."""
        return self.present - self.ties.get(item.case_id, frozenset())

    def has_quorum(self, item: Item) -> bool:
        return len(self.voters(item)) >= self.rule(item).quorum

    def tally(self, item: Item) -> Tally:
        return tally(self.cast.get(item.pk, ()), president=self.president)

    def outcome(self, item: Item) -> str:
        """What the votes make of an item. Raises InputError where it is neither voted on nor put off.

        A proposal to award that is rejected is a refusal; one to refuse that is rejected puts the case off, to be examined again.
        """
        if item.put_off:
            return Item.Outcome.POSTPONED
        given = result(self.tally(item), self.rule(item))
        if given == "none":
            raise InputError(
                Text(
                    f"le point {item.position} n'est ni voté ni reporté",
                    f"item {item.position} is neither voted on nor put off",
                )
            )
        if given == "adopted":
            return Item.Outcome.AWARDED if item.favourable else Item.Outcome.REFUSED
        return Item.Outcome.REFUSED if item.favourable else Item.Outcome.POSTPONED

    def told(self, item: Item) -> dict[str, Any]:
        """What the record of a decision says of the vote: numbers only, the roll call is in the minutes."""
        votes, rule = self.tally(item), self.rule(item)
        return {
            "body": self.sitting.body,
            "on": self.sitting.on,
            "quorum": rule.quorum,
            "majority": rule.majority,
            "present": len(self.present),
            "recused": len(self.present) - len(self.voters(item)),
            "for": votes.yes,
            "against": votes.no,
            "abstain": votes.abstain,
            "president": votes.president or None,
        }


def _sitting_open(pk: int) -> Sitting:
    """The sitting, held against closing until the transaction ends."""
    sitting = Sitting.objects.select_for_update(of=("self",)).get(pk=pk)
    if sitting.state != Sitting.State.OPEN:
        raise InputError(Text("la séance n'est pas ouverte", "the committee is not sitting"))
    return sitting


@transaction.atomic
def vote_cast(*, actor: User, item: Item, choice: str, member: User | None = None) -> Vote:
    """Vote on one item: one's own vote, or, by the secretariat, that of ``member``. See ``votes_cast``."""
    votes_cast(actor=actor, sitting=item.sitting, member=member, choices={item.pk: choice})
    return Vote.objects.get(item=item, member=member or actor)


@transaction.atomic
def votes_cast(*, actor: User, sitting: Sitting, choices: Mapping[int, str], member: User | None = None) -> int:
    """Cast one member's votes on several items (by key). Returns how many. ``member``: whose votes the secretariat writes down, else ``actor``'s own.

    Raises PermissionDenied for who is no member; InputError where the member is not there, has a tie with a case, has voted already, an item
    is put off or of another sitting, or too few may vote on it.
    """
    voter = member or actor
    if voter.pk != actor.pk:
        require(actor, "grants.committees")
    sitting = _sitting_open(sitting.pk)
    items = list(sitting.items.filter(pk__in=list(choices)).order_by("position").defer("motive"))
    if len(items) < len(choices):
        raise InputError(Text("ce point n'est pas de cette séance", "this item is not of this sitting"))
    _seated(sitting, voter)
    ballots = Ballots(sitting, items, _cases(items))
    if voter.pk not in ballots.present:
        raise InputError(Text("vous n'êtes pas noté présent", "you are not noted as present"))
    return _cast(ballots, [(item, voter.pk, choices[item.pk]) for item in items])


@transaction.atomic
def block_vote(
    *,
    actor: User,
    sitting: Sitting,
    items: Iterable[int] | None = None,
    choice: str = Choice.FOR,
    exceptions: Mapping[int, Mapping[int, str]] | None = None,
) -> int:
    """Have all those present vote ``choice`` on ``items`` (by key; None: all that nobody has voted on yet and is not put off).

    ``exceptions`` says by item who of them (by key) votes otherwise. Those who have a tie with a case do not vote on it; an item without its
    quorum is put off. Returns how many items were voted on. By the secretariat, once the president has put it to the vote.
    """
    require(actor, "grants.committees")
    sitting = _sitting_open(sitting.pk)
    wanted = sitting.items.filter(put_off=False, votes__isnull=True)
    if items is not None:
        keys = set(items)
        wanted = sitting.items.filter(pk__in=keys, put_off=False)
    found = list(wanted.order_by("position").defer("motive").distinct())
    if items is not None and len(found) < len(keys):
        raise InputError(Text("ce point n'est pas de cette séance, ou il est reporté", "not an item to vote on"))
    ballots = Ballots(sitting, found, _cases(found))
    said = exceptions or {}
    if unknown := [item for item in said if item not in {one.pk for one in found}]:
        raise InputError(
            Text(f"exception sur un point inconnu : {unknown[0]}", f"exception on an unknown item: {unknown[0]}")
        )
    rows: list[tuple[Item, int, str]] = []
    short: list[int] = []
    for item in found:
        if not ballots.has_quorum(item):
            short.append(item.pk)
            continue
        own = said.get(item.pk, {})
        if set(own) - ballots.voters(item):
            raise InputError(
                Text(f"point {item.position} : exception d'une personne qui ne vote pas", f"item {item.position}: exception for someone who does not vote")
            )  # fmt: skip
        rows += [(item, member, own.get(member, choice)) for member in sorted(ballots.voters(item))]
    _cast(ballots, rows)
    if short:
        sitting.items.filter(pk__in=short).update(put_off=True)
    return len(found) - len(short)


def _cast(ballots: Ballots, rows: Sequence[tuple[Item, int, str]]) -> int:
    moment = connection.ops.adapt_datetimefield_value(timezone.now())
    cast = {(item, member) for item, votes in ballots.cast.items() for member, _choice in votes}
    made = []
    for item, member, choice in rows:
        if choice not in Choice.values:
            raise InputError(Text(f"vote inconnu : {choice}", f"unknown vote: {choice}"))
        if item.put_off:
            raise InputError(Text(f"le point {item.position} est reporté", f"item {item.position} is put off"))
        if member not in ballots.voters(item):
            raise InputError(
                Text(
                    f"point {item.position} : un lien avec ce dossier empêche de voter",
                    f"item {item.position}: a tie with this case keeps from voting",
                )
            )
        if not ballots.has_quorum(item):
            raise InputError(
                Text(
                    f"point {item.position} : le quorum n'est pas atteint, reportez-le",
                    f"item {item.position}: the quorum is not there, put it off",
                )
            )
        if (item.pk, member) in cast:
            raise InputError(Text(f"point {item.position} : déjà voté", f"item {item.position}: already voted"))
        made.append((item.pk, member, str(choice), moment))
    # A block vote is tens of thousands of rows: one prepared statement, no objects.
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO grants_vote (item_id, member_id, choice, at) VALUES (%s, %s, %s, %s)", made)
    return len(made)


def _cases(items: Sequence[Item]) -> dict[int, Case]:
    found: dict[int, Case] = {}
    keys = [item.case_id for item in items]
    for start in range(0, len(keys), 500):
        rows = Case.objects.filter(pk__in=keys[start : start + 500]).defer("answers", "private").order_by("pk")
        found |= {case.pk: case for case in rows}
    return found


def _seated(sitting: Sitting, user: User) -> Term:
    seat = seats_on(sitting.programme, sitting.body, sitting.on).filter(user=user).first()
    if seat is None:
        raise PermissionDenied("grants.vote")
    return seat


def may_hold(user: User) -> bool:
    """Whether someone is of the secretariat of committees."""
    return may(user, "grants.committees")
