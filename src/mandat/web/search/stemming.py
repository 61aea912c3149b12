"""Words as they are searched: folded, and stemmed then folded. No framework, no database.

The stem is taken before accents go ("égalité" → "égal" → ``egal``), and the unstemmed word
is kept beside it, so that "lycées" finds "lycée" and "droits" finds "droit", while an exact word still ranks first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import snowballstemmer

from mandat.journal.words import fold
from mandat.kernel.text import Language

WORD = re.compile(r"[0-9a-zà-öø-ÿœæ]+")
_STEMMERS: dict[Language, Any] = {
    "fr": snowballstemmer.stemmer("french"),
    "en": snowballstemmer.stemmer("english"),
}
#: Words that say nothing alone; they are looked for only where the query has no other.
STOP: dict[Language, frozenset[str]] = {
    "fr": frozenset(
        [
            "a",
            "au",
            "aux",
            "avec",
            "c",
            "ce",
            "ces",
            "cette",
            "d",
            "dans",
            "de",
            "des",
            "du",
            "elle",
            "en",
            "est",
            "et",
            "eux",
            "il",
            "ils",
            "j",
            "je",
            "l",
            "la",
            "le",
            "les",
            "leur",
            "leurs",
            "lui",
            "ma",
            "mais",
            "mes",
            "moi",
            "mon",
            "n",
            "ne",
            "nos",
            "notre",
            "nous",
            "on",
            "ou",
            "où",
            "par",
            "pas",
            "pour",
            "qu",
            "que",
            "qui",
            "quoi",
            "s",
            "sa",
            "sans",
            "se",
            "ses",
            "son",
            "sont",
            "sur",
            "ta",
            "te",
            "tes",
            "toi",
            "ton",
            "tu",
            "un",
            "une",
            "vos",
            "votre",
            "vous",
            "y",
            "à",
        ]
    ),
    "en": frozenset(
        [
            "a",
            "an",
            "and",
            "are",
            "as",
            "at",
            "be",
            "by",
            "for",
            "from",
            "in",
            "is",
            "it",
            "its",
            "of",
            "on",
            "or",
            "our",
            "that",
            "the",
            "their",
            "them",
            "they",
            "this",
            "to",
            "was",
            "we",
            "were",
            "what",
            "where",
            "which",
            "who",
            "will",
            "with",
            "you",
            "your",
        ]
    ),
}
#: Words of a query beyond this many are ignored.
MOST_WORDS = 12


def words(text: str) -> Iterator[str]:
    """The words of a text in lower case, accents kept."""
    return iter(WORD.findall(unicodedata.normalize("NFC", text.lower())))


@lru_cache(maxsize=200_000)
def forms(word: str, language: Language = "fr") -> tuple[str, ...]:
    """The plain form of a word, then its stem where it differs."""
    plain = fold(word)
    if len(word) < 4 or word[0].isdigit():
        return (plain,)
    stem = fold(_STEMMERS[language].stemWord(word))
    # The accent may have been left out by whoever types: the stem of the plain word counts too.
    bare = fold(_STEMMERS[language].stemWord(plain))
    return tuple(dict.fromkeys((plain, stem, bare)))


def forms_of(text: str, language: Language = "fr") -> list[str]:
    """Every form of every word, once each."""
    return list(dict.fromkeys(form for word in words(text) for form in forms(word, language)))


def query_forms(query: str, language: Language = "fr") -> list[tuple[str, ...]]:
    """What to look for: one tuple of forms a word, stop words left out unless there is nothing else."""
    typed = list(dict.fromkeys(words(query)))
    kept = [word for word in typed if word not in STOP[language]] or typed
    return [forms(word, language) for word in kept[:MOST_WORDS]]
