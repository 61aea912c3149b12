"""Word-level differences and merges keep every word, whoever wrote them and in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.drafting import (
    Change,
    changes,
    conflicts,
    difference,
    merged,
    text_before,
    text_of,
    words,
)

SOME = st.lists(st.sampled_from(["un", "deux", "trois", " ", " ", ".", ",", "\n", "l'", "é", "-"]), max_size=40).map(
    "".join
)


@given(st.text(max_size=200))
def test_words_give_the_text_back(text: str) -> None:
    assert "".join(words(text)) == text


@given(SOME, SOME)
def test_a_difference_gives_both_texts_back(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert text_before(pieces) == before
    assert text_of(pieces) == after


@given(SOME, SOME)
def test_merging_the_changes_of_one_gives_what_they_wrote(before: str, after: str) -> None:
    pieces = merged(before, changes("a", before, after))
    assert text_of(pieces) == after
    assert text_before(pieces) == before


@given(SOME, SOME, SOME)
def test_changes_that_do_not_meet_merge_alike_in_any_order(before: str, one: str, other: str) -> None:
    found = [*changes("a", before, one), *changes("b", before, other)]
    if conflicts(found):
        with pytest.raises(ValueError, match="meet"):
            merged(before, found)
    else:
        assert merged(before, found) == merged(before, found[::-1])
        assert text_before(merged(before, found)) == before


@given(SOME, SOME, SOME)
def test_meeting_goes_both_ways(before: str, one: str, other: str) -> None:
    for first in changes("a", before, one):
        for second in changes("b", before, other):
            assert first.meets(second) == second.meets(first)


def test_changes_far_apart_are_both_made_and_named() -> None:
    before = "La charte dure trois ans. Elle est relue chaque année."
    found = [
        *changes("a", before, before.replace("trois", "cinq")),
        *changes("b", before, before.replace("chaque année", "tous les mois")),
    ]
    assert conflicts(found) == []
    pieces = merged(before, found)
    assert text_of(pieces) == "La charte dure cinq ans. Elle est relue tous les mois."
    assert {piece.origins for piece in pieces if piece.kind != "same"} == {("a",), ("b",)}


def test_the_same_change_asked_twice_is_made_once_for_both() -> None:
    before = "Trois ans."
    found = [*changes("a", before, "Cinq ans."), *changes("b", before, "Cinq ans.")]
    assert conflicts(found) == []
    assert [piece.origins for piece in merged(before, found) if piece.kind == "inserted"] == [("a", "b")]


def test_amendments_that_meet_through_a_third_are_one_group() -> None:
    before = "un deux trois quatre cinq"
    found = [
        *changes("a", before, "1 2 trois quatre cinq"),
        *changes("b", before, "un II III quatre cinq"),
        *changes("c", before, "un deux 3 4 cinq"),
        *changes("d", before, "un deux trois quatre V"),
    ]
    assert conflicts(found) == [("a", "b", "c")]


def test_two_insertions_at_one_place_meet() -> None:
    assert Change("a", 3, 3, ("x",)).meets(Change("b", 3, 3, ("y",)))
    assert Change("a", 3, 3, ("x",)).meets(Change("b", 3, 5, ("y",)))
    assert not Change("a", 3, 3, ("x",)).meets(Change("b", 5, 6, ("y",)))


def test_repeated_words_do_not_stop_a_server() -> None:
    before, after = "a " * 9000, "b " + "a " * 8999 + "c"
    assert text_of(difference(before, after)) == after
