"""A fact refuses what it must not hold, and has one canonical writing."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.facts import DefinitionRef, Fact, canonical, fact_types
from mandat.facts.base import decimal_text
from mandat.journal.record import parse
from mandat.kernel.errors import InputError

MOMENT = dt.datetime(2024, 3, 1, 12, 0, 0, 7, tzinfo=dt.UTC)


def fact(**changes: Any) -> Fact:
    values: dict[str, Any] = {
        "kind": "programme.output_confirmed.v1",
        "occurred_on": dt.date(2024, 2, 29),
        "programme": "essai",
        "data": {"title": "Une réalisation"},
    }
    return Fact(**{**values, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "programme.output_imagined.v1"},
        {"area": "commune:1"},
        {"area": "18033"},
        {"area": "commune:18033\n"},
        {"quantity": Decimal(1)},
        {"unit": "doctor"},
        {"quantity": Decimal(1), "unit": "docteur"},
        {"quantity": 1.5, "unit": "ha"},
        {"quantity": Decimal("NaN"), "unit": "ha"},
        {"quantity": Decimal("0.0000001"), "unit": "ha"},
        {"quantity": Decimal(10) ** 12, "unit": "ha"},
        {"amount": Decimal("1.005")},
        {"commitments": ("1",)},
        {"commitments": ("1.1\n",)},
        {"breakdowns": {"religion": {"x": 1}}},
        {"breakdowns": {"gender": {"women": -1}}},
        {"breakdowns": {"gender": {"women": True}}},
    ],
)
def test_what_a_fact_must_not_hold_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        fact(**changes)


def test_zero_is_a_value_and_nothing_is_left_out_but_the_empty() -> None:
    line = json.loads(canonical(fact(quantity=Decimal(0), unit="doctor", corrects=0), index=0, recorded_at=MOMENT))
    assert line["quantity"] == "0"
    assert line["corrects"] == 0
    assert line["index"] == 0
    assert {"amount", "area", "measures", "synthetic", "breakdowns"}.isdisjoint(line)


def test_the_canonical_writing_is_sorted_compact_and_in_utf8() -> None:
    raw = canonical(fact(amount=Decimal("12.50")), index=3, recorded_at=MOMENT)
    assert raw.startswith(b'{"amount":"12.5","data":{"title":"Une r\xc3\xa9alisation"},"format":1,"index":3,')
    assert b'"recorded_at":"2024-03-01T12:00:00.000007Z"' in raw


def test_a_moment_without_time_zone_is_never_written() -> None:
    with pytest.raises(ValueError, match="time zone"):
        canonical(fact(), index=0, recorded_at=MOMENT.replace(tzinfo=None))


@given(
    st.decimals(-(10**9), 10**9, places=6),
    st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=2)),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from([(), (1,), (1, 2)]),
)
def test_a_fact_read_back_from_its_writing_is_the_same(
    quantity: Decimal, amount: Decimal | None, women: int, synthetic: bool, measures: tuple[int, ...]
) -> None:
    before = fact(
        quantity=quantity,
        unit="ha",
        amount=amount,
        measures=measures,
        synthetic=synthetic,
        breakdowns={"gender": {"women": women}},
        definition=DefinitionRef("commitment", "1.1", 2, "a" * 64),
    )
    assert parse(canonical(before, index=9, recorded_at=MOMENT)) == before


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**10), max_value=10**10))
def test_decimals_have_one_plain_writing(value: Decimal) -> None:
    text = decimal_text(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert text != "-0"
    assert decimal_text(value + Decimal("0.000000")) == text


def test_every_type_says_its_name_and_sentence_in_both_languages() -> None:
    for kind, known in fact_types().items():
        assert known.kind == kind
        for text in (known.label, known.sentence):
            assert text.fr
            assert text.en
        assert known.data.__doc__
