"""What a count says of a list of projects: who is chosen and why in words, and what the most votes first would have chosen instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from mandat.apps.ballots.schema import Counting
from mandat.apps.budgeting.models import ProjectList
from mandat.apps.ledger.models import major
from mandat.engines import counting
from mandat.engines.counting.count import Rule
from mandat.engines.counting.report_data import definition_of
from mandat.kernel.money import ZERO
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """``winners`` in the order they were chosen; ``satisfied`` the share of voters with a project of theirs chosen, from 0 to 1."""

    winners: list[str]
    votes: dict[str, int]
    sentences: dict[str, Text]
    spent: Decimal
    greedy: list[str]
    greedy_spent: Decimal
    satisfied: float
    satisfied_greedy: float
    ties: list[dict[str, Any]]
    definition: dict[str, Any]


def verdict(found: ProjectList, election: counting.Election | None, winners: Sequence[str], rules: Counting) -> Verdict:
    """Count by the rules fixed beforehand, explain each project, and compare. The comparison decides nothing."""
    costs = dict(found.outcomes.order_by("id").values_list("project__reference", "cost"))
    if election is None:
        silent = Text("Personne n'a voté pour un projet.", "Nobody voted for a project.")
        return Verdict([], dict.fromkeys(costs, 0), dict.fromkeys(costs, silent), ZERO, [], ZERO, 0, 0, [], {})
    result = counting.count(
        election, rule=cast("Rule", rules.rule), utility=rules.utility, completion=rules.completion,
        increment=rules.increment, stop=rules.stop, comparison=rules.comparison, tie_order=rules.tie_order,
    )  # fmt: skip
    other = counting.count(election, rule="greedy", utility="cost", tie_order=rules.tie_order)
    why = {code: one.sentence for code, one in counting.explain(result).items()}
    missed = Text(
        "Le vote ne remplit pas les conditions fixées (participation ou nombre de voix) : le projet n'est pas retenu.",
        "The vote does not meet the conditions set (turnout or number of votes): the project is not chosen.",
    )
    chosen = [code for code in result.winner_ids if code in set(winners)]
    for code in set(result.winner_ids) - set(chosen):
        why[code] = missed
    numbers = {code: number for number, code in enumerate(election.ids)}
    return Verdict(
        winners=chosen,
        votes=dict(zip(election.ids, election.votes, strict=True)),
        sentences=why,
        spent=sum((major(costs[code], "EUR") for code in chosen), ZERO),
        greedy=other.winner_ids,
        greedy_spent=other.total_cost,
        satisfied=float(counting.measure(election, [numbers[code] for code in chosen]).win_share),
        satisfied_greedy=float(counting.measure(election, other.winners).win_share),
        ties=[{"projects": list(tie.projects), "chosen": tie.chosen, "order": tie.order} for tie in result.ties],
        definition=definition_of(result),
    )
