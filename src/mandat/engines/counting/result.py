"""The outcome of a count: winners in order, every decision, every tie, and the choices made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from mandat.engines.counting.model import Election
from mandat.engines.counting.ties import Tie


@dataclass(frozen=True, slots=True)
class Decision:
    """One step: what was elected, by which stage of the rule, and the figure that decided.

    ``measure`` names the figure: ``price`` (money per unit of use), ``votes``, ``density`` (worth
    per unit of money), ``load`` (money per supporter), ``welfare`` or none.
    """

    step: int
    project: str
    stage: str
    measure: str = ""
    value: Fraction | None = None


@dataclass(eq=False)
class Count:
    """A counted election. ``winners`` are indices into ``election.projects``, in order of election."""

    rule: str
    election: Election
    winners: tuple[int, ...]
    ties: tuple[Tie, ...]
    decisions: tuple[Decision, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    detail: Any = None

    @property
    def winner_ids(self) -> list[str]:
        ids = self.election.ids
        return [ids[j] for j in self.winners]

    @property
    def total_cost(self) -> Decimal:
        return self.election.money(sum(self.election.costs[j] for j in self.winners))


def named_ties(election: Election, ties: Sequence[tuple[int, tuple[int, ...], int]], order: str) -> tuple[Tie, ...]:
    ids = election.ids
    return tuple(Tie(step, tuple(ids[j] for j in level), ids[chosen], order) for step, level, chosen in ties)


def number(value: Decimal | Fraction | int) -> int | float:
    """A JSON number: whole where it is whole."""
    return int(value) if value == int(value) else float(value)
