"""Texts in two languages, and the errors that carry them."""

from __future__ import annotations

import threading

import pytest

from mandat.kernel.errors import InputError, MandatError, Problem
from mandat.kernel.text import Text, current_language, set_language, speaking


def test_a_text_speaks_the_language_in_force() -> None:
    words = Text("{n} lieux", "{n} sites").format(n=3)
    assert str(words) == "3 lieux"
    with speaking("en"):
        assert str(words) == "3 sites"
        with speaking("fr"):
            assert str(words) == "3 lieux"
        assert current_language() == "en"
    assert (words.in_("fr"), words.in_("en")) == ("3 lieux", "3 sites")


def test_an_error_inside_does_not_leave_the_language_changed() -> None:
    with pytest.raises(RuntimeError), speaking("en"):
        raise RuntimeError
    assert current_language() == "fr"


def test_another_thread_keeps_its_own_language() -> None:
    heard: list[str] = []
    with speaking("en"):
        thread = threading.Thread(target=lambda: heard.append(current_language()))
        thread.start()
        thread.join()
    assert heard == ["fr"]


@pytest.mark.parametrize(
    ("code", "language"), [("en", "en"), ("EN_GB.UTF-8", "en"), ("fr", "fr"), ("", "fr"), ("de", "fr"), ("C", "fr")]
)
def test_a_locale_chooses_the_language(code: str, language: str) -> None:
    with speaking("fr"):
        set_language(code)
        assert current_language() == language


def test_an_error_says_where_it_stands() -> None:
    text = Text("illisible", "unreadable")
    assert str(InputError(text, file="a.yaml", line=3)) == "a.yaml:3: illisible"
    assert str(InputError(text, file="a.yaml")) == "a.yaml: illisible"
    assert str(InputError(text, line=3)) == "ligne 3 : illisible"
    assert str(InputError(text)) == "illisible"
    assert str(Problem("a.yaml", 3, "illisible")) == "a.yaml:3: illisible"
    with speaking("en"):
        assert str(InputError(text, file="a.yaml", line=3)) == "a.yaml:3: unreadable"
        assert str(InputError(text, line=3)) == "line 3: unreadable"


def test_an_error_in_one_language_says_the_same_in_both() -> None:
    assert MandatError("abc").text == Text("abc", "abc")


def test_problems_sort_by_file_then_line() -> None:
    found = [Problem("b", 1, "x"), Problem("a", 10, "x"), Problem("a", 9, "y")]
    assert sorted(found) == [Problem("a", 9, "y"), Problem("a", 10, "x"), Problem("b", 1, "x")]
