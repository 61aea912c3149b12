"""A process: who may take part, in which phases, in what, by which rules, and who answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.participation.schema.contributions import Debate, Drafting, Observations, OpinionMap, Proposals, Survey
from mandat.apps.participation.schema.deciding import Budget, Panel, Petitions, Referendum, Vote
from mandat.apps.participation.schema.meeting import Mediation, Meetings
from mandat.apps.participation.schema.parts import Area, Moment
from mandat.apps.participation.schema.who import Participants
from mandat.apps.programme.schema import BilingualText, BilingualTitle, CommitmentCode, MeasureNumber, Slug
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Strict
from mandat.kernel.moments import closing, opening
from mandat.kernel.text import Text

AnyComponent = Annotated[
    Proposals
    | Debate
    | Drafting
    | Survey
    | OpinionMap
    | Observations
    | Budget
    | Petitions
    | Vote
    | Referendum
    | Panel
    | Meetings
    | Mediation,
    Field(discriminator="type"),
]
ComponentType = Literal[
    "proposals", "debate", "drafting", "survey", "opinion-map", "observations", "budget", "petitions", "vote", "referendum", "panel",
    "meetings", "mediation",
]  # fmt: skip


class Phase(Strict):
    """A time of the process: from ``opens`` to the last second of ``closes`` (Europe/Paris), or without end for a standing right.

    ``does`` names the components open then, and what is open in them where a component has several moments: ``code`` or ``code:moment``
    (``ideas``, ``budget:study``, ``budget:vote`` …).
    """

    code: Slug
    title: BilingualTitle
    text: BilingualText | None = None
    opens: Moment
    closes: Moment | None = None
    does: tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+(?::[a-z-]+)?$")], ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Phase:
        if self.closes is not None and closing(self.closes) <= opening(self.opens):
            raise SchemaError(Text("une phase ferme après avoir ouvert", "a phase closes after it opens"))
        return self


class Paper(Strict):
    """A public document that helps to judge: where it is, and what it is called."""

    title: BilingualTitle
    url: Annotated[str, Field(pattern=r"^https?://[^\s<>\"]{3,300}$|^/[a-z0-9/._-]{0,200}$")]


class Process(Strict):
    """A participation process. ``owner`` is the body that decides and is answerable; ``stakes`` says plainly what may change and what may not.

    Its rules are fixed when it opens: after the first contribution they change by a public, reasoned decision alone.
    """

    code: Slug
    title: BilingualTitle
    summary: BilingualText
    stakes: BilingualText
    measures: tuple[MeasureNumber, ...] = Field(min_length=1)
    commitments: tuple[CommitmentCode, ...] = ()
    owner: Slug
    area: Area
    scope: Literal["inform", "consult", "co-decide", "decide"]
    participants: Participants
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=30)
    components: tuple[AnyComponent, ...] = Field(min_length=1, max_length=30)
    answer: AnswerDuty | None = None
    moderation: BilingualText | None = None
    documents: tuple[Paper, ...] = Field(default=(), max_length=50)
    retention_months: int = Field(default=24, ge=1, le=120)
    assumptions: tuple[BilingualText, ...] = ()
    synthetic: bool = False

    @model_validator(mode="after")
    def _coherent(self) -> Process:
        for what, codes in (
            (Text("composante", "component"), [one.code for one in self.components]),
            (Text("phase", "phase"), [one.code for one in self.phases]),
        ):
            twice = {code for code in codes if codes.count(code) > 1}
            if twice:
                raise SchemaError(Text(f"{what.fr} en double : {min(twice)}", f"{what.en} given twice: {min(twice)}"))
        known = {one.code for one in self.components}
        for phase in self.phases:
            for done in phase.does:
                if done.split(":")[0] not in known:
                    raise SchemaError(
                        Text(
                            f"la phase {phase.code} nomme une composante inconnue : {done}",
                            f"phase {phase.code} names an unknown component: {done}",
                        )
                    )
        for code in self.commitments:
            if int(code.split(".")[0]) not in self.measures:
                raise SchemaError(
                    Text(
                        f"l'engagement {code} n'est pas d'une mesure du processus",
                        f"commitment {code} is not of a measure of the process",
                    )
                )
        self._linked(known)
        return self

    def _linked(self, known: set[str]) -> None:
        ideas = {one.code for one in self.components if one.type == "proposals"}
        for one in self.components:
            source = one.ideas if one.type == "budget" else one.options_from if one.type == "vote" else None
            if source is not None and source not in ideas:
                raise SchemaError(
                    Text(
                        f"{one.code} : « {source} » n'est pas une composante de propositions",
                        f"{one.code}: “{source}” is not a proposals component",
                    )
                )
            if one.type == "vote" and bool(one.options) == (one.options_from is not None):
                raise SchemaError(
                    Text("un vote a des « options » ou « options_from »", "a vote has “options” or “options_from”")
                )

    def component(self, code: str) -> AnyComponent | None:
        return next((one for one in self.components if one.code == code), None)


register(Kind("process", Text("processus", "process"), Process))
