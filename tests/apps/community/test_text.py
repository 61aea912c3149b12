"""What people type is safe to keep and fair to read, or refused in plain words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mandat.apps.community.text import LONGEST, LONGEST_BYTES, cleaned, disguised_words, mixed_words
from mandat.kernel.errors import InputError

WORDS = st.text(st.characters(exclude_categories=()), max_size=300)


def kept(text: str) -> str | None:
    """What is kept; None where it is refused, in words."""
    try:
        return cleaned(text)
    except InputError:
        return None


@given(WORDS)
@example("a\u0301" * 40)
@example("e" + "\u0301" * 50)
@example("\u212b \u2126 \ufb01 \U0001d400\uff21")
@example("\u1100\u1161\u11a8")
@example("a\r\n\r\n\r\n\x0b b")
def test_what_is_cleaned_is_clean(text: str) -> None:
    made = kept(text)
    if made is None:
        return
    assert kept(made) == made
    assert unicodedata.is_normalized("NFC", made)
    assert made == made.strip()
    assert len(made) <= LONGEST
    unseen = {one for one in made if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn"}} - {"\n"}
    assert not unseen
    assert "\n\n\n" not in made
    assert not mixed_words(made)


@given(WORDS)
def test_one_line_is_one_line(text: str) -> None:
    try:
        made = cleaned(text, one_line=True)
    except InputError:
        return
    assert "\n" not in made
    assert "  " not in made
    assert cleaned(made, one_line=True) == made


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzàâçéèêëîïôùûüœæñ ’'-.,;:!?«»0123456789\n€%²³"), max_size=300))
def test_french_is_kept_as_it_is(text: str) -> None:
    made = kept(text)
    assert made is not None
    assert made.split() == unicodedata.normalize("NFC", text).split()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("pass\u200bword", "password"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\ufeffBonjour\x00", "Bonjour"),
        ("so\u00adcial", "social"),
        ("e\u0301te\u0301", "été"),
        ("\U0001d401\U0001d428\U0001d427", "Bon"),
        ("\uff22\uff4f\uff4e", "Bon"),
        ("un\u2028deux", "un\ndeux"),
        ("  trop   \n\n\n\n  d’air  ", "trop\n\n  d’air"),
        ("5 μm et 2 kΩ, Δt", "5 μm et 2 kΩ, Δt"),
        ("Привет tout le monde", "Привет tout le monde"),
        ("γειά σου", "γειά σου"),
        ("1\u202f000\u00a0€\u202f!", "1\u202f000\u00a0€\u202f!"),
        ("z" + "\u0336\u0301\u0302\u0303\u0304\u0305" * 5, None),
    ],
)
def test_what_a_reader_cannot_see_goes(typed: str, said: str | None) -> None:
    made = cleaned(typed)
    assert made == said if said is not None else len(unicodedata.normalize("NFD", made)) <= 4


@pytest.mark.parametrize("word", ["раypal", "mandаt", "Rеgion", "СentreVal", "gооgle", "αccord", "vοte"])
def test_words_that_mix_look_alike_letters_are_refused_and_named(word: str) -> None:
    with pytest.raises(InputError, match=word):
        cleaned(f"Lisez {word} sans attendre")


def test_a_word_wholly_in_disguise_is_seen() -> None:
    assert disguised_words("Le vote ехо est ouvert à toutes et tous") == ["ехо"]
    assert disguised_words("Это хорошо, мне нравится") == []


def test_a_megabyte_is_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given: object) -> str:
        raise AssertionError("work was done on a text too long")

    for text in ("a" * 1_000_000, "😀" * 250_000, "\u200b" * 1_000_000, "e" + "\u0301" * 1_000_000):
        with monkeypatch.context() as patch:
            patch.setattr("mandat.apps.community.text.unicodedata.normalize", never)
            with pytest.raises(InputError, match="trop long"):
                cleaned(text)


def test_bytes_count_too() -> None:
    text = "語" * (LONGEST_BYTES // 3 + 1)
    with pytest.raises(InputError, match="64"):
        cleaned(text, longest=100_000)


def test_what_is_too_short_once_cleaned_is_refused() -> None:
    with pytest.raises(InputError, match="au moins 10"):
        cleaned("oui\u200b\u200b\u200b\u200b\u200b\u200b\u200b", least=10)
    with pytest.raises(InputError, match="quelque chose"):
        cleaned("\u200b \u202e", least=1)
