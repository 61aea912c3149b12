"""Components in which people write: proposals, debates, texts written together, surveys, opinions, observations."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.participation.schema.parts import Choice, Component
from mandat.apps.programme.schema import BilingualText, BilingualTitle, Slug
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Number, Strict
from mandat.kernel.text import Text


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


def _once(codes: list[str], what: Text) -> None:
    twice = {code for code in codes if codes.count(code) > 1}
    if twice:
        raise SchemaError(Text(f"{what.fr} en double : {min(twice)}", f"{what.en} given twice: {min(twice)}"))


class Drafting(Component):
    """A text written together, article by article: amendments with reasons, votes on them.

    Moments: ``amend`` (amendments are proposed), ``vote`` (they are voted on); the bare code opens both. An amendment is adopted where at
    least ``quorum`` people voted on it (abstentions included), more voted for than against, and those for are at least ``adopted_at``
    percent of both: the rule is applied once the last phase has closed. ``most`` amendments a person may propose; ``longest`` characters.
    """

    type: Literal["drafting"]
    articles: tuple[Article, ...] = Field(min_length=1, max_length=200)
    comments: bool = True
    amendments: bool = True
    votes: bool = True
    quorum: int = Field(default=1, ge=1)
    adopted_at: Annotated[Number, Field(ge=0, le=100)] = Field(default=Decimal(50))
    most: int = Field(default=20, ge=1, le=200)
    longest: int = Field(default=10_000, ge=500, le=20_000)
    answer: AnswerDuty | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Drafting:
        _once([one.code for one in self.articles], Text("article", "article"))
        return self


QuestionType = Literal[
    "text", "paragraph", "integer", "choice", "choices", "scale", "ranking", "matrix", "commune", "date", "boolean"
]
#: Questions whose answer is one or several of the choices written in the definition.
CHOOSING = ("choice", "choices", "ranking", "matrix")
#: Questions whose answers may decide whether a later one is asked; ``boolean`` answers are ``yes`` and ``no``.
DECIDING = ("choice", "choices", "boolean")


class SurveyQuestion(Strict):
    """``scale`` goes from 1 to ``most`` (``lowest`` and ``highest`` say what its ends mean); ``matrix`` asks each of ``rows`` with ``choices``.

    ``other`` adds a free answer to a ``choice`` or ``choices``. ``least`` and ``most`` bound an ``integer``, or how many of the choices are
    ticked or ranked. ``when`` shows it if each earlier question named got one of the choices given. ``personal`` answers are sealed, kept with
    who answered rather than with the answers, and out of exports.
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
    lowest: BilingualTitle | None = None
    highest: BilingualTitle | None = None
    longest: int = Field(default=1000, ge=1, le=10_000)
    when: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    personal: bool = False

    @property
    def deciding_codes(self) -> tuple[str, ...]:
        """The answers that ``when`` of a later question may name."""
        if self.type == "boolean":
            return ("yes", "no")
        return (*(one.code for one in self.choices), *(("other",) if self.other else ()))

    @model_validator(mode="after")
    def _coherent(self) -> SurveyQuestion:
        code = self.code
        _once([one.code for one in self.choices], Text("réponse", "answer"))
        _once([one.code for one in self.rows], Text("ligne", "row"))
        if (self.type in CHOOSING) != bool(self.choices) or (self.type == "matrix") != bool(self.rows):
            raise SchemaError(
                Text(
                    f"{code} : « choices » va avec choice, choices, ranking et matrix ; « rows » avec matrix",
                    f"{code}: “choices” goes with choice, choices, ranking and matrix; “rows” with matrix",
                )
            )
        if self.other and (self.type not in ("choice", "choices") or any(c.code == "other" for c in self.choices)):
            raise SchemaError(
                Text(f"{code} : « other » va avec choice et choices", f"{code}: “other” goes with choice and choices")
            )
        if self.type == "scale" and not 2 <= (self.most or 0) <= 11:
            raise SchemaError(
                Text(
                    f"{code} : une échelle va de 1 à « most » (2 à 11)",
                    f"{code}: a scale goes from 1 to “most” (2 to 11)",
                )
            )
        if self.least is not None and self.most is not None and self.least > self.most:
            raise SchemaError(Text(f"{code} : « least » dépasse « most »", f"{code}: “least” is over “most”"))
        if (
            self.type in ("choices", "ranking")
            and max(self.least or 0, self.most or 0) > len(self.choices) + self.other
        ):
            raise SchemaError(Text(f"{code} : il n'y a pas tant de réponses", f"{code}: there are not so many answers"))
        return self


class SurveySection(Strict):
    code: Slug
    title: BilingualTitle
    help: BilingualText | None = None
    questions: tuple[SurveyQuestion, ...] = Field(min_length=1, max_length=100)


class Survey(Component):
    """A survey in sections, saved at each step. ``anonymous``: answers are kept apart from who gave them; one set a person all the same.

    ``results_during`` shows the counts while it is open; without it nobody, agents included, reads anything but how many answered.
    ``cross``: questions whose answers are also told by age and by département, cells under ``cell_least`` people withheld.
    """

    type: Literal["survey"]
    sections: tuple[SurveySection, ...] = Field(min_length=1, max_length=40)
    anonymous: bool = True
    results_during: bool = False
    cross: tuple[Slug, ...] = Field(default=(), max_length=20)
    cell_least: int = Field(default=5, ge=5, le=1000)
    answer: AnswerDuty | None = None

    @property
    def questions(self) -> tuple[SurveyQuestion, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    @model_validator(mode="after")
    def _coherent(self) -> Survey:
        _once([one.code for one in self.sections], Text("partie", "section"))
        _once([one.code for one in self.questions], Text("question", "question"))
        earlier: dict[str, SurveyQuestion] = {}
        for question in self.questions:
            for code, wanted in question.when.items():
                source = earlier.get(code)
                if source is None or source.type not in DECIDING or not set(wanted) <= set(source.deciding_codes):
                    raise SchemaError(
                        Text(
                            f"{question.code} : « when » nomme une question à choix posée avant, et de ses réponses ({code})",
                            f"{question.code}: “when” names an earlier question with choices, and answers of it ({code})",
                        )
                    )
            earlier[question.code] = question
        for code in self.cross:
            if code not in earlier or earlier[code].type not in DECIDING or earlier[code].personal:
                raise SchemaError(
                    Text(f"« cross » : {code} n'est pas une question à choix", f"“cross”: {code} has no choices")
                )
        return self


class OpinionMap(Component):
    """Short statements that people agree or disagree with, add to, and that are mapped by ``engines.opinion``.

    ``open``: people may add statements, ``most`` each, shown once moderated. The map appears from ``least_voters`` people who voted on
    ``least_votes`` statements each; groups of fewer than ``group_least`` are never shown. ``seed`` makes it the same wherever it is computed.
    """

    type: Literal["opinion-map"]
    statements: tuple[BilingualTitle, ...] = Field(min_length=3, max_length=200)
    open: bool = True
    most: int = Field(default=5, ge=1, le=50)
    longest: int = Field(default=140, ge=40, le=500)
    least_votes: int = Field(default=7, ge=1, le=100)
    least_voters: int = Field(default=30, ge=5, le=10_000)
    group_least: int = Field(default=5, ge=5, le=1000)
    seed: int = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _coherent(self) -> OpinionMap:
        _once([one.fr for one in self.statements], Text("énoncé", "statement"))
        return self


class Subject(Choice):
    """What may be seen: its ``scientific`` name where it is a species; ``sensitive`` ones are shown at ``sensitive_blur_km`` alone."""

    scientific: str | None = Field(default=None, pattern=r"^[A-Z][a-z]+(?: [a-z-]+){0,3}$")
    sensitive: bool = False


class Observations(Component):
    """Things seen on the ground, on a day, at a place: what (species, hedge, pond …), how many, a photo; checked by others or an agent.

    Points are shown as the middle of a square of ``blur_km`` (0: as given), those of sensitive subjects of ``sensitive_blur_km``. One is
    confirmed by ``confirmations`` other people, or by an agent.
    """

    type: Literal["observations"]
    subjects: tuple[Subject, ...] = Field(min_length=1, max_length=500)
    photo: bool = True
    blur_km: int = Field(default=1, ge=0, le=20)
    sensitive_blur_km: int = Field(default=10, ge=1, le=50)
    confirmations: int = Field(default=2, ge=0, le=10)
    most_a_day: int = Field(default=100, ge=1, le=1000)

    @model_validator(mode="after")
    def _coherent(self) -> Observations:
        _once([one.code for one in self.subjects], Text("sujet", "subject"))
        if self.sensitive_blur_km < self.blur_km:
            raise SchemaError(
                Text(
                    "« sensitive_blur_km » n'est pas plus fin que « blur_km »",
                    "“sensitive_blur_km” is no finer than “blur_km”",
                )
            )
        return self
