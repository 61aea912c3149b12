"""Amounts: exact, refused rather than guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.kernel.errors import InputError
from mandat.kernel.money import LARGEST, euros, parse_euros

AMOUNTS = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2, allow_nan=False, allow_infinity=False)
FRENCH_SPACES = st.sampled_from([" ", "\u00a0", "\u202f", "\u2009"])


@given(AMOUNTS, FRENCH_SPACES, st.sampled_from(["", " €", "\u00a0€", " EUR", " euros"]))
def test_what_the_french_write_is_read_back(amount: Decimal, space: str, currency: str) -> None:
    written = f"{amount:,.2f}".replace(",", space).replace(".", ",")
    assert parse_euros(written + currency) == amount


@given(AMOUNTS, st.sampled_from(["", "€", "EUR "]))
def test_what_the_english_write_is_read_back(amount: Decimal, currency: str) -> None:
    sign, digits = ("-", f"{-amount:,.2f}") if amount < 0 else ("", f"{amount:,.2f}")
    assert parse_euros(f"{sign}{currency}{digits}") == amount


@given(AMOUNTS)
def test_what_machines_write_is_read_back(amount: Decimal) -> None:
    assert parse_euros(str(amount)) == amount
    assert euros(str(amount)) == amount


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1 234,5", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1’234’567", "1234567.00"),
        ("1.234.567", "1234567.00"),
        ("1,234,567", "1234567.00"),
        ("1 234.567", "1234.57"),
        ("1234,567", "1234.57"),
        ("0,125", "0.13"),
        ("−3,00 €", "-3.00"),
        ("- 12", "-12.00"),
        ("+7", "7.00"),
        ("  1000  ", "1000.00"),
    ],
)
def test_amounts_whose_marks_say_which_is_which(written: str, amount: str) -> None:
    assert parse_euros(written) == Decimal(amount)


@pytest.mark.parametrize("written", ["1.234", "1,234", "999,999", "-12.500", "€1,234", "12.345 €"])
def test_one_mark_before_three_digits_is_ambiguous(written: str) -> None:
    with pytest.raises(InputError, match="ambigu"):
        parse_euros(written)


@pytest.mark.parametrize(
    "written",
    ["", " ", "€", "douze", "5 k€", "12 34", "1,2,3", "1 2 3", "1.234,567.8", "12.34.567", "1e5", "1_000", "NaN", "١٢", "1-2", "--1", ".5", "5.", "1 234.567 890", "=1+1"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="illisible"):
        parse_euros(written)


@pytest.mark.parametrize("written", ["10000000000000", "1" * 5000, "99 999 999 999 999,99"])
def test_amounts_no_budget_has_are_refused_in_a_short_message(written: str) -> None:
    with pytest.raises(InputError, match="hors limites") as caught:
        parse_euros(written)
    assert len(str(caught.value)) < 120


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = parse_euros(text)
    except InputError:
        return
    assert amount == amount.quantize(Decimal("0.01"))
    assert any(character.isdigit() for character in text)


@pytest.mark.parametrize("value", [1.5, float("nan"), True, None, "1,5", Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), LARGEST + 1])  # fmt: skip
def test_floats_and_what_is_not_finite_are_not_money(value: Any) -> None:
    with pytest.raises(InputError):
        euros(value)


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.005", "0.01"), ("0.015", "0.02"), ("-0.005", "-0.01"), ("2.675", "2.68"), (3, "3.00")]
)
def test_half_a_cent_rounds_away_from_zero(value: Any, rounded: str) -> None:
    assert str(euros(value)) == rounded


def test_nothing_is_never_written_with_a_minus() -> None:
    assert str(euros("-0.004")) == "0.00"
    assert str(parse_euros("-0")) == "0.00"
