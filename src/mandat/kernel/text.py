"""A text in French and English, and the language of the moment.

Layers that know no web framework (facts, engines, command line) write both
languages side by side; pages use gettext. See docs/adr/0002-two-ways-to-translate.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

_language: ContextVar[Language] = ContextVar("language", default="fr")


def current_language() -> Language:
    """The language in force: French unless something chose English."""
    return _language.get()


def set_language(code: str) -> None:
    """Choose the language from a code such as ``en``, ``en_GB.UTF-8`` or ``fr``; anything else is French."""
    _language.set("en" if code.lower().startswith("en") else "fr")


@contextmanager
def speaking(code: Language) -> Iterator[None]:
    """Use ``code`` inside the block."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in French and English; ``str()`` gives the current language."""

    fr: str
    en: str

    def in_(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en

    def format(self, **values: object) -> Text:
        """Fill ``{name}`` fields in both languages."""
        return Text(self.fr.format(**values), self.en.format(**values))

    def __str__(self) -> str:
        return self.in_(_language.get())


def counted(count: int, one: Text, many: Text) -> Text:
    """``count`` and its noun: French is plural from two on, English for all but one.

    ``one`` and ``many`` may have more words after the noun, for those that agree with it.
    """
    return Text(
        f"{count} {many.fr if abs(count) >= 2 else one.fr}", f"{count} {one.en if abs(count) == 1 else many.en}"
    )
