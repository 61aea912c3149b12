"""The words a fact is found by: folded, and stemmed in French. Same on every database.

Accents go first, then the ending: the French stemmer makes one word of "égal" and "égalité" but two of "lycée" and "lycee";
on words without accents ("egal", "egalit", "lyce") it does neither. The unstemmed word is kept beside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import snowballstemmer

_WORD = re.compile(r"[0-9a-zà-öø-ÿœæ]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_STEMMER: Any = snowballstemmer.stemmer("french")
#: More words than this do not help to find one fact.
MOST_WORDS = 200


def fold(word: str) -> str:
    """Lower case, no accents, no ligatures."""
    plain = unicodedata.normalize("NFKD", word.lower().translate(_LIGATURES))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _forms(word: str) -> tuple[str, ...]:
    # Numbers are rarely met twice: they would push the words out of the cache.
    return (fold(word),) if word[0].isdigit() else _forms_of_word(word)


@lru_cache(maxsize=30_000)
def _forms_of_word(word: str) -> tuple[str, ...]:
    plain = fold(word)
    if len(word) < 4:
        return (plain,)
    stem = _STEMMER.stemWord(plain)
    return (plain,) if stem == plain else (plain, stem)


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text.lower()))


def index_words(values: Iterable[Any]) -> str:
    """What is stored for a fact: every form of every word of its texts, once, separated by spaces."""
    found: dict[str, None] = {}
    for text in _texts(values):
        for word in _words(text):
            for form in _forms(word):
                found[form] = None
            if len(found) >= MOST_WORDS:
                return " ".join(found)
    return " ".join(found)


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _texts(value.values())
        elif isinstance(value, tuple | list):
            yield from _texts(value)


def query_words(text: str) -> list[str]:
    """The forms a search looks for, one a word: its stem where it has one."""
    return [_forms(word)[-1] for word in _words(text)][:20]
