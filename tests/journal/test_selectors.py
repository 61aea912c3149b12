"""Pages, streams and conditions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat import journal
from mandat.journal import words
from tests.journal.factories import DAY, NOON, award

pytestmark = pytest.mark.django_db


def places(**conditions) -> list[int]:
    found = [entry.index for entry in journal.iterate(chunk=3, **conditions)]
    assert journal.count(**conditions) == len(found)
    pages: list[int] = []
    before = None
    while True:
        page = journal.page(before=before, size=2, **conditions)
        pages += [entry.index for entry in page.entries]
        before = page.older
        if before is None:
            break
    assert pages == found[::-1]
    return found


@pytest.fixture
def facts():
    journal.append(
        [
            award(0),
            award(1, measures=(12, 13), commitments=("12.1", "13.2"), area="commune:41018"),
            award(2, measures=(13,), commitments=("13.2",), area="epci:244500468", occurred_on=dt.date(2024, 1, 1)),
            award(3, programme="autre"),
            award(4, measures=(), commitments=(), area="", data={"beneficiary": "Lycée Pothier", "purpose": "Égalité"}),
            award(5, kind="grants.paid.v1", area="commune:45235", synthetic=False),
            award(6, measures=(1,), commitments=("12.10",), area="departement:45", subject="lieu-6"),
        ],
        recorded_at=NOON,
    )


def test_conditions_keep_the_facts_that_fit(facts):
    assert places() == [0, 1, 2, 3, 4, 5, 6]
    assert places(programme="essai") == [0, 1, 2, 4, 5, 6]
    assert places(kind="grants.paid.v1") == [5]
    assert places(kind=("grants.paid.v1", "grants.awarded.v1"), programme="autre") == [3]
    assert places(programme="essai", measure=12) == [0, 1, 5]
    assert places(programme="essai", measure=13) == [1, 2]
    assert places(programme="essai", commitment="12.1") == [0, 1, 5]
    assert places(programme="essai", commitment="13.2", measure=12) == [1]
    assert places(area="commune:45234") == [0, 3]
    assert places(area_prefix="commune:45") == [0, 3, 5]
    assert places(area_prefix="commune:") == [0, 1, 3, 5]
    assert places(department="45") == [0, 3, 5, 6]
    assert places(areas=["commune:41018", "departement:45"]) == [1, 6]
    assert places(areas=[]) == []
    assert places(since=DAY) == [0, 1, 3, 4, 5, 6]
    assert places(until=dt.date(2024, 1, 1)) == [2]
    assert places(recorded_since=NOON) == [0, 1, 2, 3, 4, 5, 6]
    assert places(recorded_until=NOON - dt.timedelta(seconds=1)) == []
    assert places(subject="lieu-6") == [6]
    assert places(source="essai:3") == [3]
    assert places(beneficiary="Lycée Pothier") == [4]
    assert places(synthetic=False) == [5]
    assert places(kind="grants.awarded.v1", area_prefix="commune:", since=DAY, programme="essai") == [0, 1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lycees", [4]),
        ("LYCÉE pothier", [4]),
        ("egalite", [4]),
        ("égalités", [4]),
        ("ferme forêt", [0, 1, 2, 3, 5, 6]),
        ("ferme pothier", []),
        ("lieu-6", [6]),
        ("', \" | & ! :* (", []),
        ("", [0, 1, 2, 3, 4, 5, 6]),
        ("…", []),
        ("AND OR NOT NEAR", []),
    ],
)
def test_words_are_found_whatever_their_accents_and_plural(facts, text, found):
    assert places(text=text) == found


def test_equality_is_not_taken_for_equal():
    assert words.query_words("égal") != words.query_words("égalité")
    assert words.query_words("œuvres") == words.query_words("OEUVRE")


def test_words_add_to_every_other_condition(facts):
    assert places(text="ferme", programme="essai", measure=12) == [0, 1, 5]
    assert places(text="ferme", department="45", effective=True) == [0, 3, 5, 6]
    assert places(text="ferme", programme="essai", commitment="13.2", since=DAY) == [1]
    assert places(text="…", programme="essai", measure=12) == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_searched(facts, text):
    journal.count(text=text)


def test_pages_go_both_ways_and_meet():
    journal.append([award(n) for n in range(23)])
    first = journal.page(size=10, programme="essai", measure=12)
    assert [entry.index for entry in first.entries] == list(range(22, 12, -1))
    assert (first.older, first.newer) == (13, None)
    second = journal.page(size=10, before=first.older, programme="essai", measure=12)
    assert [entry.index for entry in second.entries] == list(range(12, 2, -1))
    assert (second.older, second.newer) == (3, 12)
    third = journal.page(size=10, before=second.older, programme="essai", measure=12)
    assert [entry.index for entry in third.entries] == [2, 1, 0]
    assert (third.older, third.newer) == (None, 2)
    back = journal.page(size=10, after=third.newer, programme="essai", measure=12)
    assert back.entries == second.entries
    assert (back.older, back.newer) == (3, 12)
    assert journal.page(size=10, after=back.newer, programme="essai", measure=12) == first
    assert journal.page(after=22).entries == []
    assert journal.page(before=0).entries == []


def test_a_page_stays_what_it_was_while_facts_are_added():
    journal.append([award(n) for n in range(6)])
    before = journal.page(before=4, size=2)
    journal.append([award(n) for n in range(6, 9)])
    assert journal.page(before=4, size=2) == before


def test_replaced_facts_say_by_which():
    (entry,) = journal.append([award(1)])
    journal.append([journal.correction(entry, amount=Decimal(3))])
    (old, new) = journal.entries([1, 0, 7])
    assert (old.index, old.replaced_by, new.replaced_by) == (0, 1, None)
    assert old.effective is False
    with pytest.raises(journal.UnknownFactError, match="pas de fait 7"):
        journal.entry(7)


def test_a_correction_that_serves_another_measure_is_found_under_both():
    (entry,) = journal.append([award(1)])
    journal.append([journal.correction(entry, measures=(13,), commitments=("13.1",))])
    assert places(programme="essai", measure=12) == places(programme="essai", commitment="12.1") == [0, 1]
    assert places(programme="essai", measure=13) == places(programme="essai", commitment="13.1") == [1]


def test_the_latest_version_of_imported_lines_is_found_by_source():
    entries = journal.append([award(n) for n in range(3)])
    journal.append([journal.correction(entries[1], amount=Decimal(3))])
    found = journal.current("essai", ["essai:1", "essai:2", "essai:9", "essai:1", ""])
    assert {source: entry.index for source, entry in found.items()} == {"essai:1": 3, "essai:2": 2}
    assert journal.current("autre", ["essai:1"]) == {}


def test_a_measure_is_asked_with_its_programme():
    with pytest.raises(ValueError, match="programme"):
        journal.page(measure=12)


def test_a_stream_reads_between_two_places_and_sees_what_comes_meanwhile():
    journal.append([award(n) for n in range(5)])
    stream = journal.iterate(start=1, chunk=2)
    assert next(stream).index == 1
    journal.append([award(9)])
    assert [entry.index for entry in stream] == [2, 3, 4, 5]
    assert [entry.index for entry in journal.iterate(start=2, end=4, chunk=1)] == [2, 3]
