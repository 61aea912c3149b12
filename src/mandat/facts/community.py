"""Facts of moderation: what was decided about what people publish, under which rule, and what became of appeals.

No word that anyone wrote, and nobody, is in them: ``content`` is the kind of content, ``case`` the reference of the moderation case.
"""

from __future__ import annotations

from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text

Why = Literal["report", "automatic", "initiative", "appeal", "changed"]


class _Case(Data):
    """``case`` is the public reference; ``content`` the kind of content (proposal, comment …)."""

    case: str
    content: str


@fact_type(
    "community.moderated.v1",
    label=Text("Modération décidée", "Moderation decided"),
    sentence=Text(
        "Modération {case} : {outcome_title}, pour la règle « {rule} »",
        "Moderation {case}: {outcome_title}, under the rule “{rule}”",
    ),
    counts=False,
)
class Moderated(_Case):
    """What was decided about one content. ``rule`` is the charter's, by its French title; ``days`` from opening to decision."""

    outcome: Literal["keep", "hide", "change", "refuse", "restore"]
    outcome_title: str
    reason: str
    rule: str
    why: Why
    days: int
    late: bool = False


@fact_type(
    "community.appeal_decided.v1",
    label=Text("Recours de modération tranché", "Moderation appeal decided"),
    sentence=Text("Recours sur la modération {case} : {answer}", "Appeal on moderation {case}: {answer}"),
    counts=False,
)
class AppealDecided(_Case):
    """Another agent looked at a decision again. ``upheld``: the author was right, and the content is shown again."""

    upheld: bool
    answer: str
    days: int
    late: bool = False


@fact_type(
    "community.account_suspended.v1",
    label=Text("Compte suspendu", "Account suspended"),
    sentence=Text(
        "Un compte ne peut plus publier pendant {days} jours, pour la règle « {rule} »",
        "An account may not publish for {days} days, under the rule “{rule}”",
    ),
    counts=False,
)
class AccountSuspended(Data):
    """Some account may read and not publish for ``days`` days. Nothing tells whose."""

    reason: str
    rule: str
    days: int


@fact_type(
    "community.suspension_lifted.v1",
    label=Text("Suspension levée", "Suspension lifted"),
    sentence=Text("La suspension d'un compte est levée avant son terme", "A suspension is lifted before its end"),
    counts=False,
)
class SuspensionLifted(Data):
    """A suspension ends early. Nothing tells whose."""


@fact_type(
    "community.reports_counted.v1",
    label=Text("Signalements comptés", "Reports counted"),
    sentence=Text("{quantity_text} signalés ou retenus ce jour-là", "{quantity_text} reported or held on that day"),
    counts=False,
)
class ReportsCounted(Data):
    """``quantity`` reports and automatic holds of one day, ``reports`` of them by people and ``held`` automatic."""

    reports: int
    held: int
