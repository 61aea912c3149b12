"""Whatever is typed into a form that uses every type, it is kept as an answer or refused in words: never an error of the site."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandat.apps.grants.forms import pages
from mandat.apps.grants.forms.questions import Asked, asked_of, checked, read, said
from mandat.apps.grants.schema.scheme import Scheme
from mandat.apps.rulebook.asking import WrongAnswerError
from tests.apps.grants.intake import world

DAY = dt.date(2026, 10, 5)
TYPES = [
    "text", "paragraph", "integer", "number", "money", "percent", "date", "boolean", "choice", "choices", "email", "phone",
    "siret", "web-address",
]  # fmt: skip
NASTY = [
    "", " ", "\x00", "NaN", "nan", "Infinity", "-Infinity", "1e999", "1E+400", "0x10", "１２", "1 000,50", "-0", "--1", "1.2.3",
    "0.000000000000001", "9" * 400, "é" * 5000, "<script>alert(1)</script>", "'; DROP TABLE cases; --", "true", "false", "jour",
    "2026-13-45", "31", "\u202e\u200b", "\ud7ff", "a@b.c", "a@b@c", "https://", "javascript:alert(1)", "http://[::1", "https://u:p@x.y",
    "12345678901234", world.SIRET, "+33 2 38 70 30 30", "𝟙𝟚", "1\n2", "12 %", "12 €", "½",
]  # fmt: skip
WORDS = st.one_of(st.sampled_from(NASTY), st.text(max_size=60))


def said_why(error: WrongAnswerError) -> None:
    """A refusal says something."""
    assert str(error).strip()


@cache
def body() -> str:
    """The scheme that asks everything, as a text: each reader takes its own."""
    return world.files()["schemes/complet.yaml"].decode()


@cache
def question(kind: str) -> Asked:
    """A field of the scheme's own of one type, read through its schema."""
    made: dict[str, Any] = json.loads(body())
    extra = {"choices": world.CHOICES} if kind in ("choice", "choices") else {}
    made["form"] = {
        "sections": [
            {
                "code": "une",
                "title": {"fr": "Une section", "en": "A section"},
                "fields": [world.field("champ", kind, "Un champ", **extra)],
            }
        ]
    }
    made = {key: value for key, value in made.items() if key not in ("kind", "rules")}
    return asked_of(Scheme.model_validate(made), None)["champ"]


@pytest.mark.parametrize("typed", ["\x00", "\x1f", " \x7f ", "\u200b"])
def test_what_does_not_show_is_no_answer(typed: str) -> None:
    assert read(question("text"), {"": typed}, as_of=DAY) is None


@pytest.mark.parametrize("kind", TYPES)
@given(words=st.lists(WORDS, min_size=4, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_typed_is_an_answer_or_is_refused_in_words(kind: str, words: list[str]) -> None:
    one = question(kind)
    post = QueryDict(mutable=True)
    post["champ"] = words[0]
    post["champ.day"], post["champ.month"], post["champ.year"] = words[1:]
    if kind == "choices":
        post.setlist("champ", words)
    sent = pages.sent_for(one, "champ", post)
    try:
        value = read(one, sent, as_of=DAY)
    except WrongAnswerError as error:
        said_why(error)
        return
    if value is None:
        return
    # What is kept can be written as JSON, holds no control character, is said in words and read back as itself.
    json.dumps(value)
    assert "\x00" not in str(value)
    assert said(one, value).strip() or value == []
    assert checked(one, value, as_of=DAY) == value


@pytest.mark.parametrize("kind", TYPES)
@given(value=st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text(max_size=30), st.dates(), st.sampled_from(NASTY)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)), max_leaves=5,
))  # fmt: skip
@settings(max_examples=40)
def test_an_answer_that_comes_from_elsewhere_is_checked_the_same(kind: str, value: Any) -> None:
    one = question(kind)
    try:
        kept = checked(one, value, as_of=DAY)
    except WrongAnswerError as error:
        said_why(error)
        return
    json.dumps(kept)
    assert not isinstance(kept, float)


@given(rows=st.one_of(st.integers(-5, 10**6).map(str), WORDS), name=WORDS, hours=WORDS)
@settings(max_examples=40)
def test_rows_of_a_repeated_section_never_pass_their_limit(rows: str, name: str, hours: str) -> None:
    scheme = Scheme.model_validate(
        {key: value for key, value in json.loads(body()).items() if key not in ("kind", "rules")}
    )
    section = next(one for one in scheme.form.sections if one.repeats)
    fields = [one for one in asked_of(scheme, None).values() if one.section.code == section.code]

    class Held:
        """A sheet with no answer yet."""

        def fields(self, _section: Any) -> list[Asked]:
            return fields

        def rows(self, _section: Any) -> list[dict[str, Any]]:
            return []

    post = QueryDict(mutable=True)
    post["rows"] = rows
    for rank in range(6):
        post[f"equipe-{rank}-role"], post[f"equipe-{rank}-temps"] = name, hours
    page = pages.typed(Held(), section, post, as_of=DAY)  # type: ignore[arg-type]
    assert len(page.groups) == len(page.rows) <= 3
    for _target, _question, words in page.errors:
        assert words.strip()
