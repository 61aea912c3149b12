"""What to change when no panel meets the quotas: the smallest relaxations, in plain words.

An integer program chooses a panel and, for each quota, how far to lower its minimum or raise its maximum, with the
least total of seats moved, then the fewest quotas touched. Quotas with flexible bounds are first moved within them.
Other answers of nearly the same size follow, each leaving out a change of the ones before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mandat.engines.sortition.highs import INF, Program
from mandat.engines.sortition.model import Problem, Quota, Quotas
from mandat.kernel.text import Text, counted


@dataclass(frozen=True, slots=True)
class Change:
    """One quota moved: from ``quota.low``/``quota.high`` to ``low``/``high``; ``available``: such people in the pool."""

    quota: Quota
    low: int
    high: int
    available: int

    @property
    def size(self) -> int:
        return self.quota.low - self.low + self.high - self.quota.high

    @property
    def text(self) -> Text:
        parts = []
        if self.low < self.quota.low:
            parts.append(
                Text(
                    "abaisser le minimum de « {q} » de {a} à {b}", "lower the minimum of “{q}” from {a} to {b}"
                ).format(q=self.quota, a=self.quota.low, b=self.low)
            )
            if self.available < self.quota.low:
                parts.append(
                    Text("(le vivier n’en compte que {n})", "(the pool has only {n})").format(n=self.available)
                )
        if self.high > self.quota.high:
            parts.append(
                Text("relever le maximum de « {q} » de {a} à {b}", "raise the maximum of “{q}” from {a} to {b}").format(
                    q=self.quota, a=self.quota.high, b=self.high
                )
            )
        return Text(" ".join(part.fr for part in parts), " ".join(part.en for part in parts))


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Changes that together make a panel possible; ``seats`` moved in all; ``within_flex``: allowed by the file."""

    changes: tuple[Change, ...]
    seats: int
    within_flex: bool

    @property
    def text(self) -> Text:
        return Text(
            " ; ".join(change.text.fr for change in self.changes), "; ".join(change.text.en for change in self.changes)
        )

    def apply(self, quotas: Quotas) -> Quotas:
        """The quotas after the changes."""
        moved = {(change.quota.category, change.quota.value): change for change in self.changes}
        items = []
        for quota in quotas.items:
            change = moved.get((quota.category, quota.value))
            items.append(replace(quota, low=change.low, high=change.high) if change else quota)
        return Quotas(tuple(items))


def relaxations(problem: Problem, *, most: int = 3) -> list[Relaxation]:
    """Up to ``most`` smallest relaxations, the smallest first; empty when no change of quotas can help.

    Flexible quotas stay within their flexible bounds when that is enough. Nothing is returned for a feasible
    problem but a relaxation without changes.
    """
    flexible = any(quota.flexible for quota in problem.quotas.items)
    for within in (True, False) if flexible else (False,):
        found = _enumerate(problem, within, most)
        if found:
            return found
    return []


def _enumerate(problem: Problem, within: bool, most: int) -> list[Relaxation]:
    quotas = problem.quotas.items
    count, classes = len(quotas), len(problem.caps)
    seats, copies = problem.seats, problem.copies
    # Moves are in seats of one panel; rows of several panels at once move by as many per copy.
    down = np.array([quota.low - (quota.low_flex if within and quota.flexible else 0) for quota in quotas], float)
    up = np.array(
        [max(min(quota.high_flex, seats) - quota.high, 0) if within and quota.high_flex is not None
         else max(seats - quota.high, 0) for quota in quotas],
        float,
    )  # fmt: skip
    if within:
        rigid = np.array([not quota.flexible for quota in quotas])
        down[rigid] = up[rigid] = 0.0
    # Columns: x (T), lowered (Q), raised (Q), touched (2Q).
    width = classes + 4 * count
    cost = np.zeros(width)
    cost[classes : classes + 2 * count] = -float(2 * count + 1)
    cost[classes + 2 * count :] = -1.0
    lower = np.concatenate([problem.low, np.zeros(4 * count)]).astype(float)
    upper = np.concatenate([problem.caps, down, up, np.ones(2 * count)]).astype(float)
    total = len(problem.rows)
    rows = np.zeros((2 * total + 1 + 2 * count, width))
    row_lower = np.full(len(rows), -INF)
    row_upper = np.full(len(rows), INF)
    rows[:total, :classes] = rows[total : 2 * total, :classes] = problem.rows
    row_lower[:total], row_upper[total : 2 * total] = problem.lo, problem.hi
    for place in range(count):
        rows[place, classes + place] = copies
        rows[total + place, classes + count + place] = -copies
    rows[2 * total, :classes] = 1.0
    row_lower[2 * total] = row_upper[2 * total] = seats
    for place in range(2 * count):
        row = 2 * total + 1 + place
        rows[row, classes + place] = -1.0
        rows[row, classes + 2 * count + place] = max(float(np.concatenate([down, up])[place]), 1.0)
        row_lower[row] = 0.0
    program = Program(cost, lower, upper, rows, row_lower, row_upper, integer=True)
    available = (problem.rows[:count] @ problem.caps).astype(int)
    found: list[Relaxation] = []
    while len(found) < most:
        if not program.solve():
            break
        values = np.rint(program.values[classes:]).astype(int)
        lowered, raised = values[:count], values[count : 2 * count]
        changes = tuple(
            Change(quota, quota.low - int(lowered[i]), quota.high + int(raised[i]), int(available[i]))
            for i, quota in enumerate(quotas)
            if lowered[i] or raised[i]
        )
        moved = int(lowered.sum() + raised.sum())
        if found and moved > 2 * found[0].seats + 1:
            break
        found.append(Relaxation(changes=changes, seats=moved, within_flex=within))
        touched = np.flatnonzero(values[: 2 * count])
        if not len(touched):
            break
        program.add_row(-INF, float(len(touched) - 1), touched + classes + 2 * count, np.ones(len(touched)))
    return found


def explain(problem: Problem) -> Text:
    """Why nothing is possible and what to change, as one message."""
    found = relaxations(problem)
    head = Text(
        "aucun panel de {k} personnes ne respecte les quotas.", "no panel of {k} people meets the quotas."
    ).format(k=problem.seats // problem.copies)
    if not found:
        tail = Text(
            "Aucun changement de quota n’y suffit : le vivier compte {n} personnes, et les limites par foyer ou les "
            "personnes déjà retenues l’empêchent.",
            "No change of quotas is enough: the pool has {n} people, and household limits or people already selected "
            "stand in the way.",
        ).format(n=int(problem.caps.sum()))
        return Text(f"{head.fr} {tail.fr}", f"{head.en} {tail.en}")
    seats = counted(found[0].seats, Text("place", "seat"), Text("places", "seats"))
    lines_fr = [f"{head.fr} Le plus petit changement ({seats.fr}) : {found[0].text.fr}."]
    lines_en = [f"{head.en} The smallest change ({seats.en}): {found[0].text.en}."]
    for other in found[1:]:
        lines_fr.append(f"Ou bien ({other.seats}) : {other.text.fr}.")
        lines_en.append(f"Or else ({other.seats}): {other.text.en}.")
    return Text("\n".join(lines_fr), "\n".join(lines_en))
