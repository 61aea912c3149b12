"""YAML is read strictly, with lines, and bad files are values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.definitions.reading import read


def value_of(text: str) -> object:
    document, problems = read(text, file="a.yaml")
    assert not problems, problems
    assert document is not None
    return document.data


def problem_of(text: str | bytes) -> tuple[int, str]:
    document, problems = read(text, file="a.yaml")
    assert document is None
    [problem] = problems
    return problem.line, problem.message


def test_scalars_follow_the_core_schema() -> None:
    data = value_of("a: oui\nb: no\nc: 12:30\nd: 1.50\ne: 7\nf: true\ng: ~\nh: 2024-02-29\ni: '7'\nj: 0123\n")
    assert data == {
        "a": "oui",
        "b": "no",
        "c": "12:30",
        "d": Decimal("1.50"),
        "e": 7,
        "f": True,
        "g": None,
        "h": dt.date(2024, 2, 29),
        "i": "7",
        "j": "0123",
    }


def test_every_value_knows_its_line() -> None:
    document, _ = read("a:\n  - b: 1\n    c: 2\n  - d\n", file="a.yaml")
    assert document is not None
    assert document.line(("a", 0, "c")) == 3
    assert document.line(("a", 1)) == 4
    assert document.line(("a", 0, "nowhere")) == 2


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\na: 2\n", 2, "double"),
        ("a:\n\tb: 1\n", 2, "tabulation"),
        ("a: &x [1]\nb: *x\n", 1, "alias"),
        ("a: !!python/object:os.system x\n", 1, "étiquette"),
        ("a: [1, 2\nb: 3\n", 2, "invalide"),
        ("a: 2024-02-30\n", 1, "impossible"),
        ("? [1]\n: 2\n", 1, "clé"),
        ("<<: {a: 1}\n", 1, "fusion"),
        ("a: 1\n---\nb: 2\n", 2, "document"),
        ("", 1, "vide"),
        (b"a: \xff\n", 1, "UTF-8"),
        ("a: b\x00c\n", 1, "texte"),
        ("a: " + "9" * 40 + "\n", 1, "grand"),
        ("[" * 200 + "]" * 200, 1, "profond"),
    ],
)
def test_bad_files_are_refused_with_their_line(text: str, line: int, word: str) -> None:
    found, message = problem_of(text)
    assert word in message
    assert found == line


def test_an_alias_bomb_costs_nothing() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 40))
    assert "alias" in problem_of(bomb)[1]


@given(st.binary(max_size=400))
def test_reading_never_raises_on_bytes(raw: bytes) -> None:
    document, problems = read(raw, file="a.yaml")
    assert (document is None) == bool(problems)


@given(st.text(alphabet="abc:-[]{}&*!|>'\"#%@`,? \n\t0189.", max_size=200))
def test_reading_never_raises_on_yaml_like_text(text: str) -> None:
    document, problems = read(text, file="a.yaml")
    assert (document is None) == bool(problems)
