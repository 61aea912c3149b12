"""Facts of answers: owed, overdue, given, amended, delivered; figures contested, examined. No word that a person wrote is in them.

``duty`` is the public reference of a duty to answer, ``about`` what kind of thing it answers (proposal, petition …), ``body`` who owes it.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text

Outcome = Literal["accepted", "partly", "refused", "explained"]


class _Duty(Data):
    """``process`` is the code of the process it comes from, if any."""

    duty: str
    about: str
    body: str
    process: str = ""


@fact_type(
    "answers.owed.v1",
    label=Text("Réponse due", "Answer due"),
    sentence=Text("Réponse {duty} due avant le {due_day} au plus tard", "Answer {duty} due by {due_day}"),
    counts=False,
)
class Owed(_Duty):
    """A contribution crossed its rule: ``body`` must answer by ``due_on``."""

    due_on: dt.date
    due_day: str


@fact_type(
    "answers.overdue.v1",
    label=Text("Réponse en retard", "Answer overdue"),
    sentence=Text("Réponse {duty} en retard : elle était due le {due_day}", "Answer {duty} overdue: due {due_day}"),
    counts=False,
)
class Overdue(_Duty):
    """The day came and no answer was given."""

    due_on: dt.date
    due_day: str


@fact_type(
    "answers.given.v1",
    label=Text("Réponse donnée", "Answer given"),
    sentence=Text(
        "Réponse {duty} donnée en {days} jours : {outcome_title}", "Answer {duty} given in {days} days: {outcome_title}"
    ),
)
class Given(_Duty):
    """``days`` from the day it became due to the day it was given; ``on_time``: by the day set. ``quantity`` is 1 item."""

    outcome: Outcome
    outcome_title: str
    days: int
    on_time: bool
    delivery_by: dt.date | None = None


@fact_type(
    "answers.amended.v1",
    label=Text("Réponse modifiée", "Answer amended"),
    sentence=Text("Réponse {duty} modifiée : {outcome_title}", "Answer {duty} amended: {outcome_title}"),
    counts=False,
)
class Amended(_Duty):
    """Another answer follows the first, which stays shown. ``rank`` 2 is the first amendment."""

    outcome: Outcome
    outcome_title: str
    rank: int


@fact_type(
    "answers.waived.v1",
    label=Text("Réponse qui n'est plus due", "Answer no longer due"),
    sentence=Text("La réponse {duty} n'est plus due", "Answer {duty} is no longer due"),
    counts=False,
)
class Waived(_Duty):
    """What was to be answered was withdrawn, or is answered elsewhere; the reason is public. ``late``: it was overdue already."""

    late: bool


@fact_type(
    "answers.step_recorded.v1",
    label=Text("Suite d'une réponse", "What followed an answer"),
    sentence=Text("Suite de la réponse {duty} : {stage_title}", "What followed answer {duty}: {stage_title}"),
    counts=False,
)
class StepRecorded(_Duty):
    """A step after an answer: a vote, money, a delivery. ``proof`` is the index of the fact that shows it, where one does."""

    stage: Literal["promise", "vote", "money", "delivery"]
    stage_title: str
    proof: int | None = None


@fact_type(
    "answers.delivered.v1",
    label=Text("Promesse d'une réponse tenue", "What an answer promised is delivered"),
    sentence=Text("Ce que promettait la réponse {duty} est livré", "What answer {duty} promised is delivered"),
)
class Delivered(_Duty):
    """What an accepted answer promised is there. ``quantity`` is 1 item."""

    on_time: bool


@fact_type(
    "answers.delivery_late.v1",
    label=Text("Promesse d'une réponse en retard", "What an answer promised is late"),
    sentence=Text(
        "Ce que promettait la réponse {duty} devait être livré le {by_day}",
        "What answer {duty} promised was due {by_day}",
    ),
    counts=False,
)
class DeliveryLate(_Duty):
    """An answer was accepted, its day of delivery came, and nothing was delivered."""

    delivery_by: dt.date
    by_day: str


class _Contest(Data):
    """``contest`` is the public reference, ``commitment`` the one whose figure is contested."""

    contest: str
    commitment: str


@fact_type(
    "answers.figure_contested.v1",
    label=Text("Chiffre contesté", "Figure contested"),
    sentence=Text(
        "Le chiffre de l'engagement {commitment} est contesté ({contest})",
        "The figure of commitment {commitment} is contested ({contest})",
    ),
    counts=False,
)
class FigureContested(_Contest):
    """Somebody gave another value with a source; it is examined by ``due_on``."""

    due_on: dt.date


@fact_type(
    "answers.contest_examined.v1",
    label=Text("Contestation examinée", "Contest examined"),
    sentence=Text(
        "Contestation {contest} de l'engagement {commitment} : {outcome_title}",
        "Contest {contest} of commitment {commitment}: {outcome_title}",
    ),
)
class ContestExamined(_Contest):
    """What the examination found. ``correction`` is the index of the fact that corrects the figure, where one does. ``quantity`` is 1 item."""

    outcome: Literal["upheld", "partly", "rejected"]
    outcome_title: str
    days: int
    on_time: bool
    correction: int | None = None


@fact_type(
    "answers.contest_overdue.v1",
    label=Text("Contestation en retard d'examen", "Contest not examined in time"),
    sentence=Text(
        "La contestation {contest} n'est pas examinée dans les temps", "Contest {contest} is not examined in time"
    ),
    counts=False,
)
class ContestOverdue(_Contest):
    """The day came and nobody has answered."""

    due_on: dt.date


@fact_type(
    "answers.contest_withdrawn.v1",
    label=Text("Contestation retirée", "Contest withdrawn"),
    sentence=Text("La contestation {contest} est retirée", "Contest {contest} is withdrawn"),
    counts=False,
)
class ContestWithdrawn(_Contest):
    """Its author took it back before it was examined."""


@fact_type(
    "answers.figure_corrected.v1",
    label=Text("Chiffre corrigé après contestation", "Figure corrected after a contest"),
    sentence=Text(
        "Le chiffre de l'engagement {commitment} est corrigé après la contestation {contest}",
        "The figure of commitment {commitment} is corrected after contest {contest}",
    ),
    counts=False,
)
class FigureCorrected(_Contest):
    """``correction`` is the index of the fact that corrects the figure."""

    correction: int
