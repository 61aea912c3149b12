"""The documents a rule is written in: a shared vocabulary of inputs, and the rule itself.

Keys are English, names inside formulas are the document's own (French ``snake_case`` words without
accents), texts are bilingual. A document only has a right form here: whether its formulas hold
together is what ``compile_rule`` checks.

Labels are noun phrases with their determiner, in lower case, as they stand in a sentence:
``{fr: "votre revenu mensuel", en: "your monthly income"}``; the label of a boolean is a whole clause:
``{fr: "vous êtes boursier ou boursière", en: "you hold a grant"}``.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, model_validator

from mandat.engines.rules.units import parse_unit
from mandat.engines.rules.writing import (
    MOST_DECIMALS,
    MOST_MEMBERS,
    Code,
    Day,
    EntityName,
    Formula,
    Name,
    Number,
    NumberOrDay,
    Paragraph,
    Reference,
    Slug,
    Strict,
    UnitText,
    Words,
    distinct,
    refuse,
)

EntityKind = Literal["person", "household", "organisation", "project"]
InputType = Literal["boolean", "number", "integer", "date", "choice", "commune"]
Role = Literal["eligible", "amount", "other"]


class Entity(Strict):
    """Someone or something a rule is about.

    ``within`` makes it a member of another: a person within a household. ``plural`` is the key of the
    members in a situation (by default the name with an s), ``most`` how many members there may be.
    """

    name: EntityName
    kind: EntityKind
    within: EntityName | None = None
    plural: EntityName | None = None
    most: int = Field(default=30, ge=1, le=MOST_MEMBERS)
    label: Words | None = None

    @property
    def key(self) -> str:
        """The key of this entity in a situation: a list of members, or one block."""
        return (self.plural or self.name + "s") if self.within or self.kind == "person" else self.name


class Choice(Strict):
    code: Code
    label: Words


class Input(Strict):
    """Something asked: its type, range, question, and where the answer comes from.

    ``number`` and ``integer`` declare ``min`` and ``max`` (what proves that nothing overflows and that
    absurd answers are refused), and a ``unit``; ``number`` its ``decimals``. A ``date`` may declare
    ``min`` and ``max`` too; ``past`` refuses days after the day of evaluation.
    """

    name: Name
    entity: EntityName
    type: InputType
    label: Words
    question: Words
    help: Paragraph | None = None
    source: str = Field(default="", max_length=200)
    sensitive: bool = False
    unit: UnitText = "1"
    decimals: int = Field(default=0, ge=0, le=MOST_DECIMALS)
    min: NumberOrDay | None = None
    max: NumberOrDay | None = None
    past: bool = False
    choices: tuple[Choice, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _coherent(self) -> Input:
        numeric = self.type in ("number", "integer")
        if numeric and not (isinstance(self.min, Decimal) and isinstance(self.max, Decimal)):
            raise refuse("un nombre déclare min et max", "a number declares min and max")
        if not numeric and self.type != "date" and (self.min is not None or self.max is not None):
            raise refuse("min et max sont pour les nombres et les dates", "min and max are for numbers and dates")
        if self.type == "date" and not all(b is None or type(b) is dt.date for b in (self.min, self.max)):
            raise refuse("les bornes d'une date sont des dates", "the bounds of a date are dates")
        if self.min is not None and self.max is not None and self.min > self.max:  # type: ignore[operator]
            raise refuse("min dépasse max", "min exceeds max")
        if self.type != "number" and self.decimals:
            raise refuse("seul un nombre a des décimales", "only a number has decimals")
        if not numeric and self.unit != "1":
            raise refuse("seul un nombre a une unité", "only a number has a unit")
        if self.past and self.type != "date":
            raise refuse("past est pour les dates", "past is for dates")
        if numeric:
            for bound in (self.min, self.max):
                assert isinstance(bound, Decimal)
                if bound != round(bound, self.decimals):
                    raise refuse(
                        f"la borne {bound} a plus de {self.decimals} décimales",
                        f"the bound {bound} has more than {self.decimals} decimals",
                    )
        if (self.type == "choice") != bool(self.choices):
            raise refuse("un choix, et lui seul, a des choices", "a choice, and only a choice, has choices")
        distinct([choice.code for choice in self.choices])
        return self


class Check(Strict):
    """What must hold between answers; where it is false they contradict one another and ``message`` says so."""

    name: Name
    entity: EntityName | None = None
    formula: Formula
    message: Words


class Validity(Strict):
    """The days a rule applies, both included; ``until`` null means until further notice."""

    from_: Day = Field(alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Validity:
        if self.until is not None and self.until < self.from_:
            raise refuse("until est avant from", "until is before from")
        return self

    def covers(self, day: dt.date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)


class Bracket(Strict):
    """From ``from`` (included) to the next bracket: a ``rate`` (0.10 is 10 %) or an ``amount``."""

    from_: Number = Field(alias="from")
    rate: Number | None = None
    amount: Number | None = None

    @model_validator(mode="after")
    def _one(self) -> Bracket:
        if (self.rate is None) == (self.amount is None):
            raise refuse("une tranche a un rate ou un amount", "a bracket has a rate or an amount")
        return self


class Dated(Strict):
    """What a parameter is worth from a day on, and on whose word.

    ``assumption`` is true where the source gives no figure: pages say so and the region may change it.
    """

    from_: Day = Field(alias="from")
    value: NumberOrDay | None = None
    brackets: tuple[Bracket, ...] = Field(default=(), max_length=100)
    reference: Reference
    assumption: bool = False


class Parameter(Strict):
    """A figure of the rule that changes with time.

    - ``number``: ``value`` in ``unit``; ``min`` and ``max`` bound what a reform may set.
    - ``date``: ``value`` is a day.
    - ``scale`` (barème): ``brackets`` on a base in the unit ``of``. ``marginal`` adds each bracket's rate
      times the part of the base inside it; ``flat`` takes the one bracket the base is in: its ``amount``
      (in ``unit``), or its ``rate`` times the whole base.
    """

    name: Name
    label: Words
    kind: Literal["number", "date", "scale"] = "number"
    unit: UnitText = "1"
    of: UnitText | None = None
    method: Literal["marginal", "flat"] | None = None
    min: Number | None = None
    max: Number | None = None
    values: tuple[Dated, ...] = Field(min_length=1, max_length=200)
    until: Day | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Parameter:
        days = [value.from_ for value in self.values]
        if days != sorted(set(days)):
            raise refuse("les valeurs vont de la plus ancienne à la plus récente", "values go from oldest to newest")
        if self.until is not None and self.until < days[-1]:
            raise refuse("until est avant la dernière valeur", "until is before the last value")
        if (self.kind == "scale") != (self.of is not None and self.method is not None):
            raise refuse("un barème, et lui seul, a of et method", "a scale, and only a scale, has of and method")
        if self.of is not None and parse_unit(self.of).percent:
            raise refuse("of est une unité, pas percent", "of is a unit, not percent")
        for value in self.values:
            self._check(value)
        if len({bracket.rate is None for value in self.values for bracket in value.brackets}) > 1:
            raise refuse(
                "les tranches ont toutes un rate, ou toutes un amount", "brackets all have a rate, or all an amount"
            )
        return self

    def _check(self, dated: Dated) -> None:
        if self.kind == "scale":
            starts = [bracket.from_ for bracket in dated.brackets]
            rated = {bracket.rate is not None for bracket in dated.brackets}
            if dated.value is not None or not starts:
                raise refuse("un barème a des brackets, pas de value", "a scale has brackets, no value")
            if starts != sorted(set(starts)):
                raise refuse("les tranches vont en montant", "brackets go upwards")
            if len(rated) > 1 or (self.method == "marginal" and rated == {False}):
                raise refuse(
                    "les tranches ont toutes un rate (marginal), ou toutes un rate ou un amount (flat)",
                    "brackets all have a rate (marginal), or all a rate or all an amount (flat)",
                )
            return
        if dated.brackets or dated.value is None:
            raise refuse("ce paramètre a une value", "this parameter has a value")
        if (self.kind == "date") != (type(dated.value) is dt.date):
            raise refuse(
                "value est une date si kind est date, un nombre sinon", "value is a date for kind date, else a number"
            )
        if isinstance(dated.value, Decimal) and (
            (self.min is not None and dated.value < self.min) or (self.max is not None and dated.value > self.max)
        ):
            raise refuse(f"{dated.value} est hors de min et max", f"{dated.value} is outside min and max")

    def at(self, day: dt.date) -> Dated | None:
        """The value in force on ``day``; None before the first and after ``until``."""
        if self.until is not None and day > self.until:
            return None
        found = [value for value in self.values if value.from_ <= day]
        return found[-1] if found else None


class FormulaLine(Strict):
    """A named step of the calculation. ``entity`` is the rule's own unless said; ``unit``, when written, is verified."""

    name: Name
    label: Words
    entity: EntityName | None = None
    formula: Formula
    unit: UnitText | None = None
    help: Paragraph | None = None


class Output(Strict):
    """A formula the rule answers with. ``eligible`` is a boolean, ``amount`` a number in ``unit``."""

    name: Name
    role: Role = "other"
    unit: UnitText | None = None


Scalar = StrictBool | Number | dt.date | str
Block = dict[str, Scalar]


class Case(Strict):
    """A golden case: what the rule must answer, run at every check and shown on the page.

    ``given`` is a situation; what it leaves out is unknown. ``expect`` may say ``unknown``.
    """

    title: Words | str
    as_of: Day
    given: dict[str, Block | tuple[Block, ...] | int]
    expect: dict[str, Scalar] = Field(min_length=1)


class VocabularyDocument(Strict):
    """Inputs shared by several rules, so that one questionnaire asks each once (kind ``rule-vocabulary``)."""

    code: Slug
    title: Words | None = None
    entities: tuple[Entity, ...] = Field(min_length=1, max_length=10)
    inputs: tuple[Input, ...] = Field(default=(), max_length=500)
    checks: tuple[Check, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _coherent(self) -> VocabularyDocument:
        distinct([entity.name for entity in self.entities])
        distinct([item.name for item in self.inputs] + [check.name for check in self.checks])
        return self


class RuleDocument(Strict):
    """A rule of the region, written once (kind ``rule``)."""

    code: Slug
    title: Words
    summary: Paragraph
    measures: tuple[Annotated[int, Field(ge=1, le=9999)], ...] = ()
    references: tuple[Reference, ...] = Field(default=(), max_length=50)
    entity: EntityName
    uses: tuple[Slug, ...] = Field(default=(), max_length=10)
    applies: Validity
    entities: tuple[Entity, ...] = Field(default=(), max_length=10)
    inputs: tuple[Input, ...] = Field(default=(), max_length=200)
    parameters: tuple[Parameter, ...] = Field(default=(), max_length=200)
    formulas: tuple[FormulaLine, ...] = Field(min_length=1, max_length=300)
    checks: tuple[Check, ...] = Field(default=(), max_length=100)
    outputs: tuple[Output, ...] = Field(min_length=1, max_length=50)
    reasons: dict[Name, Words] = Field(default_factory=dict)
    cases: tuple[Case, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _coherent(self) -> RuleDocument:
        named: list[Input | Parameter | FormulaLine | Check] = [
            *self.inputs, *self.parameters, *self.formulas, *self.checks,
        ]  # fmt: skip
        distinct([item.name for item in named])
        distinct([output.name for output in self.outputs])
        for role in ("eligible", "amount"):
            if sum(output.role == role for output in self.outputs) > 1:
                raise refuse(f"un seul résultat a le rôle {role}", f"only one output has the role {role}")
        return self
