"""Definitions of bodies: what is refused, with file and line; what a quorum and a majority give."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.bodies.schema import Body, Quorum, Voting
from mandat.apps.bodies.tallying import Tally, carried, needed, tally
from mandat.definitions.folder import read_texts
from tests.apps.bodies.conftest import COMMITTEE, folder_texts


def problems(before: str, after: str) -> str:
    assert before in COMMITTEE
    folder = read_texts(folder_texts(COMMITTEE.replace(before, after)))
    return "\n".join(map(str, folder.problems))


def test_the_trial_body_is_read_whole() -> None:
    folder = read_texts(folder_texts())
    assert folder.problems == []
    body = next(one.model for one in folder.of("body") if one.code == "comite")
    assert isinstance(body, Body)
    assert (body.meets, body.seats, body.quorum) == (True, 6, Quorum(more_than=50))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("quorum: {more_than: 50}", "quorum: {more_than: 50, number: 3}", "un quorum donne soit"),
        ("quorum: {more_than: 50}", "quorum: {number: 6}", "au-delà des sièges qui votent"),
        ("    quorum: {more_than: 50}\n", "", "collèges et un quorum"),
        ("code: elus", "code: usagers", "collège en double"),
        ("parent: conseil", "parent: comite", "dépendre d'elle-même"),
        ("parent: conseil", "parent: inconnue", "instance inconnue"),
        ("measures: [1]", "measures: [1, 77]", "mesure inconnue : 77"),
        ('commitments: ["1.1"]', 'commitments: ["2.1"]', "n'est pas d'une mesure"),
        ('commitments: ["1.1"]', 'commitments: ["1.9"]', "engagement inconnu : 1.9"),
        ("created: convention", "created: autre", "jalon inconnu"),
        ("agenda: 5", "agenda: 15", "au plus tôt avec la convocation"),
        ("sessions_a_year: 4", "sessions_a_year: 400", "366"),
    ],
)
def test_what_a_body_may_not_say(before: str, after: str, said: str) -> None:
    assert said in problems(before, after)


def test_the_kind_of_a_body_that_does_not_meet_stays_short() -> None:
    body = Body.model_validate(
        {"code": "conseil", "type": "assembly", "title": {"fr": "Conseil", "en": "Council"}, "summary": {"fr": "Une instance.", "en": "A body here."}}
    )  # fmt: skip
    assert not body.meets


@given(members=st.integers(1, 300), percent=st.integers(1, 99))
def test_a_quorum_in_percent_is_exact(members: int, percent: int) -> None:
    least = needed(Quorum(at_least=percent), members)
    more = needed(Quorum(more_than=percent), members)
    share = Fraction(members * percent, 100)
    assert least - 1 < share <= least
    assert more - 1 <= share < more


@given(
    yes=st.integers(0, 60), no=st.integers(0, 60), abstain=st.integers(0, 60),
    presided=st.sampled_from(["", "for", "against", "abstain", "none"]),
)  # fmt: skip
def test_what_a_majority_carries(yes: int, no: int, abstain: int, presided: str) -> None:
    votes = Tally(yes, no, abstain, 0, presided)
    members = yes + no + abstain + 1
    simple = carried(votes, Voting(), members=members)
    assert simple == (yes > no)
    casting = carried(votes, Voting(tie="president"), members=members)
    assert casting == (yes > no or (yes == no and yes > 0 and presided == "for"))
    assert carried(votes, Voting(majority="absolute"), members=members) == (yes > Fraction(members, 2))
    thirds = carried(votes, Voting(majority="two-thirds"), members=members)
    assert thirds == (yes + no > 0 and Fraction(yes, yes + no) >= Fraction(2, 3))
    assert simple or not thirds


def test_a_tally_knows_how_the_presidency_voted() -> None:
    found = tally([(1, "for"), (2, "against"), (3, "none")], president=2)
    assert (found.yes, found.no, found.none, found.presided, found.told) == (1, 1, 1, "against", 3)
