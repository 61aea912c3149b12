"""Facts of how applications for aid, labels and contracts are examined. None names or describes a person, none says what is proposed.

What experts think, what agents propose and what anyone scores is confidential before the decision: only that the step was made is told.
"""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _Step(Data):
    """``scheme`` and its title in French; ``call`` is the code of the call."""

    scheme: str
    title: str
    call: str = ""


@fact_type(
    "grants.completion_asked.v1",
    label=Text("Complément demandé", "Completion asked for"),
    sentence=Text("Un dossier est à compléter : {title}", "An application is to be completed: {title}"),
    counts=False,
)
class CompletionAsked(_Step):
    """The service asks for what an application lacks: the delay stands still until it comes (CRPA L114-5)."""


@fact_type(
    "grants.complete.v1",
    label=Text("Dossier complet", "Application complete"),
    sentence=Text("Un dossier est complet : {title}", "An application is complete: {title}"),
    counts=False,
)
class Complete(_Step):
    """The service holds the application complete: the delay to decide runs from the day it was."""


@fact_type(
    "grants.consulted.v1",
    label=Text("Experts consultés", "Experts consulted"),
    sentence=Text("Un avis d'expert est demandé : {title}", "An expert's opinion is asked for: {title}"),
    counts=False,
)
class Consulted(_Step):
    """One expert is asked for a confidential opinion."""


@fact_type(
    "grants.opinion_given.v1",
    label=Text("Avis rendu", "Opinion given"),
    sentence=Text("Un avis d'expert est rendu : {title}", "An expert's opinion is given: {title}"),
    counts=False,
)
class OpinionGiven(_Step):
    """One expert gave an opinion; what it says stays confidential."""


@fact_type(
    "grants.scored.v1",
    label=Text("Dossier noté", "Application scored"),
    sentence=Text("Un dossier est noté : {title}", "An application is scored: {title}"),
    counts=False,
)
class Scored(_Step):
    """One scorer filled the grid of one application, or filled it again."""


@fact_type(
    "grants.recused.v1",
    label=Text("Déport", "Recusal"),
    sentence=Text("Une personne se déporte d'un dossier : {title}", "Someone takes no part in a case: {title}"),
    counts=False,
)
class Recused(_Step):
    """Someone of the service, an expert or a member of the committee takes no part in one case."""


@fact_type(
    "grants.visited.v1",
    label=Text("Visite faite", "Visit made"),
    sentence=Text("Une visite est faite : {title}", "A visit is made: {title}"),
    counts=False,
)
class Visited(_Step):
    """Someone came and saw before the decision."""


@fact_type(
    "grants.proposed.v1",
    label=Text("Dossier prêt à décider", "Application ready for decision"),
    sentence=Text("Un dossier est prêt à être décidé : {title}", "An application is ready for decision: {title}"),
    counts=False,
)
class Proposed(_Step):
    """The service made its proposal, which is not public."""


@fact_type(
    "grants.reopened.v1",
    label=Text("Examen repris", "Examination taken up again"),
    sentence=Text("L'examen d'un dossier reprend : {title}", "An application is examined again: {title}"),
    counts=False,
)
class Reopened(_Step):
    """The service takes its proposal back."""
