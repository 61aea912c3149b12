"""Say in French and English what a schema refuses, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from mandat.definitions.reading import Document
from mandat.kernel.errors import Problem
from mandat.kernel.text import Text

_TEXTS: dict[str, Text] = {
    "missing": Text("champ obligatoire manquant", "required field missing"),
    "extra_forbidden": Text("champ inconnu", "unknown field"),
    "string_type": Text("un texte est attendu", "a text is expected"),
    "string_too_short": Text("texte trop court", "text too short"),
    "string_too_long": Text("texte trop long", "text too long"),
    "string_pattern_mismatch": Text("forme inattendue, attendue : {pattern}", "unexpected form, expected: {pattern}"),
    "int_type": Text("un nombre entier est attendu", "a whole number is expected"),
    "int_parsing": Text("un nombre entier est attendu", "a whole number is expected"),
    "decimal_type": Text("un nombre est attendu", "a number is expected"),
    "decimal_parsing": Text("un nombre est attendu", "a number is expected"),
    "is_instance_of": Text("un nombre est attendu", "a number is expected"),
    "bool_type": Text("true ou false est attendu", "true or false is expected"),
    "bool_parsing": Text("true ou false est attendu", "true or false is expected"),
    "date_type": Text("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected"),
    "date_from_datetime_parsing": Text("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected"),
    "date_parsing": Text("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected"),
    "list_type": Text("une liste est attendue", "a list is expected"),
    "tuple_type": Text("une liste est attendue", "a list is expected"),
    "dict_type": Text("un bloc de champs est attendu", "a block of fields is expected"),
    "model_type": Text("un bloc de champs est attendu", "a block of fields is expected"),
    "model_attributes_type": Text("un bloc de champs est attendu", "a block of fields is expected"),
    "too_short": Text("il en faut au moins {min_length}", "at least {min_length} are needed"),
    "too_long": Text("au plus {max_length}", "at most {max_length}"),
    "literal_error": Text("valeur inconnue, attendue : {expected}", "unknown value, expected: {expected}"),
    "enum": Text("valeur inconnue, attendue : {expected}", "unknown value, expected: {expected}"),
    "greater_than_equal": Text("au moins {ge} est attendu", "at least {ge} is expected"),
    "greater_than": Text("plus de {gt} est attendu", "more than {gt} is expected"),
    "less_than_equal": Text("au plus {le} est attendu", "at most {le} is expected"),
    "less_than": Text("moins de {lt} est attendu", "less than {lt} is expected"),
    "url_parsing": Text("adresse web invalide", "invalid web address"),
}


class SchemaError(ValueError):
    """Raised by validators of schemas to say in both languages what is wrong."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def explain(error: Any) -> str:
    """One sentence for one entry of ``ValidationError.errors()``."""
    kind, context = error["type"], error.get("ctx", {})
    said = getattr(context.get("error"), "text", None)
    if kind == "value_error" and isinstance(said, Text):  # ours, or of an engine that knows nothing of this layer
        return str(said)
    text = _TEXTS.get(kind)
    return str(text.format(**context)) if text else str(error["msg"])


def _inside(place: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def problems(error: ValidationError, document: Document) -> Iterator[Problem]:
    """Each schema error as ``file:line: field: message``."""
    entries = error.errors(include_url=False, include_input=False)
    for entry in entries:
        if entry["type"] == "too_short" and any(_inside(other["loc"], entry["loc"]) for other in entries):
            continue  # a list is short only because its items are in error
        # pydantic names union branches and function validators in the path: keep what is in the file.
        place = tuple(step for step in entry["loc"] if isinstance(step, int | str))
        known = place
        while known and known not in document.lines:
            known = known[:-1]
        name = ".".join(str(step) for step in place if not isinstance(step, int)) or "document"
        yield Problem(document.file, document.line(known), f"{name} : {explain(entry)}")
