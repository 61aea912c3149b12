"""What invented voters put in a participatory budget: their département, a theme or two, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mandat.apps.ballots.models import Poll
from mandat.apps.budgeting.models import Project


def ballots(poll: Poll, count: int, chance: np.random.Generator) -> Iterator[tuple[dict[str, list[str]], str]]:
    """Ballots within the budget where the vote asks it, and the area of each voter."""
    # In the order of their studies: references are drawn at random, what is voted is not.
    projects = list(Project.objects.filter(outcome__list__poll=poll.reference).order_by("pk"))
    codes = [one.reference for one in projects]
    costs = np.array([float(one.cost_euros) for one in projects])
    areas = [one.area.partition(":")[2][:2] for one in projects]
    budget = float(poll.budget or 0) if poll.rules.type == "knapsack" else float("inf")
    weights = {"18": 0.115, "28": 0.167, "36": 0.084, "37": 0.239, "41": 0.128, "45": 0.267}
    homes = chance.choice(list(weights), size=count, p=list(weights.values()))
    taste = chance.gumbel(size=(8, len(codes)))
    groups = chance.integers(0, 8, size=count)
    noise = chance.gumbel(size=(count, len(codes)))
    near = {home: np.array([1.6 if area == home else 0.0 for area in areas]) for home in weights}
    wanted = chance.integers(1, min(8, len(codes)) + 1, size=count)
    for voter in range(count):
        home = str(homes[voter])
        order = np.argsort(-(taste[groups[voter]] + near[home] + noise[voter]))
        chosen: list[str] = []
        left = budget
        for place in order:
            if len(chosen) >= wanted[voter]:
                break
            if costs[place] <= left:
                chosen.append(codes[place])
                left -= costs[place]
        yield {"approved": sorted(chosen)}, f"departement:{home}"
