"""Components that decide or call to decide: budgets, petitions, referendums, votes, panels."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.ballots.schema import BallotRules
from mandat.apps.participation.schema.parts import Age, Area, Choice, Component, Percent
from mandat.apps.programme.schema import BilingualText, BilingualTitle, Reference, Slug
from mandat.engines.indicators.expression import Number, Strict

Euros = Annotated[Number, Field(gt=0, le=Decimal(10) ** 12, decimal_places=2)]


class BudgetPart(Strict):
    """A part of the money kept for an area, a category or an establishment; its projects are counted by themselves."""

    code: Slug
    title: BilingualTitle
    amount: Euros
    area: Area | None = None


class Budget(Component):
    """A participatory budget: proposals of ``ideas`` are studied and priced by agents, voted, counted, delivered.

    ``parts`` share the amount (empty: one vote over all of it). ``envelope`` is the budget line it draws on. A project costs from ``least`` to ``most``.
    """

    type: Literal["budget"]
    ideas: Slug
    amount: Euros
    envelope: Slug | None = None
    parts: tuple[BudgetPart, ...] = Field(default=(), max_length=500)
    least: Euros | None = None
    most: Euros | None = None
    study_days: int = Field(default=60, ge=1, le=365)
    criteria: tuple[Choice, ...] = Field(default=(), max_length=20)
    ballot: BallotRules
    answer: AnswerDuty | None = None
    delivery_months: int = Field(default=24, ge=1, le=120)


Consequence = Literal["reply", "hearing", "agenda", "counter-expertise", "referendum"]


class Threshold(Strict):
    """At ``signatures`` (or ``percent`` of the electors on the roll), by people of ``least_age`` or more, what follows, by whom and when.

    ``departments``: how many départements must each bring ``each`` signatures, so that a demand is the whole region's.
    """

    code: Slug
    signatures: int | None = Field(default=None, ge=1)
    percent: Percent | None = None
    departments: int = Field(default=0, ge=0, le=20)
    each: int = Field(default=0, ge=0)
    consequence: Consequence
    answer: AnswerDuty
    text: BilingualText


class Petitions(Component):
    """The right to petition: ``house``, with the Region's own thresholds; ``law``: CGCT L1112-16, electors only, one request a quarter each.

    ``sponsors`` must back a petition before it is examined; ``moderation_days`` bound the examination; signatures are taken for ``open_days``.
    """

    type: Literal["petitions"]
    basis: Literal["house", "law"]
    reference: Reference | None = None
    sponsors: int = Field(default=5, ge=0, le=100)
    moderation_days: int = Field(default=7, ge=1, le=60)
    open_days: int = Field(default=180, ge=1, le=730)
    least_age: Age = 16
    thresholds: tuple[Threshold, ...] = Field(min_length=1, max_length=10)
    refusals: tuple[Choice, ...] = Field(min_length=1, max_length=30)
    referendum: ReferendumTerms | None = None


class ReferendumTerms(Strict):
    """How a validated petition becomes a vote: ``checked_by`` says whether the question is neutral; a campaign with as much space for each side; a vote."""

    checked_by: Slug
    check_days: int = Field(default=30, ge=1, le=180)
    campaign_days: int = Field(default=30, ge=1, le=180)
    vote_days: int = Field(default=14, ge=1, le=60)
    space: int = Field(default=3000, ge=500, le=20_000)
    ballot: BallotRules
    binding: BilingualText
    answer: AnswerDuty


class Vote(Component):
    """A vote on options known beforehand, or on the proposals of ``options_from`` that were kept for it."""

    type: Literal["vote"]
    question: BilingualText
    options: tuple[Choice, ...] = Field(default=(), max_length=500)
    options_from: Slug | None = None
    ballot: BallotRules
    answer: AnswerDuty | None = None


class Referendum(Component):
    """A question put to the electors by the Region itself, with a campaign of equal space."""

    type: Literal["referendum"]
    question: BilingualText
    terms: ReferendumTerms


class Quota(Strict):
    """A value of a feature and how many members may have it, ``least`` to ``most``."""

    value: Slug
    label: BilingualTitle
    least: int = Field(ge=0)
    most: int = Field(ge=0)


class Feature(Strict):
    code: Slug
    label: BilingualTitle
    values: tuple[Quota, ...] = Field(min_length=2, max_length=40)


class Panel(Component):
    """A panel drawn by lot: volunteers of those invited (``invitations`` drawn from ``pool``), then ``size`` members by ``objective`` of ``engines.sortition``.

    ``day_allowance``: euros a day; ``question``: what the panel is asked; ``replacements``: drawn again, with what is missing.
    """

    type: Literal["panel"]
    question: BilingualText
    size: int = Field(ge=5, le=500)
    replacements: int = Field(default=0, ge=0, le=200)
    pool: BilingualText
    invitations: int | None = Field(default=None, ge=10)
    features: tuple[Feature, ...] = Field(min_length=1, max_length=12)
    objective: Literal["leximin", "maximin", "nash"] = "leximin"
    sessions: int = Field(default=3, ge=1, le=60)
    day_allowance: Euros | None = None
    care: BilingualText | None = None
    answer: AnswerDuty


Petitions.model_rebuild()
