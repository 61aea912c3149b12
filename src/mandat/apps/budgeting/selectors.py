"""What pages read of budgets, in a bounded number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from mandat.apps.budgeting import proposals
from mandat.apps.budgeting.models import Idea, Note, Outcome, Project, ProjectList
from mandat.apps.budgeting.terms import BudgetTerms
from mandat.apps.ledger.models import major
from mandat.apps.territory import selectors as territory

State = Project.State
#: States of projects that won a vote.
WON = (State.CHOSEN, State.FUNDED, State.DELIVERED, State.ABANDONED)
#: A turnout below this many persons is not shown.
LEAST = 5


def projects_of(terms: BudgetTerms) -> QuerySet[Project]:
    return Project.objects.filter(
        programme=terms.published.programme, process=terms.process, component=terms.code
    ).order_by("part", "title_fr", "id")


def lists_of(terms: BudgetTerms) -> list[ProjectList]:
    """The lists of a budget, those of the definition's parts in its order, with their outcomes."""
    rows = ProjectList.objects.filter(
        programme=terms.published.programme, process=terms.process, component=terms.code
    ).prefetch_related(
        Prefetch("outcomes", Outcome.objects.select_related("project").order_by("-chosen", "rank", "-votes", "id"))
    )
    order = {part: rank for rank, part in enumerate(terms.parts)}
    return sorted(rows.order_by("id"), key=lambda one: (order.get(one.part, len(order)), one.pk))


@dataclass(frozen=True, slots=True)
class Examined:
    """An idea and what was decided of it, with its words as they read today."""

    idea: Idea
    title: str
    ground: str


def examined(terms: BudgetTerms, *, state: str = "") -> list[Examined]:
    """Ideas agents decided on, those moderated away left without words."""
    rows = Idea.objects.filter(programme=terms.published.programme, process=terms.process, component=terms.code)
    found = list(
        (rows.filter(state=state) if state else rows).select_related("project").order_by("-decided_at", "-id")[:500]
    )
    known = proposals.by_reference([one.proposal for one in found])
    grounds = {one.code: one.label for one in terms.budget.refusals}
    made = []
    for one in found:
        words = known.get(one.proposal)
        label = grounds.get(one.ground)
        made.append(Examined(one, words.title if words else "", label.fr if label else ""))
    return made


@dataclass(frozen=True, slots=True)
class Tally:
    """How a budget stands: projects by state, and the money."""

    states: Counter[str]
    refused: int
    awarded: Decimal
    paid: Decimal

    def count(self, *states: str) -> int:
        return sum(self.states[state] for state in states)


def tally_of(terms: BudgetTerms, projects: Sequence[Project]) -> Tally:
    refused = Idea.objects.filter(
        programme=terms.published.programme, process=terms.process, component=terms.code, state=Idea.State.REFUSED
    ).count()
    return Tally(
        Counter(one.state for one in projects),
        refused,
        major(sum(one.awarded for one in projects), "EUR"),
        major(sum(one.paid for one in projects), "EUR"),
    )


def place(area: str) -> str:
    """An area by its name; nothing for none."""
    return territory.area_name(area) if area else ""


def late_steps(programme: str, day: object) -> QuerySet[Project]:
    """Projects being carried out that have a step overdue."""
    return (
        Project.objects.filter(
            programme=programme, state=State.FUNDED, steps__done_on__isnull=True, steps__due_on__lt=day
        )
        .distinct()
        .order_by("id")
    )


def history(project: Project) -> list[Note]:
    """The public history, oldest first."""
    return list(project.notes.order_by("on", "id"))
