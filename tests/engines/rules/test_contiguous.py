from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from mandat.engines.rules import UNKNOWN, Rule
from mandat.engines.rules.contiguous import Column, compile_arrays
from mandat.engines.rules.contiguous_arrow import column_of, household_sizes
from mandat.kernel.errors import InputError
from tests.engines.rules.random_rules import VOCABULARY, by_arrays, households, one_by_one, rules, tables
from tests.engines.rules.samples import DAY, compiled, tariff

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2030, 12, 31))


@given(rule=rules(), people=households(unknown=False), day=DAYS)
@settings(max_examples=60, phases=PHASES)
def test_arrays_give_what_the_interpreter_gives(rule: Rule | None, people: list[dict[str, Any]], day: dt.date) -> None:
    assume(rule is not None)
    assert rule is not None
    persons, homes = tables(people)
    assert by_arrays([rule.tree], persons, homes, day, complete=True) == [one_by_one(rule, people, day)]


@given(rule=rules(), people=households(unknown=True), day=DAYS)
@settings(max_examples=60, phases=PHASES)
def test_arrays_never_contradict_the_interpreter_where_answers_are_unknown(
    rule: Rule | None, people: list[dict[str, Any]], day: dt.date
) -> None:
    assume(rule is not None)
    assert rule is not None
    persons, homes = tables(people)
    (found,) = by_arrays([rule.tree], persons, homes, day, complete=False)
    for mine, theirs in zip(found, one_by_one(rule, people, day), strict=True):
        for name, value in mine.items():
            assert value is UNKNOWN or theirs[name] is UNKNOWN or value == theirs[name]


def test_numbers_beyond_64_bits_stay_exact() -> None:
    rule = compiled("arrondi(revenu_annuel * revenu_annuel * revenu_mensuel / 1 EUR/mois, 1, proche)")
    needed = ("revenu_annuel", "revenu_mensuel")
    program = compile_arrays(rule.tree, as_of=DAY, names={})
    given = {"revenu_annuel": Column(np.array([999_999_999])), "revenu_mensuel": Column(np.array([99_999_999]))}
    ((found),) = program.run([1], {name: given[name] for name in needed})
    # In units of 10⁻⁶, rounded to the unit.
    exact = 999_999_999**2 * 99_999_999
    assert int(found["f0"].values[0]) == (2 * exact + 10**6) // (2 * 10**6)
    assert int(found["f0"].values[0]) > 2**63


def test_blocks_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    sizes = rng.integers(1, 6, 3_000)
    count = int(sizes.sum())
    names = {"commune": ("45234", "75056")}
    given = {
        "revenu_mensuel": Column(rng.integers(0, 400_000, count)),
        "date_naissance": Column(rng.integers(1940, 2020, count) * 10_000 + 615),
        "commune": Column(rng.integers(0, 2, len(sizes)).astype(np.int32), names=names["commune"]),
    }
    compiled_tariff = compile_arrays(tariff().tree, as_of=DAY, names=names)
    (whole,) = compiled_tariff.run(sizes, given)
    for size in (1, 7, 10_000):
        monkeypatch.setattr("mandat.engines.rules.contiguous.BLOCK", size)
        (cut,) = compiled_tariff.run(sizes, given)
        for name, column in whole.items():
            assert (cut[name].values == column.values).all()


@pytest.mark.parametrize(
    ("sizes", "values", "word"),
    [
        ([1, 1], [5, 5, 5], "3 valeurs, il en faut 2"),
        ([1, 0], [5], "au moins un membre"),
        ([21], [5] * 21, "plus de 20 membres"),
        ([2], [5, -1], "1 valeurs hors limites"),
        ([2], [5, 10**9], "1 valeurs hors limites"),
    ],
)
def test_arrays_that_cannot_be_are_refused(sizes: list[int], values: list[int], word: str) -> None:
    compiled_rule = compile_arrays(compiled("revenu_mensuel * 2").tree, as_of=DAY, names={})
    with pytest.raises(InputError, match=word):
        compiled_rule.run(sizes, {"revenu_mensuel": Column(np.array(values))})


def test_arrow_columns_that_are_not_exact_or_sorted_are_refused() -> None:
    item = {each.name: each for each in VOCABULARY.inputs}
    with pytest.raises(InputError, match="ne convient pas"):
        column_of(item["aa"], pa.array([1.5]))
    with pytest.raises(InputError, match="ne convient pas"):
        column_of(item["kk"], pa.array([1]))
    with pytest.raises(InputError, match="ne se suivent pas"):
        household_sizes(pa.chunked_array([[1, 2], [1]]))
    assert household_sizes(pa.chunked_array([[4, 4], [4, 2]])).tolist() == [3, 1]


@given(
    sizes=st.lists(st.integers(1, 4), max_size=12), cuts=st.lists(st.integers(0, 50), max_size=5), falling=st.booleans()
)
def test_columns_in_pieces_are_read_as_in_one(sizes: list[int], cuts: list[int], falling: bool) -> None:
    item = {each.name: each for each in VOCABULARY.inputs}
    numbers = [-rank if falling else rank for rank, size in enumerate(sizes) for _ in range(size)]
    count = len(numbers)
    days = [None if k % 5 == 2 else dt.date(1990, 2, 27) + dt.timedelta(days=37 * k) for k in range(count)]
    edges = [0, *sorted(min(cut, count) for cut in cuts), count]
    pieces = list(itertools.pairwise(edges))

    def cut(values: list[Any], type_: Any) -> Any:
        # Slices of one array: they begin anywhere in it.
        whole = pa.array([*values, *values], type_)
        return pa.chunked_array([whole.slice(count + a, b - a) for a, b in pieces], type_)

    assert household_sizes(cut(numbers, pa.int64())).tolist() == sizes
    born = column_of(item["dd"], cut(days, pa.date32()))
    known = [True] * count if born.known is None else born.known.tolist()
    assert known == [day is not None for day in days]
    read = [int(value) if there else None for value, there in zip(born.values, known, strict=True)]
    assert read == [None if day is None else day.year * 10_000 + day.month * 100 + day.day for day in days]


def test_a_choice_nobody_answered_is_unknown_to_all() -> None:
    rule = compiled('(si handicap alors situation sinon "autre") = "etudiant"')
    program = compile_arrays(rule.tree, as_of=DAY, names={"situation": ()}, complete=["handicap"])
    nobody = Column(np.zeros(2, np.int32), np.zeros(2, bool))
    ((found),) = program.run([2], {"situation": nobody, "handicap": Column(np.array([True, False]))})
    assert found["f0"].known.tolist() == [False, True]
    assert not found["f0"].values[1]
