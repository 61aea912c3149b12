"""How a case is decided: the pattern of its life, the scoring grid, the committee."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mandat.apps.programme.schema import BilingualText, BilingualTitle, Reference, Slug
from mandat.engines.indicators.expression import Strict


class Criterion(Strict):
    """A line of the scoring grid, from 0 to ``most`` points."""

    code: Slug
    label: BilingualTitle
    help: BilingualText | None = None
    most: int = Field(ge=1, le=100)
    weight: Annotated[int, Field(ge=1, le=100)] = 1


class Scoring(Strict):
    """How cases are compared: ``scorers`` score each, ``blind`` without knowing who applies; under ``threshold`` points of 100 a case is proposed for refusal."""

    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=30)
    scorers: int = Field(default=2, ge=1, le=10)
    blind: bool = False
    threshold: Annotated[int, Field(ge=0, le=100)] | None = None


class Committee(Strict):
    """The body that votes: a body of the programme, its quorum and majority. Its president's vote settles a tie, or a tie refuses."""

    body: Slug
    quorum: int = Field(ge=1, le=200)
    majority: Literal["simple", "two-thirds"] = "simple"
    tie: Literal["president", "refused"] = "president"


class Workflow(Strict):
    """The life of a case, from a small set of patterns.

    ``desk``: an agent instructs, the authority decides. ``experts``: confidential opinions first. ``committee``: opinions and scores where
    the scheme has them, then a vote. ``visit``: an agent or expert visits before the decision (labels). Days run from the complete application.
    ``silence`` after ``delay_months`` means a refusal (CRPA L231-4: financial requests) or, where the law allows, acceptance.
    """

    pattern: Literal["desk", "experts", "committee", "visit"]
    complete_days: int = Field(default=15, ge=1, le=90)
    answer_days: int = Field(default=30, ge=5, le=180)
    delay_months: int = Field(default=4, ge=1, le=24)
    silence: Literal["refusal", "acceptance"] = "refusal"
    silence_reference: Reference
    experts: int = Field(default=0, ge=0, le=10)
