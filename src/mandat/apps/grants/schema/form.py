"""The form of a scheme: sections of fields, of which some answer the rule's own questions.

A field that names an ``input`` of the rule takes its type, range, unit, choices and question from there: nothing is said twice.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field as Bound
from pydantic import model_validator

from mandat.apps.grants.schema.parts import Name
from mandat.apps.programme.schema import BilingualText, BilingualTitle, Slug
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Number, Strict
from mandat.kernel.text import Text

FieldType = Literal[
    "text", "paragraph", "integer", "number", "money", "percent", "date", "boolean", "choice", "choices", "commune",
    "email", "phone", "siret", "web-address",
]  # fmt: skip
NUMERIC = frozenset({"integer", "number", "money", "percent"})
CHOOSING = frozenset({"choice", "choices"})


class Choice(Strict):
    code: str = Bound(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=60)
    label: BilingualTitle


class Question(Strict):
    """One field. Either it answers the rule's ``input``, or it has its own ``type`` and ``label``.

    ``when`` names a yes-or-no formula of the rule: shown where it is not false. ``reused`` fills it from the organisation's last
    answers. ``blind`` hides it from those who score without knowing who applies. ``personal`` keeps it sealed, out of exports and
    facts. ``most`` and ``least`` bound a number, ``longest`` a text.
    """

    name: Name
    input: Name | None = None
    type: FieldType | None = None
    label: BilingualTitle | None = None
    help: BilingualText | None = None
    required: bool = True
    when: Name | None = None
    choices: tuple[Choice, ...] = Bound(default=(), max_length=200)
    least: Number | None = None
    most: Number | None = None
    earliest: dt.date | None = None
    latest: dt.date | None = None
    longest: int | None = Bound(default=None, ge=1, le=20_000)
    reused: bool = False
    blind: bool = False
    personal: bool = False

    @model_validator(mode="after")
    def _coherent(self) -> Question:
        if self.input is not None:
            if self.type is not None or self.choices or self.least is not None or self.most is not None:
                raise SchemaError(
                    Text(
                        "ce champ répond à la règle : son type, ses choix et ses bornes viennent d'elle",
                        "this field answers the rule: its type, choices and bounds come from there",
                    )
                )
            return self
        if self.type is None or self.label is None:
            raise SchemaError(Text("un champ a un type et un label", "a field has a type and a label"))
        if (self.type in CHOOSING) != bool(self.choices):
            raise SchemaError(Text("un choix, et lui seul, a des choix", "a choice, and only a choice, has choices"))
        codes = [choice.code for choice in self.choices]
        if len(set(codes)) != len(codes):
            raise SchemaError(Text("deux choix portent le même code", "two choices share a code"))
        if self.type not in NUMERIC and (self.least is not None or self.most is not None):
            raise SchemaError(Text("least et most sont pour les nombres", "least and most are for numbers"))
        if self.least is not None and self.most is not None and self.least > self.most:
            raise SchemaError(Text("least dépasse most", "least exceeds most"))
        if self.type != "date" and (self.earliest or self.latest):
            raise SchemaError(Text("earliest et latest sont pour les dates", "earliest and latest are for dates"))
        return self


class Section(Strict):
    """A page of the form. ``repeats`` up to so many times (budget lines, partners, sites): its fields are then asked for each.

    ``round`` names the further round of the call it is asked in; without one, the first.
    """

    code: Slug
    title: BilingualTitle
    help: BilingualText | None = None
    when: Name | None = None
    repeats: int | None = Bound(default=None, ge=2, le=200)
    round: Slug | None = None
    fields: tuple[Question, ...] = Bound(min_length=1, max_length=100)


class Form(Strict):
    """Every section, in the order they are filled; names of fields are unique in the whole form."""

    sections: tuple[Section, ...] = Bound(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _distinct(self) -> Form:
        for what, names in (
            ("section", [section.code for section in self.sections]),
            ("champ", [field.name for section in self.sections for field in section.fields]),
        ):
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise SchemaError(Text(f"{what} en double : {min(twice)}", f"given twice: {min(twice)}"))
        return self

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(field for section in self.sections for field in section.fields)
