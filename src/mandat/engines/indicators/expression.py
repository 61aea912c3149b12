"""What an indicator computes: which facts, which of their values, how they are put together.

An expression is data, not code: it is validated before publication, explained in a
sentence, and evaluated by ``rollup`` one fact at a time or over all of them alike.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from mandat.facts import Fact, fact_types
from mandat.facts.base import decimal_text
from mandat.kernel.text import Text

Aggregate = Literal["sum", "count", "distinct", "last", "share"]
FIELD = re.compile(r"^(?:area|subject|unit|programme|quantity|amount|data\.[a-z_]+)$")


def _exact(value: Any) -> Any:
    """YAML gives int and Decimal; JSON and forms give text. A float is never exact."""
    if isinstance(value, float):
        raise ValueError("a number is written as a decimal, not a float")
    return value


Number = Annotated[Decimal, BeforeValidator(_exact)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Filter(Strict):
    """One condition on a field of the fact: equal to one of ``any_of``, or within bounds (both included)."""

    field: str = Field(pattern=FIELD.pattern)
    any_of: tuple[str, ...] = ()
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Filter:
        if not self.any_of and self.at_least is None and self.at_most is None:
            raise ValueError("a filter needs any_of, at_least or at_most")
        return self

    def accepts(self, fact: Fact) -> bool:
        value = read_field(fact, self.field)
        if value is None:
            return False
        if self.any_of and written(value) not in self.any_of:
            return False
        if self.at_least is None and self.at_most is None:
            return True
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class Expression(Strict):
    """An indicator over facts.

    - ``sum`` adds ``of`` (``quantity`` or ``amount``); ``count`` counts facts; ``distinct`` counts different
      values of ``of``; ``last`` keeps the value of ``of`` on the latest day (the later index where days tie);
      ``share`` is the part, in percent, of ``over`` (population, surface or number of communes)
      whose area a fact covers.
    - ``window: year`` looks at one calendar year at a time, the one of the date asked for.
    - ``scope``: facts that serve this commitment, or its measure, or any of the programme.
    """

    facts: tuple[str, ...] = Field(min_length=1)
    where: tuple[Filter, ...] = ()
    aggregate: Aggregate
    of: str = Field(default="", pattern=r"^$|" + FIELD.pattern)
    over: Literal["", "population", "surface", "communes"] = ""
    window: Literal["all", "year"] = "all"
    scope: Literal["commitment", "measure", "programme"] = "commitment"

    @model_validator(mode="after")
    def _coherent(self) -> Expression:
        numeric = ("quantity", "amount")
        if self.aggregate in ("sum", "last") and self.of not in numeric:
            raise ValueError(f"{self.aggregate} needs of: quantity or of: amount")
        if self.aggregate == "distinct" and not self.of:
            raise ValueError("distinct needs of: the field whose values are counted")
        if (self.aggregate == "share") != bool(self.over):
            raise ValueError("share, and only share, needs over: population, surface or communes")
        if self.aggregate == "share" and self.window == "year":
            raise ValueError("share is of all that is covered so far: it has no window: year")
        return self

    def unknown_kinds(self) -> tuple[str, ...]:
        """The fact kinds named here that no type is registered for."""
        return tuple(kind for kind in self.facts if kind not in fact_types())

    def unknown_fields(self) -> tuple[str, ...]:
        """The ``data.x`` fields named here that none of the fact kinds has."""
        named = [f.field for f in self.where] + ([self.of] if self.of else [])
        known = {
            f"data.{name}"
            for kind in self.facts
            if kind in fact_types()
            for name in fact_types()[kind].data.model_fields
        }
        return tuple(name for name in named if name.startswith("data.") and name not in known)

    def accepts(self, fact: Fact, *, measure: int, commitment: str) -> bool:
        """Whether ``fact`` is counted by this indicator of ``commitment``."""
        if fact.kind not in self.facts:
            return False
        if self.scope == "commitment" and commitment not in fact.commitments:
            return False
        if self.scope == "measure" and measure not in fact.measures:
            return False
        return all(condition.accepts(fact) for condition in self.where)


def read_field(fact: Fact, name: str) -> Any:
    """The value of a field named as in an expression; None where the fact has none."""
    if name.startswith("data."):
        return fact.data.get(name[5:])
    value = getattr(fact, name)
    return None if value == "" else value


def written(value: Any) -> str:
    """A field's value as filters and members compare it: the same before a fact is stored and after."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


_AGGREGATES: dict[str, Text] = {
    "sum": Text("Somme : {of}", "Sum: {of}"),
    "count": Text("Nombre de faits", "Number of facts"),
    "distinct": Text("Nombre de valeurs différentes : {of}", "Number of different values: {of}"),
    "last": Text("Dernière valeur connue : {of}", "Latest known value: {of}"),
    "share": Text("Part couverte : {of}", "Share covered: {of}"),
}
_OF: dict[str, Text] = {
    "quantity": Text("quantité", "quantity"),
    "amount": Text("montant en euros", "amount in euros"),
    "population": Text("population", "population"),
    "surface": Text("surface", "surface"),
    "communes": Text("communes", "communes"),
    "area": Text("territoire", "area"),
    "subject": Text("objet", "subject"),
}


def explain(expression: Expression) -> Text:
    """The formula in one sentence, as shown under "pourquoi ce chiffre"."""
    name = expression.of or expression.over
    of = _OF.get(name, Text(name, name))
    head = _AGGREGATES[expression.aggregate]
    labels = [fact_types()[kind].label for kind in expression.facts if kind in fact_types()]
    fr = f"{head.fr.format(of=of.fr)}, sur les faits « {' » ou « '.join(t.fr for t in labels)} »"
    en = f"{head.en.format(of=of.en)}, over the facts “{'” or “'.join(t.en for t in labels)}”"
    scope = {
        "commitment": Text(" de cet engagement", " of this commitment"),
        "measure": Text(" de cette mesure", " of this measure"),
        "programme": Text(" de tout le programme", " of the whole programme"),
    }[expression.scope]
    fr, en = fr + scope.fr, en + scope.en
    for condition in expression.where:
        if condition.any_of:
            fr += f", où {condition.field} vaut {' ou '.join(condition.any_of)}"
            en += f", where {condition.field} is {' or '.join(condition.any_of)}"
        if condition.at_least is not None:
            fr, en = (
                fr + f", où {condition.field} ≥ {condition.at_least}",
                en + f", where {condition.field} ≥ {condition.at_least}",
            )
        if condition.at_most is not None:
            fr, en = (
                fr + f", où {condition.field} ≤ {condition.at_most}",
                en + f", where {condition.field} ≤ {condition.at_most}",
            )
    if expression.window == "year":
        fr, en = fr + ", par année civile", en + ", by calendar year"
    return Text(fr + ".", en + ".")
