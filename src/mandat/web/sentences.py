"""Say a fact in one sentence of each language. No framework."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from mandat.definitions.registry import kinds
from mandat.facts import Fact
from mandat.kernel.text import Language, Text, speaking
from mandat.web import formats
from mandat.web.typography import typeset

_FORMS = {
    "deliberation": Text("Délibération", "Deliberation"),
    "order": Text("Arrêté", "Order"),
    "convention": Text("Convention", "Agreement"),
    "other": Text("Décision", "Decision"),
}
#: Codes that facts of bodies hold, as sentences say them.
_CODES: dict[str, dict[str, Text]] = {
    "nature": {
        "decision": Text("délibération", "deliberation"),
        "opinion": Text("avis", "opinion"),
        "report": Text("rapport", "report"),
        "agreement": Text("accord", "agreement"),
        "election": Text("élection", "election"),
    },
    "outcome": {
        "adopted": Text("adoption", "adopted"),
        "rejected": Text("rejet", "rejected"),
        "placed": Text("inscrite", "placed"),
        "refused": Text("refusée", "refused"),
    },
    "origin": {
        "petition": Text("pétition", "petition"),
        "answer": Text("réponse due", "answer due"),
        "referendum": Text("référendum", "referendum"),
        "member": Text("membre", "member"),
    },
}
_UNSAID = Text("non précisé", "not stated")
_NO_AMOUNT = Text("montant non publié", "amount not published")


#: The titles of series of statistics by code, as the programme gives them: set when it is read.
SERIES: dict[str, Any] = {}


class _Values(dict[str, str]):
    """Fields a fact does not have are said to be missing rather than left blank."""

    def __init__(self, language: Language, values: dict[str, str]) -> None:
        super().__init__(values)
        self.language = language

    def __missing__(self, key: str) -> str:
        return (_NO_AMOUNT if key == "amount" else _UNSAID).in_(self.language)


def sentence(fact: Fact) -> Text:
    """What happened, in French and in English, typeset. The values are data: never read as a format."""
    return Text(sentence_in(fact, "fr"), sentence_in(fact, "en"))


def sentence_in(fact: Fact, language: Language) -> str:
    """The same in one language: pages say many and need one."""
    with speaking(language):
        values = _Values(language, _values(fact, language))
        return typeset(fact.type.sentence.in_(language).format_map(values).strip(), language)


def _values(fact: Fact, language: Language) -> dict[str, str]:
    values = {name: _said(value) for name, value in fact.data.items() if value not in (None, "", ())}
    if "kind" in values:
        known = kinds().get(values["kind"])
        values["kind_label"] = _capital(known.label.in_(language)) if known else values["kind"]
    if "series" in values and (title := SERIES.get(values["series"])) is not None:
        values["series"] = getattr(title, language)
    if fact.kind.startswith("bodies."):
        for name, known_codes in _CODES.items():
            if values.get(name) in known_codes:
                values[name] = known_codes[values[name]].in_(language)
        if "held_on" in values:
            values["held_on"] = formats.day(dt.date.fromisoformat(fact.data["held_on"]))
        if values.get("due_on"):
            values["due_on"] = formats.day(dt.date.fromisoformat(fact.data["due_on"]))
    if "form" in values:
        values["form"] = _FORMS.get(values["form"], _FORMS["other"]).in_(language)
    values["occurred_on"] = formats.day(fact.occurred_on)
    if fact.amount is not None:
        values["amount"] = formats.euros(fact.amount)
    if fact.quantity is not None:
        values["quantity_text"] = formats.quantity(fact.quantity, fact.unit)
    if fact.corrects is not None:
        values["corrects"] = str(fact.corrects)
    return values


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(Text("oui", "yes") if value else Text("non", "no"))
    if isinstance(value, Decimal):
        return formats.number(value)
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return str(value)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
