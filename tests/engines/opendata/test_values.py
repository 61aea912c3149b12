"""Values as people write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.opendata import values
from mandat.kernel.errors import InputError

CHRISTMAS = dt.date(2016, 12, 25)


@pytest.mark.parametrize(
    "text",
    ["2016-12-25", "25/12/2016", "25/12/16", "25-12-2016", "25.12.2016", "2016/12/25", "20161225", "25 décembre 2016",
     "dimanche 25 décembre 2016", "25 DÉC. 2016", "2016-12-25T10:30:00Z", "2016-12-25 10:30:00+01:00", "25/12/2016 10:30",
     " 2016-12-25 ", "'2016-12-25", "42729", "42729.0"],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_shape(text):
    assert values.day(text) == (CHRISTMAS, "day")


@pytest.mark.parametrize(
    ("text", "found"),
    [("1er mars 2018", (dt.date(2018, 3, 1), "day")), ("2014", (dt.date(2014, 1, 1), "year")), ("2014.0", (dt.date(2014, 1, 1), "year")),
     ("2016-12", (dt.date(2016, 12, 1), "month")), ("12/2016", (dt.date(2016, 12, 1), "month")), ("5/1/99", (dt.date(1999, 1, 5), "day"))],
)  # fmt: skip
def test_what_is_less_than_a_day_says_so(text, found):
    assert values.day(text) == found


@pytest.mark.parametrize(
    "text", ["", "demain", "12/25/2016", "2016-13-01", "30/02/2016", "0001-01-01", "3016-01-01", "20161399", "99999"]
)
def test_any_other_date_is_refused(text):
    with pytest.raises(InputError, match="date"):
        values.day(text)


@given(st.dates(dt.date(1971, 1, 1), dt.date(2069, 12, 31)))
def test_every_day_reads_back_from_every_shape(day):
    months = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]
    for text in (
        day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d.%m.%y}", f"{day:%Y%m%d}", f"{day.day} {months[day.month - 1]} {day.year}",
    ):  # fmt: skip
        assert values.day(text) == (day, "day")


@pytest.mark.parametrize(
    ("text", "euros"),
    [("1 234,50 €", "1234.50"), ("1\u202f234,5", "1234.50"), ("28\xa0000,00", "28000.00"), ("99786.57", "99786.57"), ("250.0", "250.00"),
     ("1.5E4", "15000.00"), ("0.30000000000000004", "0.30"), ("1.234,50", "1234.50"), ("-12,5", "-12.50"), ("0", "0.00")],
)  # fmt: skip
def test_an_amount_is_read_as_written(text, euros):
    assert values.amount(text) == Decimal(euros)


@pytest.mark.parametrize("text", ["", "beaucoup", "1,234", "12,5 $", "NaN", "1e99", "--5", "=1+1"])
def test_an_amount_that_would_be_guessed_is_refused(text):
    with pytest.raises(InputError, match="montant"):
        values.amount(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("23450002300028", "23450002300028"), ("234 500 023 00028", "23450002300028"), ("234500023", "234500023"), ("23450002300028.0", "23450002300028"),
     ("21860194600000", "218601946"), ("35600000000048", "35600000000048"), ("35600000049837", "35600000049837"), ("", ""), ("  ", "")],
)  # fmt: skip
def test_a_company_number_is_checked(text, number):
    assert values.company(text) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [("23450002300029", "clé"), ("35600000049838", "clé"), ("12345", "illisible"), ("2,345E+13", "tableur"), ("2.345E+13", "tableur"), ("2345000230002A", "illisible"),
     ("٢٣٤٥٠٠٠٢٣", "illisible")],
)  # fmt: skip
def test_a_wrong_company_number_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        values.company(text)


@given(st.integers(0, 10**13 - 1), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number, change):
    for last in range(10):
        digits = f"{number:013d}{last}"
        if values.is_company(digits) and not digits.startswith("356000000"):
            place = number % 14
            other = str((int(digits[place]) + change) % 10)
            if other != digits[place]:
                assert not values.is_company(digits[:place] + other + digits[place + 1 :])


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", "1"),
        ("1", "1"),
        ("0.45", "0.45"),
        ("0,45", "0.45"),
        ("45 %", "0.45"),
        ("45", "0.45"),
        ("100", "1"),
        ("1.00", "1"),
    ],
)
def test_a_share_is_read_as_a_fraction_or_a_percentage(text, share):
    assert values.share(text) == Decimal(share)


@pytest.mark.parametrize("text", ["0", "-1", "150", "abc", "NaN", "inf", "120 %"])
def test_a_share_out_of_range_is_refused(text):
    with pytest.raises(InputError, match="pourcentage"):
        values.share(text)


@pytest.mark.parametrize(
    ("text", "message"), [("-3", "négatif"), ("3,5", "entier"), ("trois", "entier"), ("9" * 12, "entier")]
)
def test_a_count_is_a_whole_number_from_0(text, message):
    assert values.whole("12") == 12
    assert values.whole("12,0") == 12
    assert values.whole("") is None
    with pytest.raises(InputError, match=message):
        values.whole(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [("=cmd|'/c calc'!A1", "formule"), ("=1+1", "formule"), ("@SUM(A1)", "formule"), ("+cmd(1)", "formule"), ("<script>alert(1)</script>", "balise"),
     ("Voir <a href='x'>ici</a>", "balise"), ("JaVaScRiPt:alert(1)", "balise"), ("a\x07b", "invisibles"), ("abc\u202etxt", "invisibles")],
)  # fmt: skip
def test_formulas_markup_and_hidden_characters_are_refused(text, message):
    with pytest.raises(InputError, match=message):
        values.text(text)


@pytest.mark.parametrize(
    "text",
    ["- Fonctionnement", "+ 10 places", "Âge < 18 ans & > 60 ans", "« L'été » d'œuvres", "1 = 2 ?", "contact@asso"],
)
def test_ordinary_texts_pass(text):
    assert values.text(text) == text


def test_long_texts_are_cut_and_spaces_made_single():
    assert values.text("a \n\t b") == "a b"
    assert len(values.text("x" * 5000)) == 1000
