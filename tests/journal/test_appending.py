"""Append: numbered without gap, hashed, found again, refused when wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from mandat import journal
from mandat.facts import DefinitionRef, canonical
from mandat.journal import appending, merkle
from mandat.journal.models import Line, Tile
from mandat.kernel.errors import InputError
from tests.journal.factories import DAY, NOON, award

pytestmark = pytest.mark.django_db


def test_a_fact_is_read_back_as_it_was_appended():
    fact = award(
        quantity=Decimal("12.5"),
        unit="ha",
        breakdowns={"gender": {"women": 7, "men": 6}},
        definition=DefinitionRef("measure", "12", 3, "ab" * 32),
    )
    (entry,) = journal.append([fact], recorded_at=NOON)
    assert (entry.index, entry.recorded_at, entry.new) == (0, NOON, True)
    assert entry.canonical == canonical(fact, index=0, recorded_at=NOON)
    again = journal.entry(0)
    assert again == entry
    assert again.fact == fact
    assert again.intact
    assert again.effective


def test_data_are_kept_as_their_type_writes_them():
    fact = award(data={"beneficiary": "  La Ferme  ", "purpose": "Semences", "budget_year": "2025"})
    (entry,) = journal.append([fact])
    assert entry.fact.data == {"beneficiary": "La Ferme", "purpose": "Semences", "budget_year": 2025}
    assert journal.entry(0).fact == entry.fact


def test_indexes_follow_without_gap_and_the_head_is_the_root_of_all_leaves():
    journal.append([award(n) for n in range(300)])
    journal.append([award(n) for n in range(300, 301)])
    journal.append([award(n) for n in range(301, 600)])
    entries = list(journal.iterate(chunk=70))
    assert [entry.index for entry in entries] == list(range(600))
    head = journal.head()
    assert head.size == 600
    assert head.root == merkle.root_of([entry.leaf for entry in entries])
    assert [tile.number for tile in Tile.objects.filter(level=0).order_by("number")] == [0, 1]
    for tile in Tile.objects.all():
        leaves = [entry.leaf for entry in entries[tile.number * 256 : (tile.number + 1) * 256]]
        assert bytes(tile.hashes) == b"".join(leaves)
        assert bytes(tile.root) == merkle.root_of(leaves)


def test_tiles_of_the_second_level_hold_the_roots_of_the_first():
    state = journal_state = appending.storing.state()
    leaves = [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(256 * 256 + 300)]
    assert appending.storing.grow(journal_state, leaves) == merkle.root_of(leaves)
    top = Tile.objects.get(level=1)
    roots = Tile.objects.filter(level=0, number__lt=256).order_by("number").values_list("root", flat=True)
    assert bytes(top.hashes) == b"".join(bytes(root) for root in roots)
    assert bytes(top.root) == merkle.root_of(leaves[: 256 * 256])
    assert state.size == len(leaves)


def test_a_line_already_imported_is_not_appended_again():
    first = journal.append([award(1), award(2)])
    second = journal.append([award(2), award(3), award(3)])
    assert [(entry.index, entry.new) for entry in second] == [(1, False), (2, True), (2, False)]
    assert second[0].fact == first[1].fact
    assert journal.head().size == 3


def test_the_same_source_in_another_programme_is_another_fact():
    entries = journal.append([award(1), award(1, programme="autre")])
    assert [entry.new for entry in entries] == [True, True]


def test_a_correction_replaces_the_fact_and_keeps_its_source():
    (entry,) = journal.append([award(1)])
    (better,) = journal.append([journal.correction(entry, amount=Decimal("99.00"))])
    assert better.new
    assert journal.entry(0).replaced_by == 1
    assert [e.index for e in journal.iterate(effective=True)] == [1]
    assert [e.index for e in journal.iterate(effective=False)] == [0]
    (again,) = journal.append([award(1)])
    assert (again.index, again.new) == (1, False)


def test_a_withdrawal_takes_a_fact_back_and_stays_visible_on_its_measure():
    (entry,) = journal.append([award(1)])
    journal.append([journal.withdrawal(entry, reason="Saisie deux fois", occurred_on=DAY)])
    assert list(journal.iterate(effective=True)) == []
    assert [e.index for e in journal.page(programme="essai", measure=12).entries] == [1, 0]
    assert not journal.entry(1).effective


def test_a_withdrawal_says_why():
    (entry,) = journal.append([award(1)])
    with pytest.raises(Exception, match="dit pourquoi"):
        journal.withdrawal(entry, reason="  ", occurred_on=DAY)


def wrong_facts():
    yield "n'existe pas", lambda: award(9, corrects=70)
    yield "déjà remplacé par 1", lambda: award(9, corrects=0)
    yield "d'un autre programme", lambda: award(9, programme="autre", corrects=2)
    yield "d'un autre genre", lambda: replace(award(9, corrects=2), kind="grants.paid.v1")
    yield "est un retrait", lambda: award(9, corrects=3)
    yield "futur", lambda: award(9, occurred_on=NOON.date() + dt.timedelta(days=1))
    yield "champ purpose refusé", lambda: award(9, data={"beneficiary": "x"})
    yield "champ amounts refusé", lambda: award(9, data={"beneficiary": "x", "purpose": "y", "amounts": 3})
    yield "trop longue", lambda: award(9, source="x" * 256)
    yield "illisible", lambda: award(9, subject="a\x00b")
    yield "illisible", lambda: award(9, subject="\ud800")
    yield "string_unicode", lambda: award(9, data={"beneficiary": "\ud800", "purpose": "y"})
    yield "64 Ko", lambda: award(9, data={"beneficiary": "x", "purpose": "y" * 70_000})
    yield "d'un programme", lambda: award(9, programme="")


@pytest.mark.parametrize(("message", "fact"), list(wrong_facts()))
def test_a_wrong_fact_is_refused_and_nothing_of_its_act_is_appended(message, fact):
    first, second, third = journal.append([award(1), award(2), award(3)], recorded_at=NOON)
    journal.append([journal.correction(first, amount=Decimal(5))], recorded_at=NOON)
    journal.append([journal.withdrawal(second, reason="Erreur", occurred_on=DAY)], recorded_at=NOON)
    if "retrait" in message:
        fact_ = replace(fact(), corrects=4)
    elif "remplacé" in message:
        fact_ = replace(fact(), corrects=0)
        message = "déjà remplacé par 3"
    else:
        fact_ = fact()
    assert third.index == 2
    with pytest.raises(InputError, match=message):
        journal.append([award(8), fact_], recorded_at=NOON)
    assert journal.head().size == Line.objects.count() == 5


def test_one_fact_is_not_corrected_twice_in_one_act():
    (entry,) = journal.append([award(1)])
    change = journal.correction(entry, amount=Decimal(5))
    with pytest.raises(InputError, match="deux fois"):
        journal.append([change, change])


def test_recording_never_goes_back_in_time():
    journal.append([award(1)], recorded_at=NOON)
    with pytest.raises(InputError, match="antidaté"):
        journal.append([award(2)], recorded_at=NOON - dt.timedelta(seconds=1))
    with pytest.raises(InputError, match="futur"):
        journal.append([award(2)], recorded_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=2))
    with pytest.raises(InputError, match="fuseau"):
        journal.append([award(2)], recorded_at=dt.datetime(2025, 6, 2))  # noqa: DTZ001 - the naive moment is the subject


def test_a_clock_that_goes_back_does_not_back_date(time_machine):
    time_machine.move_to(NOON)
    journal.append([award(1)])
    time_machine.move_to(NOON - dt.timedelta(hours=1))
    (entry,) = journal.append([award(2)])
    assert entry.recorded_at == NOON


def test_followers_see_new_entries_in_the_same_transaction(monkeypatch):
    seen = []
    monkeypatch.setattr(appending, "_callbacks", [])
    journal.on_append(lambda entries: seen.append([entry.index for entry in entries]))
    journal.append([award(1)])
    journal.append([award(1)])
    journal.append([award(1), award(2), award(3)])
    assert seen == [[0], [1, 2]]


def test_a_follower_that_fails_undoes_the_append(monkeypatch):
    def fail(entries):
        raise RuntimeError("no")

    monkeypatch.setattr(appending, "_callbacks", [fail])
    with pytest.raises(RuntimeError, match="no"), transaction.atomic():
        journal.append([award(1)])
    assert journal.head().size == 0


def test_many_facts_are_appended_by_batches_and_counted():
    journal.append([award(3)])
    sizes = []
    done = journal.append_many((award(n) for n in range(10)), batch=4, each=lambda entries: sizes.append(len(entries)))
    assert (done.new, done.known) == (9, 1)
    assert sizes == [4, 4, 2]


@pytest.mark.django_db(transaction=True)
def test_append_outside_a_transaction_is_a_programming_error():
    with pytest.raises(appending.NotInTransactionError):
        journal.append([award(1)])


@pytest.mark.django_db(transaction=True)
def test_batches_already_appended_stay_when_a_later_one_fails():
    def facts():
        for n in range(10):
            yield award(n)
        raise RuntimeError("the file ends in the middle")

    with pytest.raises(RuntimeError, match="middle"):
        journal.append_many(facts(), batch=4)
    assert journal.head().size == 8
    assert journal.append_many((award(n) for n in range(12)), batch=4) == journal.Appended(new=4, known=8)
