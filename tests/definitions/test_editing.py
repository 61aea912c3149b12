"""Editing a value in a YAML text changes only the lines that say it."""

from __future__ import annotations

import datetime as dt
import difflib
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.definitions.editing import EditError, rewrite, same
from mandat.definitions.reading import paths, read

TEXT = dedent("""\
    # Heading.
    kind: chapter   # what it is
    title: {fr: "Santé", en: 'Health'}
    goal:
      fr: "Prévenir."
      # between the two
      en: Prevent
    sdgs: [3, 10]
    measures:
      - number: 1   # first
        due: 2022-06-30
        note: |
          Two
          lines.
        steps:
          - {code: a, day: 2022-01-01}
          # a remark
          - code: b
            day: 2022-02-02

      # before the second
      - number: 2
        due: null
    last: true
    """)


def data(text: str) -> Any:
    document, problems = read(text, file="f")
    assert document is not None, problems
    return document.data


def at(text: str, place: tuple[str | int, ...]) -> Any:
    value = data(text)
    for step in place:
        value = value[step]
    return value


def changed(old: str, new: str) -> list[str]:
    """Lines that differ, with their sign."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:2] not in ("--", "++", "@@")]


@pytest.mark.parametrize(
    ("place", "value", "lines"),
    [
        (("title", "fr"), 'Dire "oui"', ['-title: {fr: "Santé", en: \'Health\'}', '+title: {fr: "Dire \\"oui\\"", en: \'Health\'}']),
        (("title", "en"), "It's", ['-title: {fr: "Santé", en: \'Health\'}', '+title: {fr: "Santé", en: \'It\'\'s\'}']),
        (("goal", "en"), "Prevent: early", ["-  en: Prevent", '+  en: "Prevent: early"']),
        (("goal", "en"), "no", ["-  en: Prevent", '+  en: "no"']),
        (("goal", "en"), "Prevent early", ["-  en: Prevent", "+  en: Prevent early"]),
        (("sdgs",), [3, 10, 11], ["-sdgs: [3, 10]", "+sdgs: [3, 10, 11]"]),
        (("sdgs",), [3, 12], ["-sdgs: [3, 10]", "+sdgs: [3, 12]"]),
        (("measures", 0, "number"), 7, ["-  - number: 1   # first", "+  - number: 7   # first"]),
        (("measures", 0, "due"), dt.date(2023, 1, 2), ["-    due: 2022-06-30", "+    due: 2023-01-02"]),
        (("measures", 1, "due"), dt.date(2023, 1, 2), ["-    due: null", "+    due: 2023-01-02"]),
        (("measures", 0, "note"), "One line", ["-    note: |", "-      Two", "-      lines.", '+    note: "One line"']),
        (("last",), False, ["-last: true", "+last: false"]),
    ],
)  # fmt: skip
def test_only_the_line_of_the_value_changes(place: tuple[str | int, ...], value: Any, lines: list[str]) -> None:
    edited = rewrite(TEXT, place, value)
    assert same(at(edited, place), value)
    assert changed(TEXT, edited) == lines


def test_an_item_is_added_removed_and_changed_in_place() -> None:
    steps = at(TEXT, ("measures", 0, "steps"))
    place = ("measures", 0, "steps")
    added = rewrite(TEXT, place, [*steps, {"code": "c", "day": dt.date(2023, 3, 3)}])
    assert changed(TEXT, added) == ["+      - {code: c, day: 2023-03-03}"]
    first = rewrite(TEXT, place, [{"code": "z", "day": dt.date(2020, 1, 1)}, *steps])
    assert changed(TEXT, first) == ["+      - {code: z, day: 2020-01-01}"]
    removed = rewrite(TEXT, place, steps[:1])
    assert changed(TEXT, removed) == ["-      - code: b", "-        day: 2022-02-02"]
    assert "# a remark" in removed
    moved = rewrite(TEXT, place, [steps[0], {**steps[1], "day": dt.date(2022, 2, 3)}])
    assert changed(TEXT, moved) == ["-        day: 2022-02-02", "+        day: 2022-02-03"]


def test_keys_are_added_in_their_order_and_removed_with_their_lines() -> None:
    first = at(TEXT, ("measures", 0))
    grown = {
        "number": 1,
        "due": first["due"],
        "extra": {"fr": "Bien", "en": "Good"},
        "note": first["note"],
        "steps": first["steps"],
    }
    assert changed(TEXT, rewrite(TEXT, ("measures", 0), grown)) == ["+    extra: {fr: Bien, en: Good}"]
    shrunk = {key: value for key, value in first.items() if key != "due"}
    assert changed(TEXT, rewrite(TEXT, ("measures", 0), shrunk)) == ["-    due: 2022-06-30"]
    headless = {key: value for key, value in first.items() if key != "number"}
    assert at(rewrite(TEXT, ("measures", 0), headless), ("measures", 0)) == headless
    in_flow = rewrite(TEXT, ("title",), {"fr": "Santé"})
    assert changed(TEXT, in_flow)[1] == '+title: {fr: "Santé"}'
    root = rewrite(TEXT, (), {**data(TEXT), "more": "Plus"})
    assert changed(TEXT, root) == ["+more: Plus"]


def test_long_blocks_are_written_on_several_lines() -> None:
    long = {"fr": "É" * 90, "en": "E" * 90}
    edited = rewrite(TEXT, ("measures", 1), {"number": 2, "due": None, "words": long})
    assert changed(TEXT, edited)[0] == "+    words:"
    assert at(edited, ("measures", 1, "words")) == long


def test_what_does_not_change_is_not_touched() -> None:
    assert rewrite(TEXT, (), data(TEXT)) == TEXT
    assert rewrite(TEXT, ("sdgs",), [Decimal("3.0"), 10]) == TEXT


def test_a_text_without_last_line_break_and_with_windows_ones() -> None:
    assert rewrite("a: 1\nb: 2", ("b",), 3) == "a: 1\nb: 3"
    assert rewrite("a: 1\nb: 2", (), {"a": 1, "b": 2, "c": 3}) == "a: 1\nb: 2\nc: 3\n"
    assert rewrite("a: 1\r\nb: 2\r\n", ("a",), 5) == "a: 5\r\nb: 2\r\n"


@pytest.mark.parametrize("place", [("absent",), ("sdgs", 9), ("title", "fr", "x")])
def test_a_place_that_is_not_there_is_refused(place: tuple[str | int, ...]) -> None:
    with pytest.raises(EditError):
        rewrite(TEXT, place, 1)


def test_a_text_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(EditError):
        rewrite("a: [", ("a",), 1)


FILES = sorted((Path(__file__).resolve().parents[2] / "programmes" / "centre-val-de-loire").rglob("*.yaml"))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_text_of_the_bundled_programme_can_be_edited_alone(draw: st.DataObject) -> None:
    text = draw.draw(st.sampled_from(FILES)).read_text(encoding="utf-8")
    value = data(text)
    texts = [place for place, inner in paths(value) if isinstance(inner, str) and place]
    place = draw.draw(st.sampled_from(texts))
    said = draw.draw(WORDS)
    edited = rewrite(text, place, said)
    assert at(edited, place) == said
    # Words may hold line separators of Unicode: YAML lines are parted by line feeds alone.
    before, after = text.split("\n"), edited.split("\n")
    same_head = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(after))
    same_tail = next((i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b), len(after))
    assert same_head + same_tail >= len(after) - 1


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_any_list_of_the_bundled_programme_can_lose_or_double_an_item(draw: st.DataObject) -> None:
    text = draw.draw(st.sampled_from(FILES)).read_text(encoding="utf-8")
    lists = [(place, inner) for place, inner in paths(data(text)) if isinstance(inner, list) and len(inner) > 1]
    if not lists:
        return
    place, items = draw.draw(st.sampled_from(lists))
    rank = draw.draw(st.integers(0, len(items) - 1))
    fewer = items[:rank] + items[rank + 1 :]
    assert same(at(rewrite(text, place, fewer), place), fewer)
    more = [*items, items[rank]]
    assert same(at(rewrite(text, place, more), place), more)
    kept = {line for line in text.split("\n") if line.lstrip().startswith("#")}
    assert kept <= set(rewrite(text, place, more).split("\n"))
