"""Components in which people write: proposals, debates, texts written together, surveys, opinions, observations."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.participation.schema.parts import Choice, Component
from mandat.apps.programme.schema import BilingualText, BilingualTitle, Slug
from mandat.engines.indicators.expression import Number, Strict


class Supports(Strict):
    """Supports of proposals: ``most`` each person may give (None: no limit). At ``threshold`` supports an answer is due."""

    most: int | None = Field(default=None, ge=1, le=1000)
    threshold: int | None = Field(default=None, ge=1)
    answer: AnswerDuty | None = None


class Proposals(Component):
    """Proposals: with a place, files, amendments, supports; ``most`` a person may publish; ``longest`` characters of the text."""

    type: Literal["proposals"]
    categories: tuple[Choice, ...] = Field(default=(), max_length=40)
    place: Literal["none", "optional", "required"] = "optional"
    attachments: int = Field(default=3, ge=0, le=10)
    amendments: bool = True
    comments: bool = True
    supports: Supports | None = Supports()
    most: int | None = Field(default=None, ge=1, le=100)
    longest: int = Field(default=5000, ge=100, le=20_000)
    criteria: BilingualText | None = None
    answer_each: AnswerDuty | None = None


class DebateQuestion(Strict):
    code: Slug
    title: BilingualTitle
    text: BilingualText | None = None


class Debate(Component):
    """A threaded debate on questions, each comment for, against or neither; ``depth`` of replies."""

    type: Literal["debate"]
    questions: tuple[DebateQuestion, ...] = Field(min_length=1, max_length=50)
    sides: bool = True
    depth: int = Field(default=3, ge=1, le=6)
    longest: int = Field(default=2000, ge=100, le=10_000)


class Article(Strict):
    """One article of a text: in French, and in English where the text is translated."""

    code: Slug
    title: BilingualTitle
    body: BilingualText


class Drafting(Component):
    """A text written together, article by article: amendments with reasons, votes on them, adopted at ``adopted_at`` percent of votes for."""

    type: Literal["drafting"]
    articles: tuple[Article, ...] = Field(min_length=1, max_length=200)
    comments: bool = True
    amendments: bool = True
    votes: bool = True
    quorum: int = Field(default=1, ge=1)
    adopted_at: Annotated[Number, Field(ge=0, le=100)] = Field(default=Decimal(50))
    answer: AnswerDuty | None = None


QuestionType = Literal[
    "text", "paragraph", "integer", "choice", "choices", "scale", "ranking", "matrix", "commune", "date", "boolean"
]


class SurveyQuestion(Strict):
    """``scale`` goes from 1 to ``most``; ``matrix`` asks each of ``rows`` with ``choices``; ``other`` adds a free answer; ``when`` shows it if an earlier
    question got one of the choices; ``personal`` answers are sealed, out of exports.
    """

    code: Slug
    type: QuestionType
    label: BilingualTitle
    help: BilingualText | None = None
    required: bool = False
    choices: tuple[Choice, ...] = Field(default=(), max_length=100)
    rows: tuple[Choice, ...] = Field(default=(), max_length=50)
    other: bool = False
    least: int | None = None
    most: int | None = None
    longest: int = Field(default=1000, ge=1, le=10_000)
    when: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    personal: bool = False


class SurveySection(Strict):
    code: Slug
    title: BilingualTitle
    help: BilingualText | None = None
    questions: tuple[SurveyQuestion, ...] = Field(min_length=1, max_length=100)


class Survey(Component):
    """A survey in sections, saved at each step. ``anonymous``: answers are kept apart from who gave them; one set a person all the same."""

    type: Literal["survey"]
    sections: tuple[SurveySection, ...] = Field(min_length=1, max_length=40)
    anonymous: bool = True
    results_during: bool = False


class OpinionMap(Component):
    """Short statements that people agree or disagree with, add to, and that are mapped by ``engines.opinion``."""

    type: Literal["opinion-map"]
    statements: tuple[BilingualTitle, ...] = Field(min_length=3, max_length=200)
    open: bool = True
    longest: int = Field(default=140, ge=40, le=500)
    least_votes: int = Field(default=7, ge=1, le=100)
    least_voters: int = Field(default=30, ge=5, le=10_000)
    seed: int = Field(default=1, ge=0)


class Observations(Component):
    """Things seen on the ground, on a day, at a place: what (``species``, hedge, pond …), a count, a photo; checked by others or an agent."""

    type: Literal["observations"]
    subjects: tuple[Choice, ...] = Field(min_length=1, max_length=500)
    photo: bool = True
    blur_km: int = Field(default=1, ge=0, le=20)
    confirmations: int = Field(default=2, ge=0, le=10)
