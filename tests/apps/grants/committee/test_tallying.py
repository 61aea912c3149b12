"""What votes give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.grants.schema.deciding import Committee
from mandat.apps.grants.tallying import Tally, result, tally

SIMPLE = Committee(body="conseil", quorum=1)
REFUSING = Committee(body="conseil", quorum=1, tie="refused")
TWO_THIRDS = Committee(body="conseil", quorum=1, majority="two-thirds")


@pytest.mark.parametrize(
    ("votes", "rule", "expected"),
    [
        (Tally(2, 1), SIMPLE, "adopted"),
        (Tally(1, 2), SIMPLE, "rejected"),
        (Tally(1, 0, 5), SIMPLE, "adopted"),
        (Tally(2, 2, president="for"), SIMPLE, "adopted"),
        (Tally(2, 2, president="against"), SIMPLE, "rejected"),
        (Tally(2, 2, 1, president="abstain"), SIMPLE, "rejected"),
        (Tally(2, 2), SIMPLE, "rejected"),
        (Tally(2, 2, president="for"), REFUSING, "rejected"),
        (Tally(2, 1), TWO_THIRDS, "adopted"),
        (Tally(199, 100), TWO_THIRDS, "rejected"),
        (Tally(200, 100), TWO_THIRDS, "adopted"),
        (Tally(0, 0, 3), TWO_THIRDS, "rejected"),
        (Tally(0, 0, 3), SIMPLE, "rejected"),
        (Tally(), SIMPLE, "none"),
    ],
)
def test_a_vote_gives(votes: Tally, rule: Committee, expected: str) -> None:
    assert result(votes, rule) == expected


CHOICES = st.lists(st.sampled_from(["for", "against", "abstain"]), max_size=30)


@given(CHOICES, st.integers(0, 40), st.sampled_from([SIMPLE, REFUSING, TWO_THIRDS]))
def test_every_vote_is_counted_once_and_one_more_for_never_undoes_an_adoption(
    choices: list[str], president: int, rule: Committee
) -> None:
    votes = tally(enumerate(choices), president=president)
    assert votes.voters == len(choices)
    assert (votes.president == "") == (president >= len(choices))
    more = tally(enumerate([*choices, "for"]), president=president if president < len(choices) else None)
    if result(votes, rule) == "adopted" and votes.president == more.president:
        assert result(more, rule) == "adopted"
