"""Numbers, amounts, days and typed text as the French and the English write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.kernel.text import speaking
from mandat.web import formats
from mandat.web.templatetags.formats import colon, sentences, upperfirst
from mandat.web.typography import typeset

NARROW, NBSP = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("1234.5", f"1{NARROW}234,50{NBSP}€", "€1,234.50"),
        ("12", f"12{NBSP}€", "€12"),
        ("0.3", f"0,30{NBSP}€", "€0.30"),
        ("-1500", f"−1{NARROW}500{NBSP}€", "−€1,500"),
        ("10500000", f"10,5{NBSP}millions d’euros", "€10.5 million"),
    ],
)
def test_amounts(value: str, french: str, english: str) -> None:
    with speaking("fr"):
        assert formats.euros(Decimal(value)) == french
    with speaking("en"):
        assert formats.euros(Decimal(value)) == english


def test_percents_numbers_and_quantities() -> None:
    with speaking("fr"):
        assert formats.percent(Decimal("12.50")) == f"12,5{NARROW}%"
        assert formats.number(Decimal(1234567)) == f"1{NARROW}234{NARROW}567"
        assert formats.quantity(Decimal(1), "doctor") == f"1{NBSP}médecin"
        assert formats.quantity(Decimal("1.5"), "ha") == f"1,5{NBSP}ha"
        assert formats.quantity(Decimal(2000), "dwelling") == f"2{NARROW}000{NBSP}logements"
        assert formats.number(Decimal("-0.001")) == "0"
    with speaking("en"):
        assert formats.percent(Decimal(12)) == "12%"
        assert formats.quantity(Decimal(2000), "dwelling") == f"2,000{NBSP}dwellings"


def test_days_are_written_in_full() -> None:
    with speaking("fr"):
        assert formats.day(dt.date(2026, 10, 3)) == f"3{NBSP}octobre{NBSP}2026"
        assert formats.day(dt.date(2026, 10, 1)) == f"1er{NBSP}octobre{NBSP}2026"
        # Half past eleven at night in London is the next day in Paris.
        assert formats.moment(dt.datetime(2026, 6, 30, 23, 5, tzinfo=dt.UTC)).startswith(f"1er{NBSP}juillet")
    with speaking("en"):
        assert formats.day(dt.date(2026, 10, 3)) == f"3{NBSP}October{NBSP}2026"


def test_how_long_ago() -> None:
    today = dt.date(2026, 11, 23)
    with speaking("fr"):
        assert formats.ago(today, today) == "aujourd’hui"
        assert formats.ago(dt.date(2026, 11, 22), today) == "hier"
        assert formats.ago(dt.date(2026, 11, 3), today) == f"il y a 20{NBSP}jours"
        assert formats.ago(dt.date(2025, 11, 1), today) == f"il y a 1{NBSP}an"


def test_typed_french_is_set_as_printers_do() -> None:
    assert typeset("Qu'est-ce ? « Oui » : l'aide !", "fr") == (
        f"Qu’est-ce{NARROW}? «{NBSP}Oui{NBSP}»{NBSP}: l’aide{NARROW}!"
    )
    assert typeset("1 500 000 € et 20 %", "fr") == f"1{NARROW}500{NARROW}000{NARROW}€ et 20{NARROW}%"
    assert typeset("à 14:30 et http://a.fr", "fr") == "à 14:30 et http://a.fr"
    assert typeset('It\'s "done"', "en") == "It’s “done”"


@given(st.text(alphabet="ab'\" :;!?%€«»0123456789\u00a0\u202f.,(", max_size=60))
def test_typesetting_twice_changes_nothing_more(text: str) -> None:
    once = typeset(text, "fr")
    assert typeset(once, "fr") == once


@given(st.text(max_size=80))
def test_typesetting_keeps_every_letter_and_digit(text: str) -> None:
    def letters(words: str) -> list[str]:
        return [c for c in words if c.isalnum()]

    assert letters(typeset(text, "fr")) == letters(text)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("cette date est passée", "Cette date est passée"),
        ("l’heure est passée", "L’heure est passée"),
        ("à corriger : le nom", f"À corriger{NBSP}: le nom"),
        ("Déjà dit", "Déjà dit"),
        ("rules/bourse.yaml:3: nom inconnu", "rules/bourse.yaml:3: nom inconnu"),
        ("plafond_max : nombre attendu", f"plafond_max{NBSP}: nombre attendu"),
        ("2.1 – refusé", "2.1 – refusé"),
        ("", ""),
    ],
)
def test_a_message_shown_alone_begins_with_a_capital_and_names_keep_theirs(said: str, shown: str) -> None:
    with speaking("fr"):
        assert upperfirst(said) == shown
        assert sentences([said, "autre chose"]) == f"{shown} Autre chose"


def test_a_colon_is_set_as_each_language_sets_it() -> None:
    with speaking("fr"):
        assert colon() == f"{NBSP}: "
    with speaking("en"):
        assert colon() == ": "


@pytest.mark.parametrize(
    ("moment", "until", "since"),
    [
        (dt.datetime(2026, 12, 13, 23, tzinfo=dt.UTC), "13 décembre 2026", "14 décembre 2026"),
        (dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC), "30 juin 2026", "1er juillet 2026"),
        (dt.datetime(2026, 3, 22, 19, tzinfo=dt.UTC), "22 mars 2026 à 20 h 00", "22 mars 2026 à 20 h 00"),
        (dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC), "25 octobre 2026", "26 octobre 2026"),
    ],
)
def test_what_ends_at_midnight_ends_with_its_last_day(moment: dt.datetime, until: str, since: str) -> None:
    with speaking("fr"):
        assert formats.deadline(moment).replace(NBSP, " ") == until
        assert formats.start(moment).replace(NBSP, " ") == since
