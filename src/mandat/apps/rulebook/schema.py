"""The documents of rules as kinds of definitions: the engine says what they hold. And the perimeters they name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mandat.apps.programme.schema import BilingualText, BilingualTitle, Slug
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Strict
from mandat.engines.rules import RuleDocument, VocabularyDocument
from mandat.engines.rules.writing import Reference
from mandat.kernel.text import Text

VOCABULARY, RULE, PERIMETER = "rule-vocabulary", "rule", "perimeter"
#: How a named perimeter is called where an area may be.
NAMED = "perimeter:"

_TERRITORY = r"(?:region|departement|epci|commune|bassin):[0-9A-Z]{2,9}"
TerritoryCode = Annotated[str, Field(pattern=rf"^{_TERRITORY}$")]
#: An area of the territory, or a named perimeter of the programme.
AreaCode = Annotated[str, Field(pattern=rf"^(?:{_TERRITORY}|perimeter:[a-z0-9]+(?:-[a-z0-9]+)*)$")]


class PerimeterDocument(Strict):
    """A perimeter written once and named by schemes and rules as ``perimeter:<code>``: the communes of ``areas`` less those of
    ``excluding``. ``assumption`` says what the source does not give."""

    code: Slug
    title: BilingualTitle
    summary: BilingualText
    areas: tuple[TerritoryCode, ...] = Field(min_length=1, max_length=5000)
    excluding: tuple[TerritoryCode, ...] = Field(default=(), max_length=5000)
    references: tuple[Reference, ...] = Field(min_length=1, max_length=20)
    assumption: BilingualText | None = None


register(Kind(VOCABULARY, Text("vocabulaire de règles", "rule vocabulary"), VocabularyDocument))
register(Kind(PERIMETER, Text("périmètre", "perimeter"), PerimeterDocument))
register(Kind(RULE, Text("règle", "rule"), RuleDocument))
