"""Letters of the Region, in French: what one is made of, and its typesetting as PDF/UA-1, alone or by the thousand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from mandat.kernel.periods import in_words
from mandat.kernel.text import speaking
from mandat.web import formats, typeset

TEMPLATE = Path(__file__).parent / "typst" / "letter.typ"
#: Letters of one file to print: its pages stay few enough for any printer, and its typesetting within memory.
MOST = 100
DEMO = "Démonstration : ce document ne vaut rien, personne n'est concerné."

Part = dict[str, Any]
Content = dict[str, Any]


def text(words: str) -> Part:
    return {"kind": "text", "text": words}


def box(words: str) -> Part:
    return {"kind": "box", "text": words}


def bullets(items: Sequence[str]) -> Part:
    return {"kind": "list", "items": list(items)}


def section(title: str, *parts: Part) -> dict[str, Any]:
    return {"title": title, "parts": list(parts)}


def day(value: dt.date | str) -> str:
    return in_words(dt.date.fromisoformat(value) if isinstance(value, str) else value).fr


def amount(value: Decimal | str, unit: str) -> str:
    """``25 €``, ``3 unités``, ``25 € par mois``."""
    unit, _, period = unit.partition("/")
    with speaking("fr"):
        shown = formats.quantity(Decimal(value), unit or "item")
    return shown + {"": "", "month": " par mois", "year": " par an", "day": " par jour"}.get(period, f" / {period}")


def content(
    *, title: str, subject: str, on: dt.date, sender: Sequence[str], identity: Mapping[str, str], head: Sequence[tuple[str, str]],
    sections: Sequence[dict[str, Any]], reference: str, verdict: str = "", signature: Sequence[str] = (), synthetic: bool = False, foot: str = "",
) -> Content:  # fmt: skip
    """What the template reads. ``head`` are pairs under the title; ``identity`` has name, address, postcode and city, where known."""
    town = " ".join(part for part in (identity.get("postcode", ""), identity.get("city", "")) if part)
    recipient = [part for part in (identity.get("name", ""), identity.get("address", ""), town) if part]
    return {
        "lang": "fr",
        "title": title,
        "subject": subject,
        "date": [on.year, on.month, on.day],
        "place_and_day": f"Le {day(on)}",
        "sender": list(sender),
        "recipient": recipient or ["Destinataire effacé"],
        "head": [list(pair) for pair in head],
        "verdict": verdict,
        "sections": list(sections),
        "signature": list(signature),
        "foot": foot or f"Demande {reference}",
        "demo": DEMO if synthetic else "",
        "words": {"page": "page", "of": "sur"},
    }


def pdf(made: Content) -> bytes:
    """One letter as PDF/UA-1."""
    return typeset.pdf(TEMPLATE, {"letters": [made]}, day=_on(made))


def pdfs(made: Iterable[Content]) -> Iterator[bytes]:
    """Each letter as its own PDF/UA-1, by one compiler: a few milliseconds each."""
    compiler = typeset.Typesetter(TEMPLATE)
    for one in made:
        yield compiler.pdf({"letters": [one]}, day=_on(one))


def merged(made: Sequence[Content]) -> bytes:
    """At most ``MOST`` letters as one PDF/UA-1 to print, each with pages of its own. Raises ValueError for none, or more."""
    if not 0 < len(made) <= MOST:
        raise ValueError(f"from 1 to {MOST} letters")
    return typeset.pdf(TEMPLATE, {"letters": list(made)}, day=_on(made[0]))


def _on(made: Content) -> dt.date:
    return dt.date(*made["date"])
