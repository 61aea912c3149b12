"""Several panels drawn at once: the people drawn together are parted so that each panel meets the quotas.

The draw works on the sum of the panels; a sum is accepted only when an integer program parts it. Whoever is drawn
is then equally likely to sit on any of the panels of their part.
"""

from __future__ import annotations

import numpy as np

from mandat.engines.sortition.highs import Program
from mandat.engines.sortition.model import Ints, Problem
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def split_panel(problem: Problem, panel: Ints) -> Ints | None:
    """Counts per copy (copies x T) summing to ``panel``, each meeting the quotas; None when there is no such split."""
    copies = problem.copies
    if copies == 1:
        return panel[None, :]
    some = np.flatnonzero(panel)
    width = len(some)
    quotas = len(problem.quotas.items)
    body = problem.rows[:quotas, some]
    rows = np.zeros((copies * (quotas + 1) + width, copies * width))
    lower, upper = np.zeros(len(rows)), np.zeros(len(rows))
    for copy in range(copies):
        at, columns = copy * (quotas + 1), slice(copy * width, (copy + 1) * width)
        rows[at : at + quotas, columns] = body
        rows[at + quotas, columns] = 1.0
        lower[at : at + quotas] = problem.lo[:quotas] // copies
        upper[at : at + quotas] = problem.hi[:quotas] // copies
        lower[at + quotas] = upper[at + quotas] = problem.seats // copies
        rows[copies * (quotas + 1) :, columns] = np.eye(width)
    lower[copies * (quotas + 1) :] = upper[copies * (quotas + 1) :] = panel[some]
    columns_upper = np.tile(panel[some].astype(float), copies)
    program = Program(
        np.zeros(copies * width), np.zeros(copies * width), columns_upper, rows, lower, upper, integer=True
    )  # fmt: skip
    if not program.solve_any():
        return None
    parts = np.zeros((copies, len(panel)), dtype=np.int64)
    parts[:, some] = np.rint(program.values).astype(np.int64).reshape(copies, width)
    return parts


class Splitter:
    """Parts people panel after panel; the split of equal counts is worked out once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.number = {member: at for at, group in enumerate(problem.classes) for member in group.members}
        self.known: dict[bytes, Ints] = {}

    def people(self, members: list[int]) -> list[list[int]]:
        """Part the people (indices in the pool) of one draw into its panels."""
        if self.problem.copies == 1:
            return [members]
        panel = np.bincount([self.number[member] for member in members], minlength=len(self.problem.classes))
        key = panel.tobytes()
        if key not in self.known:
            parts = split_panel(self.problem, panel)
            if parts is None:
                raise InputError(
                    Text("ce tirage ne se partage pas en panels", "this draw cannot be parted into panels")
                )
            self.known[key] = parts
        waiting: dict[int, list[int]] = {}
        for member in members:
            waiting.setdefault(self.number[member], []).append(member)
        return [
            sorted(waiting[at].pop() for at in np.flatnonzero(part).tolist() for _ in range(int(part[at])))
            for part in self.known[key]
        ]
