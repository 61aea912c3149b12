"""Show where the words of a query stand in a text. No framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mandat.kernel.text import Language
from mandat.web.search.stemming import WORD, forms

LENGTH = 220


def wanted_forms(query: Iterable[Sequence[str]]) -> frozenset[str]:
    return frozenset(form for word in query for form in word)


def _matches(word: str, wanted: frozenset[str], prefix: str, language: Language) -> bool:
    found = forms(word.lower(), language)
    return any(form in wanted for form in found) or (bool(prefix) and found[0].startswith(prefix))


def highlight(text: str, wanted: frozenset[str], language: Language, *, prefix: str = "") -> str:
    """``text`` escaped, the words looked for inside ``<mark>``. ``prefix``: words that begin so count too."""
    parts, last = [], 0
    for match in WORD.finditer(text.lower()) if len(text.lower()) == len(text) else ():
        if _matches(match.group(), wanted, prefix, language):
            parts.append(escape(text[last : match.start()]))
            parts.append(f"<mark>{escape(text[match.start() : match.end()])}</mark>")
            last = match.end()
    parts.append(escape(text[last:]))
    return "".join(parts)


def excerpt(text: str, wanted: frozenset[str], language: Language, *, prefix: str = "", length: int = LENGTH) -> str:
    """The part of ``text`` around the first word found, cut between words, highlighted."""
    first = next((m.start() for m in WORD.finditer(text.lower()) if _matches(m.group(), wanted, prefix, language)), 0)
    start = 0
    if first > length // 2:
        space = text.rfind(" ", 0, first - length // 3)
        start = space + 1 if space >= 0 else 0
    end = len(text)
    if end - start > length:
        space = text.rfind(" ", start, start + length)
        end = space if space > first else start + length
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return before + highlight(text[start:end], wanted, language, prefix=prefix) + after
