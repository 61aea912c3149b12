"""The bundled programme: every measure and figure is there, in our own words, and every commitment can be computed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

from mandat.apps.programme.schema import Chapter, Commitment, Measure, Programme
from mandat.definitions.folder import Folder, read_folder
from mandat.facts import Fact, fact_types

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "programmes" / "centre-val-de-loire"
SOURCE = ROOT.parent / "shared" / "mission" / "programme-source.txt"

#: Every figure of the original text, by measure.
FIGURES: dict[int, tuple[str, ...]] = {
    2: ("450", "200"),
    3: ("1500000",),
    4: ("14", "20"),
    7: ("100",),
    9: ("10000",),
    10: ("2",),
    12: ("20", "7"),
    14: ("0",),
    15: ("100", "2050", "200"),
    16: ("30000",),
    20: ("10500000",),
    25: ("200",),
    33: ("400",),
    39: ("3",),
    40: ("10",),
    44: ("1", "1000000"),
    50: ("1000",),
    55: ("1",),
    75: ("1", "15000000"),
    88: ("50", "2022"),
}

#: What must run for the measures of the first pillar.
INSTRUMENTS: dict[int, str] = {
    1: "site grant mile", 2: "path match count", 3: "budget grant alert", 4: "right book cover", 5: "site right",
    6: "grant label path", 7: "path grant", 8: "grant", 9: "right dir", 10: "contract cover dir", 11: "grant site",
    12: "label dir grant", 13: "match grant", 14: "land grant contract", 15: "contract cover path grant",
    16: "right grant path count", 17: "match grant dir", 18: "match count", 19: "corridor land grant",
    20: "budget grant process", 21: "body cond grant", 22: "body grant", 23: "mile cover contract", 24: "grant cover",
    25: "contract cover budget", 26: "right cover", 27: "site mile alert", 28: "contract", 29: "site book grant",
    30: "cond", 31: "match book grant", 32: "match", 33: "dir book count", 34: "match dir grant",
    35: "right body count", 36: "label", 37: "grant", 38: "site match",
}  # fmt: skip

#: What must run for the measures of the other two pillars, beside what counts them.
OTHER_INSTRUMENTS: dict[int, str] = {
    39: "contract budget mile", 40: "budget process", 41: "contract cover site", 42: "dir match grant",
    43: "cond equal", 44: "cond", 45: "service mile", 46: "pass", 47: "body process", 48: "ride site", 49: "ride dir",
    50: "right pass", 51: "service", 52: "cover grant dir", 53: "right grant match", 54: "match count",
    55: "path match", 56: "equal", 57: "site dir right", 58: "cond dir mile", 59: "right label", 60: "path label",
    61: "grant dir", 62: "site grant", 63: "site book", 64: "grant right", 65: "dir grant", 66: "grant book",
    67: "label grant", 68: "right dir", 69: "book process", 70: "cover mile", 71: "site grant dir", 72: "site match",
    73: "grant match", 74: "cover dir", 75: "budget body", 76: "process body", 77: "body grant", 78: "book process",
    79: "label cover", 80: "process grant", 81: "grant", 82: "body budget process", 83: "dir match", 84: "body",
    85: "grant", 86: "contract dir", 87: "right grant", 88: "process right path", 89: "contract grant",
    90: "body grant", 91: "grant process", 92: "dir grant", 93: "match count", 94: "grant", 95: "process",
    96: "grant contract", 97: "body cond", 98: "grant", 99: "grant", 100: "right dir",
}  # fmt: skip

#: Every due date that the original gives, by commitment.
DUE: dict[str, dt.date] = {
    "10.1": dt.date(2023, 7, 1),
    "55.1": dt.date(2022, 7, 1),
    "88.2": dt.date(2022, 12, 31),
}

COPIED_WORDS = 8
WORD = re.compile(r"\w+")


@cache
def _folder() -> Folder:
    return read_folder(FOLDER)


def _models(kind: str) -> list[Any]:
    return [definition.model for definition in _folder().of(kind)]


def _programme() -> Programme:
    return cast(Programme, _models("programme")[0])


def _chapters() -> list[Chapter]:
    return sorted(_models("chapter"), key=lambda chapter: chapter.number)


def _measures() -> dict[int, Measure]:
    return {measure.number: measure for measure in _models("measure")}


def _commitments() -> list[Commitment]:
    return _models("commitment")


def _texts(value: Any, language: str, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of ``language`` in a document, with where it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == language and isinstance(inner, str):
                yield place, inner
            else:
                yield from _texts(inner, language, f"{place}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, language, f"{place}[{index}]")


def _all_texts(language: str) -> list[tuple[str, str]]:
    documents = _folder().documents.items()
    return [text for file, document in documents for text in _texts(document.data, language, file)]


def test_the_bundled_folder_has_no_error() -> None:
    assert _folder().problems == []


def test_chapters_follow_one_another_and_each_file_is_named_after_its_number() -> None:
    for chapter in _chapters():
        numbers = [measure.number for measure in chapter.measures]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    files = {definition.file: cast(Chapter, definition.model) for definition in _folder().of("chapter")}
    for file, chapter in files.items():
        assert Path(file).name.startswith(f"{chapter.number:02d}-")


def test_all_one_hundred_measures_stand_in_their_chapters_and_pillars() -> None:
    assert sorted(_measures()) == list(range(1, _programme().measures + 1))
    assert [sum(c.pillar == p.code for c in _chapters()) for p in _programme().pillars] == [5, 8, 6]
    sizes = [len(chapter.measures) for chapter in _chapters()]
    assert sizes[:5] == [5, 9, 4, 9, 11]
    assert (len(sizes), sum(sizes)) == (19, 100)


@pytest.mark.parametrize("number", sorted(FIGURES))
def test_every_figure_of_the_original_is_kept(number: int) -> None:
    measure = _measures()[number]
    values = {figure.value for figure in measure.figures}
    values |= {Decimal(year) for figure in measure.figures for year in re.findall(r"\b20\d\d\b", figure.text.fr)}
    assert {Decimal(value) for value in FIGURES[number]} <= values


def test_a_measure_whose_original_gives_no_figure_shows_none() -> None:
    assert [n for n, measure in _measures().items() if measure.figures and n not in FIGURES] == []


@pytest.mark.parametrize("number", sorted(INSTRUMENTS))
def test_every_instrument_a_measure_needs_serves_one_of_its_commitments(number: int) -> None:
    measure = _measures()[number]
    bound = {code for commitment in measure.commitments for code in commitment.instruments}
    assert set(INSTRUMENTS[number].split()) == bound


@pytest.mark.parametrize("number", sorted(OTHER_INSTRUMENTS))
def test_the_instruments_of_the_other_pillars_serve_their_commitments(number: int) -> None:
    measure = _measures()[number]
    bound = {code for commitment in measure.commitments for code in commitment.instruments}
    assert set(OTHER_INSTRUMENTS[number].split()) <= bound


def test_a_due_date_comes_from_the_original_or_is_left_to_the_end_of_the_mandate() -> None:
    found = {commitment.code: commitment.due for commitment in _commitments() if commitment.due}
    assert found == DUE
    assert all(commitment.due_from == "source" for commitment in _commitments() if commitment.due)


def test_commitments_are_ranked_from_one_in_their_measure() -> None:
    for number, measure in _measures().items():
        codes = [commitment.code for commitment in measure.commitments]
        assert codes == [f"{number}.{rank}" for rank in range(1, len(codes) + 1)]


def test_the_four_truths_are_all_used_in_the_programme() -> None:
    assert {commitment.truth for commitment in _commitments()} == {"act", "money", "output", "outcome"}


def test_a_promised_value_is_a_figure_of_its_measure_or_a_totality() -> None:
    for number, measure in _measures().items():
        figures = {(figure.value, figure.unit) for figure in measure.figures}
        for commitment in measure.commitments:
            goal = commitment.goal
            if goal.promised:
                assert (goal.value, goal.unit) in figures or goal.unit == "percent" or goal.value in (0, 1), (
                    f"{number}: {commitment.code}"
                )


def test_a_yearly_promise_is_read_year_by_year_and_no_other_is() -> None:
    for commitment in _commitments():
        assert (commitment.goal.each == "year") == (commitment.indicator.window == "year"), commitment.code


def test_every_indicator_has_a_fact_it_accepts() -> None:
    for commitment in _commitments():
        expression = commitment.indicator
        for kind in expression.facts:
            fact = _fact_for(commitment, kind)
            number = int(commitment.code.split(".")[0])
            assert expression.accepts(fact, measure=number, commitment=commitment.code), commitment.code
            assert not expression.accepts(_fact_for(commitment, kind, commitments=(), measures=()), measure=number,
                                          commitment=commitment.code) or expression.scope == "programme"  # fmt: skip


def _fact_for(commitment: Commitment, kind: str, **changed: Any) -> Fact:
    fields: dict[str, Any] = {
        "kind": kind,
        "occurred_on": dt.date(2024, 1, 1),
        "programme": "centre-val-de-loire",
        "commitments": (commitment.code,),
        "measures": (int(commitment.code.split(".")[0]),),
        "data": {},
    }
    for condition in commitment.indicator.where:
        value = condition.any_of[0] if condition.any_of else (condition.at_least or condition.at_most)
        if condition.field.startswith("data."):
            fields["data"][condition.field[5:]] = value
        else:
            fields[condition.field] = value
    if fields.get("unit"):
        fields.setdefault("quantity", Decimal(1))
    return Fact(**(fields | changed))


def test_outputs_of_a_measure_do_not_mix() -> None:
    for number, measure in _measures().items():
        seen: set[str] = set()
        for commitment in measure.commitments:
            if "programme.output_confirmed.v1" not in commitment.indicator.facts:
                continue
            slugs = {s for f in commitment.indicator.where if f.field == "data.output" for s in f.any_of}
            assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs), commitment.code
            assert not slugs & seen, f"{number}: {slugs & seen}"
            seen |= slugs


def test_a_commitment_counted_in_steps_has_as_many_and_its_dates_are_in_order() -> None:
    for commitment in _commitments():
        dates = [milestone.due for milestone in commitment.milestones]
        assert dates == sorted(dates), commitment.code
        if commitment.goal.unit != "step":
            continue
        if "programme.milestone_reached.v1" in commitment.indicator.facts:
            assert commitment.goal.value == len(dates), commitment.code
            assert (commitment.indicator.aggregate, commitment.indicator.of) == ("distinct", "data.milestone")
        else:  # the steps of an instrument, each told by a fact of its own
            assert (commitment.indicator.aggregate, commitment.indicator.of) == ("distinct", "data.stage")
            assert commitment.goal.value == len(commitment.indicator.facts), commitment.code


def test_an_outcome_is_read_from_a_named_statistical_series() -> None:
    for commitment in _commitments():
        if "statistics.observed.v1" in commitment.indicator.facts:
            assert any(condition.field == "data.series" for condition in commitment.indicator.where), commitment.code


def test_every_series_an_outcome_is_read_from_has_a_title_and_no_title_is_idle() -> None:
    read = {
        code
        for commitment in _commitments()
        if "statistics.observed.v1" in commitment.indicator.facts
        for condition in commitment.indicator.where
        if condition.field == "data.series"
        for code in condition.any_of
    }
    named = [series.code for series in _programme().series]
    assert set(named) == read
    assert len(named) == len(set(named))


def test_money_counted_in_euros_sums_amounts() -> None:
    for commitment in _commitments():
        if commitment.truth == "money" and commitment.goal.unit == "EUR":
            assert commitment.indicator.of == "amount", commitment.code


def test_the_criterion_states_the_value_of_the_goal() -> None:
    for commitment in _commitments():
        if commitment.goal.value < 10:  # small numbers may be written out
            continue
        digits = re.sub(rf"(?<=\d){NARROW}(?=\d)", "", commitment.kept_when.fr).replace(",", ".")
        assert re.search(rf"(?<!\d){commitment.goal.value}(?!\d)", digits), commitment.code


def test_every_fact_kind_named_moves_indicators() -> None:
    for commitment in _commitments():
        assert all(fact_types()[kind].counts for kind in commitment.indicator.facts), commitment.code


def test_the_two_languages_have_comparable_lengths() -> None:
    french, english = dict(_all_texts("fr")), dict(_all_texts("en"))
    assert french.keys() == english.keys()
    for place, text in french.items():
        if len(text) > 80:
            assert 0.6 < len(english[place]) / len(text) < 1.5, place


NARROW = "\u202f"


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a tab, a double space or a space at an end", r"\t|  |^ | $"),
        ("a special space other than U+202F", r"[\u00a0\u2000-\u200f]"),
        ("a curly apostrophe or three dots in one character", r"[’…]"),
        ("quotes other than « »", r"[\"“”]"),
        ("no narrow space inside « »", rf"«[^{NARROW}]|[^{NARROW}]»"),
        ("no narrow space before double punctuation", rf"[^{NARROW}][;:!?](?: |$)"),
        ("a space before a comma or a full stop", rf"[ {NARROW}][,.]"),
        ("no narrow space before % or €", rf"[^{NARROW}][%€]"),
        ("a decimal point", rf"\d\.\d+[ {NARROW}]?(?:%|€|million)"),
        ("thousands stuck together or parted by a plain space", r"(?<!\d)\d{5,}|\d \d{3}(?!\d)"),
        ("a point of inclusive writing outside a quote", r"^[^«»]*\w[.·](?:e|ne|rice|trice|euse)(?:[.·]s|s)?\b"),
    ],
)
def test_french_texts_follow_the_typography_of_the_files(fault: str, pattern: str) -> None:
    assert [(place, text) for place, text in _all_texts("fr") if re.search(pattern, text)] == [], fault


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a tab, a double space or a space at an end", r"\t|  |^ | $"),
        ("a special space, a curly apostrophe or three dots in one character", r"[\u00a0\u2000-\u200f\u202f’…]"),
        ("French or straight quotes", r"[«»\"]"),
        ("a space before punctuation", r" [;:!?,.%]"),
        ("a decimal comma", r"\d,\d{1,2}\b"),
    ],
)
def test_english_texts_follow_the_typography_of_the_files(fault: str, pattern: str) -> None:
    assert [(place, text) for place, text in _all_texts("en") if re.search(pattern, text)] == [], fault


def test_titles_have_no_full_stop_and_paragraphs_have_one() -> None:
    for measure in _measures().values():
        assert not measure.title.fr.endswith("."), measure.number
        assert not measure.title.en.endswith("."), measure.number
        for paragraph in (measure.summary, *(c.promise for c in measure.commitments)):
            assert paragraph.fr.endswith("."), measure.number
            assert paragraph.en.endswith("."), measure.number
        for commitment in measure.commitments:
            assert commitment.kept_when.fr.endswith("."), commitment.code
            assert commitment.kept_when.en.endswith("."), commitment.code


def test_a_marker_quotes_the_words_it_rests_on() -> None:
    for measure in _measures().values():
        kinds = [use.marker for use in measure.markers]
        assert len(kinds) == len(set(kinds)), measure.number
        for use in measure.markers:
            assert re.search(rf"«{NARROW}.+{NARROW}»", use.because), measure.number


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = WORD.findall(text.casefold())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


@pytest.fixture(scope="module")
def original() -> str:
    if not SOURCE.is_file():
        pytest.skip("the original text is not beside the repository")
    return SOURCE.read_text(encoding="utf-8")


def test_no_sentence_is_copied_from_the_original(original: str) -> None:
    copied = _runs(original, COPIED_WORDS)
    found = {
        place: sorted(_runs(text, COPIED_WORDS) & copied)[:1]
        for place, text in _all_texts("fr")
        if place.startswith("measures/")
    }
    assert {place: run for place, run in found.items() if run} == {}


def test_quoted_marker_words_stand_in_the_original(original: str) -> None:
    words = " ".join(WORD.findall(original.casefold()))
    for measure in _measures().values():
        for use in measure.markers:
            for quote in re.findall(rf"«{NARROW}(.+?){NARROW}»", use.because):
                assert " ".join(WORD.findall(quote.casefold())) in words, (measure.number, quote)


def test_the_marker_of_the_climate_convention_stays_sober() -> None:
    marked = [n for n, m in _measures().items() if any(u.marker == "citizens-climate-convention" for u in m.markers)]
    assert 12 <= len(marked) <= 22
