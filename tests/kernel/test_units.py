"""Units and their conversions."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.kernel.errors import InputError
from mandat.kernel.units import UNITS, convert, unit

PAIRS = [(a.code, b.code) for a, b in itertools.permutations(UNITS.values(), 2) if a.dimension == b.dimension]
QUANTITIES = st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False, allow_infinity=False)


@given(st.sampled_from(PAIRS), QUANTITIES)
def test_conversions_are_exact_there_and_back(pair: tuple[str, str], value: Decimal) -> None:
    source, target = pair
    assert convert(convert(value, source, target), target, source) == value


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        ("1.5", "km2", "ha", "150"),
        ("1", "ha", "m2", "10000"),
        ("2", "GWh", "kWh", "2000000"),
        ("1", "kg", "t", "0.001"),
    ],
)
def test_known_conversions(value: str, source: str, target: str, result: str) -> None:
    assert convert(Decimal(value), source, target) == Decimal(result)


@pytest.mark.parametrize(
    ("source", "target"), [("km", "ha"), ("person", "pupil"), ("year", "month"), ("EUR", "percent")]
)
def test_nothing_converts_across_dimensions(source: str, target: str) -> None:
    with pytest.raises(InputError, match="ne se convertit pas"):
        convert(Decimal(1), source, target)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(InputError, match="unité inconnue : parsec"):
        unit("parsec")


@pytest.mark.parametrize("code", sorted(UNITS))
def test_each_unit_is_labelled_in_both_languages(code: str) -> None:
    known = UNITS[code]
    assert known.code == code
    assert known.factor > 0
    assert all((known.one.fr, known.one.en, known.many.fr, known.many.en))


def test_french_is_singular_below_two_and_english_only_at_one() -> None:
    jobs = UNITS["job"]
    assert [jobs.label(Decimal(value)).fr for value in ("0", "1", "1.9", "2", "-1")] == [
        "emploi", "emploi", "emploi", "emplois", "emploi",
    ]  # fmt: skip
    assert [jobs.label(Decimal(value)).en for value in ("0", "1", "1.9", "2")] == ["jobs", "job", "jobs", "jobs"]
