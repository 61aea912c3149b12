"""Facts of participatory budgets: never a person, never the words of one. ``subject`` is the public reference of a project or a list.

``process`` and ``component`` name the budget, ``part`` the share of it (an area, a lycée, a category; empty for one vote over all).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfBudget(Data):
    process: str
    component: str
    title: str
    part: str = ""


@fact_type(
    "budgeting.idea_retained.v1",
    label=Text("Idée retenue pour étude", "Idea retained for study"),
    sentence=Text("{title} : une idée est étudiée sous {project}", "{title}: an idea is studied as {project}"),
)
class IdeaRetained(_OfBudget):
    """``subject`` is the idea; ``project`` the study it joined, perhaps with others. ``stage`` is that of the budget."""

    project: str
    stage: Literal["ideas"] = "ideas"


@fact_type(
    "budgeting.idea_refused.v1",
    label=Text("Idée écartée", "Idea refused"),
    sentence=Text("{title} : une idée est écartée ({reason})", "{title}: an idea is refused ({reason})"),
    counts=False,
)
class IdeaRefused(_OfBudget):
    """``reason`` is the code of a published ground; what was said of this idea stands on its page."""

    reason: str


@fact_type(
    "budgeting.studied.v1",
    label=Text("Étude rendue", "Study given"),
    sentence=Text("{title} : étude de {subject} rendue ({finding})", "{title}: study of {subject} given ({finding})"),
)
class Studied(_OfBudget):
    """``amount`` is the cost found, investment alone; ``running`` what it costs a year. ``days``: from the first idea to the end."""

    finding: Literal["feasible", "infeasible"]
    ideas: int
    running: Decimal
    days: int


@fact_type(
    "budgeting.list_frozen.v1",
    label=Text("Liste des projets arrêtée", "List of projects fixed"),
    sentence=Text("{title} : {quantity_text} mis au vote", "{title}: {quantity_text} put to the vote"),
)
class ListFrozen(_OfBudget):
    """The projects put to the vote with their costs: ``digest`` is the SHA-256 of the published list; ``amount`` the money to share."""

    digest: str
    stage: Literal["list"] = "list"


@fact_type(
    "budgeting.vote_counted.v1",
    label=Text("Budget participatif dépouillé", "Participatory budget counted"),
    sentence=Text(
        "{title} : {quantity_text} ont voté, {chosen} projets choisis pour {amount}",
        "{title}: {quantity_text} voted, {chosen} projects chosen for {amount}",
    ),
)
class VoteCounted(_OfBudget):
    """``quantity`` voters; ``amount`` the cost of what was chosen, of ``budget``. ``root`` is that of the published ballots."""

    rule: str
    completion: str
    chosen: int
    projects: int
    budget: Decimal
    root: str
    list_digest: str
    stage: Literal["vote"] = "vote"


@fact_type(
    "budgeting.lycee_voted.v1",
    label=Text("Budget de lycée voté", "Lycée budget voted"),
    sentence=Text("{title} : un budget voté au {part_title}", "{title}: a budget voted at {part_title}"),
)
class LyceeVoted(_OfBudget):
    """A lycée ran its budget up to the vote: ``subject`` is its code, so that each is counted once, whatever the years."""

    part_title: str


@fact_type(
    "budgeting.project_chosen.v1",
    label=Text("Projet choisi par le vote", "Project chosen by vote"),
    sentence=Text("{title} : {subject} choisi, {amount}", "{title}: {subject} chosen, {amount}"),
)
class ProjectChosen(_OfBudget):
    """A project won the vote; ``amount`` is its cost as it stood on the list."""

    rank: int


@fact_type(
    "budgeting.funded.v1",
    label=Text("Projet financé", "Project funded"),
    sentence=Text(
        "{title} : {amount} attribués à {subject} ({decision})", "{title}: {amount} awarded to {subject} ({decision})"
    ),
)
class Funded(_OfBudget):
    """The assembly's decision binds the money of a project that was chosen."""

    envelope: str = ""
    decision: str


@fact_type(
    "budgeting.paid.v1",
    label=Text("Dépense d'un projet", "Spending on a project"),
    sentence=Text("{title} : {amount} payés pour {subject}", "{title}: {amount} paid for {subject}"),
)
class Paid(_OfBudget):
    """Money that left for a project."""

    envelope: str = ""


@fact_type(
    "budgeting.step_reached.v1",
    label=Text("Étape d'un projet", "Step of a project"),
    sentence=Text("{title} : étape {rank} de {subject} faite", "{title}: step {rank} of {subject} done"),
)
class StepReached(_OfBudget):
    """A step of delivery is done; ``late_days`` after the day first announced (0 where in time)."""

    rank: int
    late_days: int


@fact_type(
    "budgeting.delayed.v1",
    label=Text("Projet retardé", "Project delayed"),
    sentence=Text("{title} : {subject} reporté au {until}", "{title}: {subject} put off to {until}"),
    counts=False,
)
class Delayed(_OfBudget):
    """A step is put off, from ``since`` to ``until``; the reason stands on the project's page."""

    rank: int
    since: dt.date
    until: dt.date


@fact_type(
    "budgeting.delivered.v1",
    label=Text("Projet réalisé", "Project delivered"),
    sentence=Text("{title} : {subject} réalisé", "{title}: {subject} delivered"),
)
class Delivered(_OfBudget):
    """A project that was chosen is there (``quantity`` 1, unit ``project``); ``amount`` is what it cost in the end."""

    planned: Decimal


@fact_type(
    "budgeting.abandoned.v1",
    label=Text("Projet abandonné", "Project given up"),
    sentence=Text("{title} : {subject} abandonné", "{title}: {subject} given up"),
)
class Abandoned(_OfBudget):
    """A project that was chosen will not be done; the reason stands on its page. ``amount`` is what is given back."""
