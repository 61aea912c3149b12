"""The shapes of answers. Numbers with decimals are texts, so that they stay exact; days are ISO 8601."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Field, Schema

from mandat.engines.indicators.status import Status


class Both(Schema):
    """The same words in French and English."""

    fr: str
    en: str


class Problem(Schema):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, Any]] = Field(default_factory=list)


class StatusOut(Schema):
    """``code`` is stable; ``label`` is how the site says it."""

    code: Status
    label: Both


class MandateOut(Schema):
    start: dt.date
    end: dt.date
    assumption: Both


class ProgrammeOut(Schema):
    code: str
    title: Both
    region: str
    region_name: str
    mandate: MandateOut
    source: Both
    neutrality: Both
    counts: dict[str, int]
    statuses: dict[str, int] = Field(description="measures by status, today")
    revision: int
    synthetic: bool
    url: str


class PillarOut(Schema):
    code: str
    number: int
    title: Both
    goal: Both
    chapters: list[str]


class ChapterOut(Schema):
    code: str
    number: int
    pillar: str
    title: Both
    goal: Both
    measures: list[int]
    url: str


class SourceFigure(Schema):
    value: str
    unit: str
    text: Both


class MarkerOut(Schema):
    marker: str
    label: Both
    because: str = Field(description="the words of the source that justify it, in French")


class MeasureOut(Schema):
    number: int
    code: str
    title: Both
    summary: Both
    chapter: str
    pillar: str
    responsible: str
    sdgs: list[int]
    audiences: list[str]
    figures: list[SourceFigure]
    markers: list[MarkerOut]
    commitments: list[str]
    status: StatusOut
    as_of: dt.date
    url: str


class GoalOut(Schema):
    value: str
    unit: str
    promised: bool = Field(description="false: no figure was promised, the value is a criterion set before any fact")
    baseline: str | None
    direction: Literal["up", "down"]
    each: Literal["mandate", "year"]


class MilestoneOut(Schema):
    code: str
    title: Both
    due: dt.date
    reached_on: dt.date | None


class StandingOut(Schema):
    status: StatusOut
    reason: Both
    value: str | None = Field(description="null: unknown, which is not zero")
    expected: str | None = Field(description="the straight path's value that day, where a path applies")
    facts: int
    last_fact_on: dt.date | None
    stale_since: dt.date | None
    regressed_from: str | None
    missed_milestones: list[str]
    as_of: dt.date


class DefinitionRefOut(Schema):
    kind: str
    code: str
    version: int
    digest: str


class CommitmentOut(Schema):
    code: str
    measure: int
    promise: Both
    truth: Literal["act", "money", "output", "outcome"]
    goal: GoalOut
    due: dt.date
    due_from: Literal["source", "assumption"]
    kept_when: Both
    formula: Both
    indicator: dict[str, Any]
    expected_every_months: int
    instruments: list[str]
    milestones: list[MilestoneOut]
    standing: StandingOut
    definition: DefinitionRefOut
    url: str
    recompute: str = Field(description="archive from which anyone computes the figure again")


class FactOut(Schema):
    index: int
    recorded_at: dt.datetime
    occurred_on: dt.date
    kind: str
    label: Both
    sentence: Both
    programme: str
    measures: list[int]
    commitments: list[str]
    area: str
    quantity: str | None
    unit: str
    amount: str | None
    breakdowns: dict[str, dict[str, int | None]] = Field(description="null: withheld, for too few persons")
    definition: DefinitionRefOut | None
    subject: str
    data: dict[str, Any]
    corrects: int | None
    replaced_by: int | None
    counts: bool
    synthetic: bool
    leaf: str = Field(description="RFC 9162 leaf hash, hexadecimal")
    url: str


class ProofOut(Schema):
    index: int
    fact: str = Field(description="the canonical text, exactly as hashed")
    leaf: str = Field(description="base64")
    size: int
    root: str = Field(description="base64")
    path: list[str] = Field(description="RFC 9162 inclusion proof, base64")
    checkpoint: str = Field(description="signed note, C2SP")
    key: str = Field(description="verifier key of the log")


class BodyOut(Schema):
    code: str
    title: Both
    type: str
    summary: Both
    parent: str | None
    measures: list[int]
    url: str


class CommuneOut(Schema):
    code: str
    name: str
    area: str
    status: str
    successor: str | None
    departement: str
    epci: str | None
    population: int | None
    surface_ha: int | None


class JournalOut(Schema):
    origin: str
    size: int
    root: str = Field(description="hexadecimal")
    recorded_at: dt.datetime | None
    checkpoint: str = Field(description="signed note, C2SP")
    key: str


class ConsistencyOut(Schema):
    first: int
    second: int
    first_root: str = Field(description="base64")
    second_root: str = Field(description="base64")
    path: list[str] = Field(description="RFC 9162 consistency proof, base64")


class RuleOut(Schema):
    code: str
    title: Both
    text: Both
    tolerance: str = Field(description="percent of the way")
    stale_after: str = Field(description="times the expected rhythm")
    unknown_after: str = Field(description="times the expected rhythm")
    definition: DefinitionRefOut
    url: str


class RuleOutputOut(Schema):
    """``role`` says what it is for: ``eligible`` opens the right, ``amount`` is what is received; null otherwise."""

    name: str
    role: str | None = None
    unit: str | None = None


class RuleLineOut(Schema):
    """A rule of a right or an aid, in short. ``applies_until`` is included; null where it has no end."""

    code: str
    version: int
    digest: str
    title: Both
    summary: Both
    measures: list[int]
    entity: str = Field(description="who it is asked of")
    applies_from: dt.date
    applies_until: dt.date | None
    outputs: list[RuleOutputOut]
    parameters: int = Field(description="how many")
    assumptions: int = Field(description="parameters whose value of today is an assumption, not in the source")
    url: str


class RuleDocumentOut(Schema):
    """A rule as it is applied: with the inputs and entities that it takes from vocabularies, it can be run elsewhere."""

    code: str
    version: int
    digest: str
    rule: dict[str, Any] = Field(description="inputs, parameters, formulas, outputs, golden cases")
    shared_inputs: list[dict[str, Any]]
    entities: list[dict[str, Any]]
    url: str


class BracketOut(Schema):
    """From ``from`` (included) to the next bracket: a ``rate`` of what exceeds it, or an ``amount``; the other is null."""

    from_: str = Field(alias="from")
    rate: str | None = None
    amount: str | None = None


class ParameterOut(Schema):
    """A dated value of a parameter: a number (``value``) or a scale (``brackets``)."""

    rule: str
    rule_version: int
    name: str
    label: Both
    kind: str
    unit: str | None
    from_: dt.date = Field(alias="from")
    value: str | None
    brackets: list[BracketOut]
    reference: str
    reference_url: str | None
    assumption: bool = Field(description="the source gives no figure: this one is proposed, and may be replaced")


class DefinitionOut(Schema):
    kind: str
    code: str
    version: int
    digest: str
    current: bool
    published_at: dt.datetime
    body: dict[str, Any]


class PageOut(Schema):
    """A page. ``next`` is the address of the following one, null at the end."""

    next: str | None = None
    synthetic: bool


class PillarPage(PageOut):
    items: list[PillarOut]


class ChapterPage(PageOut):
    items: list[ChapterOut]


class MeasurePage(PageOut):
    items: list[MeasureOut]


class CommitmentPage(PageOut):
    items: list[CommitmentOut]


class FactPage(PageOut):
    items: list[FactOut]


class BodyPage(PageOut):
    items: list[BodyOut]


class CommunePage(PageOut):
    items: list[CommuneOut]


class RulePage(PageOut):
    items: list[RuleLineOut]


class ParameterPage(PageOut):
    items: list[ParameterOut]


class DefinitionPage(PageOut):
    items: list[DefinitionOut]


class PointOut(Schema):
    day: dt.date
    value: str


class SeriesOut(Schema):
    """The value after each day on which it changed, by year, by area and by category of persons."""

    commitment: str
    unit: str
    points: list[PointOut]
    years: dict[str, str]
    areas: dict[str, str]
    breakdowns: dict[str, dict[str, int | None]]
    synthetic: bool
