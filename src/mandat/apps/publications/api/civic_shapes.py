"""The shapes of answers about participation: processes, petitions, votes, sessions and decisions of bodies, answers owed."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Field, Schema

from mandat.apps.publications.api.shapes import Both, DefinitionRefOut, PageOut

Phase = Literal["coming", "open", "closed"]
PollState = Literal["before", "open", "closed", "counted", "cancelled"]
PetitionState = Literal["open", "ended", "closed", "expired", "refused"]
SessionState = Literal["convened", "open", "closed", "cancelled"]


class PhaseOut(Schema):
    code: str
    title: Both
    opens_at: dt.datetime
    closes_at: dt.datetime | None = Field(description="first instant after it; null: no end")
    does: list[str] = Field(description="components open then, as code or code:moment")


class ComponentOut(Schema):
    code: str
    type: str
    title: Both
    open: bool
    url: str


class CountsOut(Schema):
    participants: int | None = Field(description="null: fewer than five, withheld")
    proposals: int
    supports: int
    comments: int


class AnswerRuleOut(Schema):
    body: str
    days: int
    form: Literal["reply", "hearing", "debate", "decision"]


class ProcessOut(Schema):
    code: str
    title: Both
    summary: Both
    stakes: Both
    state: Phase
    owner: str = Field(description="the body that decides")
    area: str
    scope: Literal["inform", "consult", "co-decide", "decide"]
    measures: list[int]
    commitments: list[str]
    phases: list[PhaseOut]
    components: list[ComponentOut]
    answer: AnswerRuleOut | None
    counts: CountsOut | None = Field(description="null: nobody has taken part yet")
    definition: DefinitionRefOut = Field(description="the rules in force, whole")
    synthetic: bool
    url: str


class ProcessPage(PageOut):
    items: list[ProcessOut]


class ThresholdOut(Schema):
    code: str
    needed: int
    consequence: str
    body: str
    crossed_at: dt.datetime | None
    due_on: dt.date | None
    status: Literal["active", "suspended", "answered"] | None = Field(description="null: not crossed")


class PetitionOut(Schema):
    """No name: those who sign and those who wrote it are not told here."""

    reference: str
    title: str
    request: str
    process: str
    component: str
    basis: Literal["house", "law"]
    state: PetitionState
    opened_at: dt.datetime | None
    closes_at: dt.datetime | None
    signatures: int
    counted_at: dt.datetime | None = Field(description="when signatures were last added up")
    thresholds: list[ThresholdOut]
    answered_at: dt.datetime | None
    synthetic: bool
    url: str


class PetitionPage(PageOut):
    items: list[PetitionOut]


class OptionOut(Schema):
    code: str
    title: Both
    cost: str | None
    area: str | None


class ResultOut(Schema):
    counted_at: dt.datetime
    valid: bool = Field(description="false: a quorum or a threshold was not reached")
    winners: list[str]
    outcome: dict[str, Any] = Field(description="the count, step by step, as `mandat count` gives it")
    ballots: int
    voters: int = Field(description="on the roll")
    voted: int = Field(description="marks of the roll")
    root: str = Field(description="Merkle root of the published ballots, RFC 9162")
    file: str | None = Field(description="the whole vote for `mandat count`; null where it was held elsewhere")


class VoteOut(Schema):
    """``result`` is null until the vote is over and counted: before that nothing is told of what was voted, nor of how many did."""

    reference: str
    title: Both
    question: Both | None
    process: str
    state: PollState
    opens_at: dt.datetime
    closes_at: dt.datetime
    rules: dict[str, Any]
    options: list[OptionOut]
    budget: str | None
    measures: list[int]
    digest: str = Field(description="SHA-256 of the definition, fixed at its opening")
    result: ResultOut | None
    synthetic: bool
    url: str


class VotePage(PageOut):
    items: list[VoteOut]


class ItemOut(Schema):
    position: int
    title: str | None = Field(description="null: behind closed doors")
    nature: str
    outcome: str | None


class SessionOut(Schema):
    id: str
    body: str
    code: str
    state: SessionState
    public: bool
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    place: str
    agenda: list[ItemOut] | None = Field(description="null: not published yet")
    synthetic: bool
    url: str


class SessionPage(PageOut):
    items: list[SessionOut]


class FollowUpOut(Schema):
    owner: str
    what: str
    due_on: dt.date
    done_on: dt.date | None


class DecisionOut(Schema):
    id: str
    body: str
    code: str
    session: str
    decided_on: dt.date
    title: str | None = Field(description="null: behind closed doors")
    nature: str
    outcome: str
    votes_for: int
    votes_against: int
    abstentions: int
    follow_ups: list[FollowUpOut]
    fact: int = Field(description="index in the journal")
    synthetic: bool
    url: str


class DecisionPage(PageOut):
    items: list[DecisionOut]


class GivenOut(Schema):
    outcome: Literal["accepted", "partly", "refused", "explained"]
    text: Both
    at: dt.datetime
    fact: int


class DutyOut(Schema):
    reference: str
    about: str = Field(description="what is answered, and how")
    source: str
    title: Both
    body: str
    process: str | None
    measures: list[int]
    state: Literal["owed", "answered", "waived"]
    overdue: bool
    owed_on: dt.date
    due_on: dt.date
    answered_on: dt.date | None
    outcome: Literal["accepted", "partly", "refused", "explained"] | None
    delivery_by: dt.date | None
    delivered_on: dt.date | None
    answers: list[GivenOut] = Field(description="the first stays; amendments follow it")
    fact: int = Field(description="index in the journal")
    synthetic: bool
    url: str


class DutyPage(PageOut):
    items: list[DutyOut]
