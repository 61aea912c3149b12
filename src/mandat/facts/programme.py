"""Facts of the programme itself: decisions, milestones, outputs, suspensions, publications."""

from __future__ import annotations

from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


@fact_type(
    "programme.definition_published.v1",
    label=Text("Définition publiée", "Definition published"),
    sentence=Text(
        "{kind_label} {code}, version {version} : {title}", "{kind_label} {code}, version {version}: {title}"
    ),
    counts=False,
)
class DefinitionPublished(Data):
    """A new version of a definition is in force. ``summary`` says what changed."""

    kind: str
    code: str
    version: int
    title: str = ""
    summary: str = ""


@fact_type(
    "programme.decision_recorded.v1",
    label=Text("Décision enregistrée", "Decision recorded"),
    sentence=Text("{form} {number} du {occurred_on} : {title}", "{form} {number} of {occurred_on}: {title}"),
)
class DecisionRecorded(Data):
    """A deliberation or an order of a body, with its document."""

    form: Literal["deliberation", "order", "convention", "other"]
    number: str
    title: str
    body: str = ""
    document_sha256: str = ""
    document_url: str = ""
    votes_for: int | None = None
    votes_against: int | None = None
    abstentions: int | None = None


@fact_type(
    "programme.milestone_reached.v1",
    label=Text("Jalon atteint", "Milestone reached"),
    sentence=Text("Jalon atteint : {title}", "Milestone reached: {title}"),
)
class MilestoneReached(Data):
    """The milestone ``milestone`` of a commitment is reached."""

    milestone: str
    title: str
    evidence_sha256: str = ""
    evidence_url: str = ""


@fact_type(
    "programme.output_declared.v1",
    label=Text("Réalisation déclarée", "Output declared"),
    sentence=Text("Déclaré, à confirmer : {title}", "Declared, to be confirmed: {title}"),
    counts=False,
)
class OutputDeclared(Data):
    """An agent declared an output with evidence; it counts once another agent confirms it."""

    title: str
    output: str = ""
    evidence_sha256: str = ""
    evidence_url: str = ""


@fact_type(
    "programme.output_confirmed.v1",
    label=Text("Réalisation confirmée", "Output confirmed"),
    sentence=Text("{title}", "{title}"),
)
class OutputConfirmed(Data):
    """A second agent confirmed the declared output ``declared`` (index of the declaration)."""

    title: str
    output: str = ""
    declared: int | None = None
    evidence_sha256: str = ""
    evidence_url: str = ""


@fact_type(
    "programme.output_refused.v1",
    label=Text("Réalisation refusée", "Output refused"),
    sentence=Text("Déclaration refusée : {reason}", "Declaration refused: {reason}"),
    counts=False,
)
class OutputRefused(Data):
    """A second agent refused the declaration ``declared``."""

    declared: int
    reason: str


@fact_type(
    "programme.commitment_suspended.v1",
    label=Text("Engagement suspendu", "Commitment suspended"),
    sentence=Text("Engagement suspendu : {reason}", "Commitment suspended: {reason}"),
)
class CommitmentSuspended(Data):
    """A reasoned decision suspends the commitment from ``occurred_on``."""

    reason: str
    decision: str = ""


@fact_type(
    "programme.commitment_resumed.v1",
    label=Text("Engagement repris", "Commitment resumed"),
    sentence=Text("Engagement repris : {reason}", "Commitment resumed: {reason}"),
)
class CommitmentResumed(Data):
    """The suspension ends on ``occurred_on``."""

    reason: str
