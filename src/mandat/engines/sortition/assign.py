"""From counts per class to people: who sits on which numbered panel.

Members of a class take turns, in an order drawn from the seed, so that over all numbered panels their chances
differ by at most one panel, and are exactly equal before the seed is drawn. Where households of one composition
are limited, their members are dealt like cards: class after class around the table of households, which keeps every
household within its limit (a household gets at most the total divided by the households, rounded up).
"""

from __future__ import annotations

from collections.abc import Iterable

from mandat.engines.sortition.chance import SeededDraw
from mandat.engines.sortition.model import Ints, Problem


class Assigner:
    """Deals people panel after panel; the outcome depends on the problem, the seed and the panels only."""

    def __init__(self, problem: Problem, seed: str) -> None:
        self.problem = problem
        self.draw = SeededDraw(seed, "people")
        self.turns = [self.draw.shuffled(group.members) for group in problem.classes]
        self.next = [0] * len(self.turns)
        self.tables = [self.draw.shuffled(range(len(kind.households))) for kind in problem.compositions]
        self.used: dict[int, int] = dict.fromkeys((m for group in problem.classes for m in group.members), 0)
        self.rank = {member: place for turn in self.turns for place, member in enumerate(turn)}

    def people(self, panel: Ints) -> list[int]:
        """Indices in the pool of the people of one panel (T counts), ascending."""
        chosen: list[int] = []
        for number, group in enumerate(self.problem.classes):
            if group.composition < 0:
                turn, count = self.turns[number], int(panel[number])
                start = self.next[number]
                chosen += [turn[(start + step) % len(turn)] for step in range(count)]
                self.next[number] = (start + count) % len(turn)
        for number, kind in enumerate(self.problem.compositions):
            used = [sum(self.used[m] for part in home for m in part) for home in kind.households]
            table = sorted(self.tables[number], key=used.__getitem__)
            seat = 0
            for place, group_number in enumerate(kind.classes):
                for _ in range(int(panel[group_number])):
                    home = kind.households[table[seat % len(table)]][place]
                    seat += 1
                    free = [member for member in home if member not in chosen]
                    chosen.append(min(free, key=lambda member: (self.used[member], self.rank[member])))
        for member in chosen:
            self.used[member] += 1
        return sorted(chosen)


def assign(problem: Problem, panels: Iterable[Ints], seed: str) -> list[list[int]]:
    """People of each panel in turn (see ``Assigner``)."""
    assigner = Assigner(problem, seed)
    return [assigner.people(panel) for panel in panels]
