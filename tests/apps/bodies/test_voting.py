"""Votes: once each, by proxy, without those who recused themselves, never after closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.bodies.models import Division, Item, Session, Term, Vote
from mandat.apps.bodies.services import agenda, attendance, voting
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.bodies.conftest import item, opened, voted


@pytest.fixture
def sitting(agent: User, session: Session, seated: list[Term], clock: Any) -> Item:
    """An item before five voting members who are all there."""
    one = item(agent, session)
    opened(agent, session, seated, clock)
    return Item.objects.select_related("session").get(pk=one.pk)


def test_each_member_votes_once_and_nothing_is_told_before_closing(
    agent: User, sitting: Item, seated: list[Term]
) -> None:
    division = voting.division_open(actor=agent, item=sitting)
    size = journal.size()
    for term, choice in zip(seated[:3], ("for", "for", "against"), strict=True):
        assert term.user is not None
        voting.vote_cast(actor=term.user, division=division, choice=choice)
    assert journal.size() == size
    with pytest.raises(InputError, match="déjà voté"):
        voting.vote_cast(actor=seated[0].user, division=division, choice="against")  # type: ignore[arg-type]
    with guard.acts():
        closed = voting.division_close(actor=agent, division=division)
    assert (closed.yes, closed.no, closed.adopted) == (2, 1, True)
    fact = journal.page(kind="bodies.vote_closed.v1").entries[0].fact
    assert (fact.data["yes"], fact.data["mode"]) == (2, "roll-call")
    with pytest.raises(InputError, match="clos"):
        voting.vote_cast(actor=seated[4].user, division=division, choice="for")  # type: ignore[arg-type]
    sitting.refresh_from_db()
    assert sitting.outcome == "adopted"
    assert voting.division_close(actor=agent, division=division).yes == 2


def test_the_database_itself_refuses_a_second_vote(agent: User, sitting: Item, seated: list[Term]) -> None:
    division = voting.division_open(actor=agent, item=sitting)
    voting.vote_cast(actor=seated[0].user, division=division, choice="for")  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(division=division, term=seated[0], choice="for", at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Division.objects.create(item=sitting, mode="roll-call", opened_at=timezone.now())


def test_strangers_and_those_without_a_vote_do_not_vote(
    agent: User, sitting: Item, seated: list[Term], person: Callable[..., User]
) -> None:
    division = voting.division_open(actor=agent, item=sitting)
    with pytest.raises(PermissionDenied):
        voting.vote_cast(actor=person("member"), division=division, choice="for")
    with pytest.raises(PermissionDenied):
        voting.vote_cast(actor=seated[1].user, division=division, choice="for", term=seated[0])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="ne vote pas"):
        voting.vote_cast(actor=seated[5].user, division=division, choice="for")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="inconnu"):
        voting.vote_cast(actor=seated[0].user, division=division, choice="yes")  # type: ignore[arg-type]


def test_a_proxy_votes_for_the_absent_and_only_they_do(
    agent: User, session: Session, seated: list[Term], clock: Any
) -> None:
    one = item(agent, session)
    opened(agent, session, seated, clock, m1="excused")
    attendance.proxy_give(actor=agent, session=session, giver=seated[0], holder=seated[3])
    division = voting.division_open(actor=agent, item=one)
    vote = voting.vote_cast(actor=seated[3].user, division=division, choice="against", term=seated[0])  # type: ignore[arg-type]
    assert (vote.term_id, vote.proxy_id) == (seated[0].pk, seated[3].pk)
    with pytest.raises(InputError, match="un vote est en cours"):
        attendance.proxy_give(actor=agent, session=session, giver=seated[0], holder=None)
    # A member whose proxy is held elsewhere cannot vote as well.
    with pytest.raises(InputError, match="déjà voté"):
        voting.vote_cast(actor=seated[0].user, division=division, choice="for")  # type: ignore[arg-type]


def test_who_takes_no_part_is_neither_counted_nor_voting(agent: User, sitting: Item, seated: list[Term]) -> None:
    for term in seated[:2]:
        attendance.recuse(actor=term.user, item=sitting, term=term)  # type: ignore[arg-type]
    assert len(voting.electors(sitting.session, sitting).all) == 3
    division = voting.division_open(actor=agent, item=sitting)
    with pytest.raises(InputError, match="ne vote pas"):
        voting.vote_cast(actor=seated[0].user, division=division, choice="for")  # type: ignore[arg-type]
    voting.vote_cast(actor=seated[2].user, division=division, choice="for")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="déjà voté"):
        attendance.recuse(actor=agent, item=sitting, term=seated[2])


def test_an_item_too_many_recuse_themselves_from_is_not_voted_on(
    agent: User, sitting: Item, seated: list[Term]
) -> None:
    for term in seated[:3]:
        attendance.recuse(actor=agent, item=sitting, term=term)
    with pytest.raises(InputError, match="quorum non atteint sur ce point : 2"):
        voting.division_open(actor=agent, item=sitting)
    voting.item_settle(actor=agent, item=sitting, outcome="postponed")


def test_a_tie_goes_the_way_of_the_presidency(agent: User, sitting: Item, seated: list[Term]) -> None:
    # The fourth member presides.
    assert voted(agent, sitting, seated, "aabff").adopted is True


def test_amendments_are_voted_on_before_the_item(agent: User, sitting: Item, seated: list[Term]) -> None:
    own = agenda.amendment_add(actor=seated[0].user, item=sitting, text="Ajouter « public ».", author=seated[0])  # type: ignore[arg-type]
    other = agenda.amendment_add(actor=agent, item=sitting, text="Supprimer la fin.")
    with pytest.raises(InputError, match="d'abord les amendements"):
        voting.division_open(actor=agent, item=sitting)
    assert voted(agent, sitting, seated, "fff..", amendment=own).adopted
    voting.amendment_withdraw(actor=agent, amendment=other)
    assert voted(agent, sitting, seated, "fffff").adopted
    own.refresh_from_db()
    assert own.outcome == "adopted"
    with pytest.raises(InputError, match="déjà mis aux voix"):
        agenda.amendment_add(actor=agent, item=sitting, text="Trop tard.")


def test_hands_are_counted_and_never_more_than_voters(agent: User, sitting: Item) -> None:
    with pytest.raises(InputError, match="6 comptées"), transaction.atomic():
        voting.show_of_hands(actor=agent, item=sitting, yes=4, no=2)
    with guard.acts():
        closed = voting.show_of_hands(actor=agent, item=sitting, yes=2, no=2, abstain=1, presided="for")
    assert (closed.mode, closed.adopted, closed.votes.count()) == ("show-of-hands", True, 0)
    with pytest.raises(InputError, match="réglé"):
        voting.item_settle(actor=agent, item=sitting, outcome="postponed")


def test_one_vote_at_a_time_in_a_session(agent: User, session: Session, seated: list[Term], clock: Any) -> None:
    first, second = item(agent, session), item(agent, session)
    opened(agent, session, seated, clock)
    voting.division_open(actor=agent, item=first)
    with pytest.raises(InputError, match="un autre vote"):
        voting.division_open(actor=agent, item=second)
    with pytest.raises(InputError, match="personne n'a voté"):
        voting.division_close(actor=agent, division=Division.objects.get())


def test_a_decision_cannot_merely_be_noted(agent: User, sitting: Item) -> None:
    with pytest.raises(InputError, match="se vote"):
        voting.item_settle(actor=agent, item=sitting, outcome="noted")
    with pytest.raises(InputError, match="se vote"):
        voting.item_settle(actor=agent, item=sitting, outcome="adopted")
