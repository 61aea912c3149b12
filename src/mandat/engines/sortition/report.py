"""What the report of a draw shows, as plain values: probabilities by type, quotas, chart, certificate. No names."""

from __future__ import annotations

from typing import Any

import numpy as np

from mandat.engines.sortition.infeasible import Relaxation
from mandat.engines.sortition.model import Lottery

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 320, 56, 16, 40


def report_values(
    lottery: Lottery,
    document: dict[str, Any],
    lottery_hash: str,
    relaxation: Relaxation | None,
    panel: int | None,
    number: str | None,
) -> dict[str, Any]:
    """Values for ``draw.html.jinja``. ``panel``: the one the public ``number`` designated, if it is known."""
    problem = lottery.problem
    free = [t for t in range(len(problem.classes)) if problem.free[t]]
    people = sum(len(problem.classes[t].members) for t in free)
    seats = problem.seats - int(problem.low.sum())
    order = sorted(free, key=lambda t: (lottery.probabilities[t], problem.classes[t].features))
    types = [
        {
            "features": problem.classes[t].features,
            "people": len(problem.classes[t].members),
            "probability": float(lottery.probabilities[t]),
            "lottery": document["types"][t]["in_this_lottery"],
        }
        for t in order
    ]
    sums = problem.rows @ (problem.caps * lottery.probabilities)
    pool_counts = (problem.rows @ problem.caps).astype(int)
    quotas = [
        {
            "category": quota.category,
            "value": quota.value,
            "low": int(problem.lo[row]),
            "high": int(problem.hi[row]),
            "people": int(pool_counts[row]),
            "expected": float(sums[row]),
        }
        for row, quota in enumerate(problem.quotas.items)
    ]
    drawn = None
    if panel is not None:
        tickets = [ticket for part in document["panels"][panel] for ticket in part]
        counts = np.bincount([int(t.partition(".")[0]) - 1 for t in tickets], minlength=len(problem.classes))
        drawn = [
            {
                "features": problem.classes[t].features,
                "seats": int(counts[t]),
                "probability": float(lottery.probabilities[t]),
            }
            for t in np.flatnonzero(counts)
        ]
    return {
        "certificate": lottery.certificate,
        "document": document,
        "lottery_hash": lottery_hash,
        "people": people,
        "seats": seats,
        "distinct": len(lottery.panels),
        "minimum": lottery.minimum,
        "categories": problem.pool.categories,
        "types": types,
        "quotas": quotas,
        "drawn": drawn,
        "panel": panel,
        "number": number,
        "relaxed": [] if relaxation is None else [str(change.text) for change in relaxation.changes],
        "chart": _chart(types, people, seats),
    }


def _chart(types: list[dict[str, Any]], people: int, seats: int) -> dict[str, Any]:
    """A staircase: people from the lowest probability to the highest, and the line of equal chances."""
    highest = max((kind["probability"] for kind in types), default=1.0)
    top = max(highest, seats / people if people else 1.0) * 1.05 or 1.0
    across, down = WIDTH - LEFT - 8, HEIGHT - TOP - BOTTOM

    def y(value: float) -> float:
        return round(TOP + down * (1 - value / top), 1)

    points, seen = [], 0
    for kind in types:
        x0 = LEFT + across * seen / max(people, 1)
        seen += kind["people"]
        x1 = LEFT + across * seen / max(people, 1)
        points += [f"{x0:.1f},{y(kind['probability'])}", f"{x1:.1f},{y(kind['probability'])}"]
    ticks = [{"y": y(top * share), "value": top * share} for share in (0.0, 0.25, 0.5, 0.75, 0.95)]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - 8,
        "bottom": HEIGHT - BOTTOM,
        "points": " ".join(points),
        "equal": y(seats / people) if people else y(0.0),
        "ticks": ticks,
    }
