"""Schemas of the programme's documents: programme, pillar, chapter, measure, commitment, status rule."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mandat.apps.programme.instruments import INSTRUMENTS
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Expression, Number, Strict
from mandat.kernel.text import Text
from mandat.kernel.units import UNITS


def _known_unit(code: str) -> str:
    if code not in UNITS:
        raise SchemaError(Text(f"unité inconnue : {code}", f"unknown unit: {code}"))
    return code


def _known_instrument(code: str) -> str:
    if code not in INSTRUMENTS:
        raise SchemaError(Text(f"instrument inconnu : {code}", f"unknown instrument: {code}"))
    return code


Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=60)]
UnitCode = Annotated[str, AfterValidator(_known_unit)]
InstrumentCode = Annotated[str, AfterValidator(_known_instrument)]
#: A commitment is known by its measure's number and its own: 36.1.
CommitmentCode = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}\.[1-9][0-9]?$")]
MeasureNumber = Annotated[int, Field(ge=1, le=9999)]
WebAddress = Annotated[str, Field(pattern=r"^https://[^\s]+$", max_length=500)]
Title = Annotated[str, Field(min_length=3, max_length=200)]
Paragraph = Annotated[str, Field(min_length=10, max_length=2000)]

Truth = Literal["act", "money", "output", "outcome"]
Audience = Literal[
    "everyone", "youth", "lycee-pupils", "students", "apprentices", "families", "seniors", "disabled-people", "patients",
    "farmers", "workers", "job-seekers", "employers", "companies", "shops", "artists", "researchers", "teachers",
    "associations", "cooperatives", "local-authorities", "agents", "elected-members", "travellers", "cyclists",
    "visitors", "athletes", "volunteers", "refugees", "people-in-poverty", "households", "carers", "animals-and-nature",
]  # fmt: skip
Marker = Literal["youth", "citizens-climate-convention"]


class BilingualTitle(Strict):
    fr: Title
    en: Title


class BilingualText(Strict):
    fr: Paragraph
    en: Paragraph


class Reference(Strict):
    """A legal or programme basis: its name, and where it is published."""

    text: Title
    url: WebAddress | None = None


class Figure(Strict):
    """A figure the source states, in our words."""

    value: Number
    unit: UnitCode
    text: BilingualTitle


class MarkerUse(Strict):
    """A marker and the words of the source that justify it (editorial)."""

    marker: Marker
    because: Title


class Goal(Strict):
    """When the commitment is kept: ``value`` reached (``up``: at least; ``down``: at most).

    ``promised`` says whether the source states the figure; where it does not, the value is the
    criterion set before any fact. ``baseline`` null means unknown; ``each`` says whether
    the value is due once or in every calendar year.
    """

    value: Number
    unit: UnitCode
    promised: bool
    baseline: Number | None = None
    direction: Literal["up", "down"] = "up"
    each: Literal["mandate", "year"] = "mandate"


class Milestone(Strict):
    code: Slug
    title: BilingualTitle
    due: dt.date


class Commitment(Strict):
    """One verifiable promise of a measure. ``code`` is the measure's number, a point, its rank."""

    code: str = Field(pattern=r"^[1-9][0-9]{0,3}\.[1-9][0-9]?$")
    promise: BilingualText
    truth: Truth
    goal: Goal
    due: dt.date | None = None
    due_from: Literal["source", "assumption"] = "assumption"
    kept_when: BilingualText
    indicator: Expression
    expected_every_months: int = Field(ge=1, le=60)
    instruments: tuple[InstrumentCode, ...] = Field(min_length=1)
    milestones: tuple[Milestone, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Commitment:
        if self.due_from == "source" and self.due is None:
            raise SchemaError(
                Text("une échéance tirée de la source a une date", "a due date from the source has a date")
            )
        if self.truth == "money" and self.goal.unit not in ("EUR", "percent"):
            raise SchemaError(
                Text("un engagement d'argent se compte en EUR ou percent", "a money commitment counts EUR or percent")
            )
        if self.indicator.aggregate == "share" and self.goal.unit != "percent":
            raise SchemaError(Text("une part couverte se compte en percent", "a share covered counts percent"))
        return self


class Measure(Strict):
    """One of the programme's measures, in our own words."""

    number: int = Field(ge=1, le=9999)
    code: Slug
    title: BilingualTitle
    summary: BilingualText
    figures: tuple[Figure, ...] = ()
    markers: tuple[MarkerUse, ...] = ()
    sdgs: tuple[Annotated[int, Field(ge=1, le=17)], ...] = Field(min_length=1)
    audiences: tuple[Audience, ...] = Field(min_length=1)
    responsible: Slug
    commitments: tuple[Commitment, ...] = Field(min_length=1, max_length=20)


class Chapter(Strict):
    """A chapter: its goal and its measures in their order."""

    code: Slug
    number: int = Field(ge=1, le=999)
    pillar: Slug
    title: BilingualTitle
    goal: BilingualText
    measures: tuple[Measure, ...] = Field(min_length=1)


class Pillar(Strict):
    code: Slug
    number: int = Field(ge=1, le=99)
    title: BilingualTitle
    goal: BilingualText


class Mandate(Strict):
    """The days the programme runs; ``assumption`` says on what the dates rest where the source gives none."""

    start: dt.date
    end: dt.date
    assumption: BilingualText

    @model_validator(mode="after")
    def _ordered(self) -> Mandate:
        if self.end <= self.start:
            raise SchemaError(Text("le mandat finit après son début", "the mandate ends after it begins"))
        return self


class Authority(Strict):
    """Who decides under the programme, and the court before which its decisions are brought."""

    name: Title
    siret: str | None = Field(default=None, pattern=r"^[0-9]{14}$")
    court: Title
    court_address: Title


class Series(Strict):
    """A published statistic as readers know it; observations and indicators name it by its code."""

    code: Slug
    title: BilingualTitle


class Programme(Strict):
    """The whole: whose it is, where its text comes from, what it does not claim.

    ``measures`` and ``chapters`` say how many there are, so that a lost file is an error. ``siret`` is the region's, as open data
    about what it awards must give it.
    """

    code: Slug
    title: BilingualTitle
    region: str = Field(pattern=r"^[0-9]{2}$")
    region_name: Title
    siret: str = Field(default="", pattern=r"^(?:[0-9]{14})?$")
    mandate: Mandate
    source: BilingualText
    neutrality: BilingualText
    synthetic: BilingualText
    authority: Authority | None = None
    chapters: int = Field(ge=1)
    measures: int = Field(ge=1)
    pillars: tuple[Pillar, ...] = Field(min_length=1)
    series: tuple[Series, ...] = Field(default=(), max_length=1000)


#: What sorts of bodies there are.
BodyType = Literal[
    "assembly", "council", "committee", "conference", "delegation", "jury", "service",
]  # fmt: skip


class BodyHead(Strict):
    """What every page says of a body: a delegation, council or committee is a function, never a person.

    The whole of its definition (mandate, colleges, rules) is ``bodies.schema.Body``; its other fields are passed over here.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    code: Slug
    title: BilingualTitle
    type: BodyType
    summary: BilingualText
    parent: Slug | None = None


class StatusRule(Strict):
    """The published rule that turns figures into a status (see engines/indicators/status.py).

    ``tolerance``: how far behind the straight path, in percent of the whole way, is not yet late.
    ``stale_after``: a commitment is stale when its last fact is older than this many times the expected rhythm.
    ``unknown_after``: beyond this many times, its status is unknown.
    """

    code: Slug
    title: BilingualTitle
    text: BilingualText
    tolerance: Number = Field(ge=0, le=100)
    stale_after: Number = Field(gt=0)
    unknown_after: Number = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> StatusRule:
        if self.unknown_after < self.stale_after:
            raise SchemaError(
                Text("unknown_after ne peut précéder stale_after", "unknown_after cannot come before stale_after")
            )
        return self


def _number(document: BaseModel) -> str:
    return str(document.number)  # type: ignore[attr-defined]


register(Kind("programme", Text("programme", "programme"), Programme, children={"pillars": "pillar"}))
register(Kind("pillar", Text("pilier", "pillar"), Pillar))
register(Kind("chapter", Text("chapitre", "chapter"), Chapter, children={"measures": "measure"}))
register(Kind("measure", Text("mesure", "measure"), Measure, code=_number, children={"commitments": "commitment"}))
register(Kind("commitment", Text("engagement", "commitment"), Commitment))
register(Kind("status-rule", Text("règle de statut", "status rule"), StatusRule))
