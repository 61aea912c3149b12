"""The optimal lottery: relax, decompose, and cut until both meet.

1. Solve the objective over fractional panels (``relax``, ``nash``): an upper bound for every lottery.
2. Write that fractional panel as a lottery of real panels (``decompose``). When it works, the lottery is optimal.
3. When it cannot be, the decomposition returns an inequality that every panel satisfies and the fractional panel
   breaks; add it to the relaxation and start again. Each round tightens the bound, and the last one is the certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Literal, get_args

import numpy as np

from mandat.engines.sortition.decompose import Mix, decompose, mix, pack
from mandat.engines.sortition.legacy import legacy_lottery
from mandat.engines.sortition.model import Certificate, Floats, Ints, Lottery, Problem, average
from mandat.engines.sortition.nash import counted_classes, geometric_mean, relaxed_nash
from mandat.engines.sortition.panels import PanelSource
from mandat.engines.sortition.relax import (
    InfeasibleError,
    Target,
    goldilocks_value,
    relaxed_goldilocks,
    relaxed_leximin,
)

Objective = Literal["maximin", "leximin", "nash", "goldilocks", "legacy"]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
ENOUGH = 1e-7
CUTS = 200


def optimal_lottery(
    problem: Problem,
    *,
    objective: Objective = "leximin",
    seed: int = 0,
    legacy_panels: int = 1000,
    progress: Callable[[str, float], None] | None = None,
) -> Lottery:
    """The lottery over panels that is best for ``objective``, with its certificate.

    ``maximin`` raises the lowest probability, ``leximin`` then the second lowest and so on, ``nash`` the product,
    ``goldilocks`` keeps both ends near equality, ``legacy`` is the usual greedy draw (estimated from
    ``legacy_panels`` draws) for comparison. ``seed`` steers the search for panels, never the probabilities of an
    optimum that is unique. Raises InfeasibleError when no panel meets the quotas.
    """
    report = progress or (lambda _stage, _share: None)
    source = PanelSource(problem, seed)
    if objective == "legacy":
        return legacy_lottery(problem, source, panels=legacy_panels, report=report)
    panels: list[Ints] = []
    for round_ in range(CUTS):
        report("relaxation", 0.0)
        target = relaxed(problem, objective)
        report("panels", min(round_ / 10, 0.9))
        if problem.cuts:
            found = mix(problem, target.p, panels, source, whole=True)
        else:
            found = decompose(problem, target.p, source, report=report)
        if not found.panels:
            raise InfeasibleError
        if found.short <= ENOUGH or found.cut is None:
            break
        panels = found.tried or found.panels
        problem = replace(problem, cuts=(*problem.cuts, found.cut))
    report("panels", 1.0)
    return _lottery(problem, objective, target, found)


def relaxed(problem: Problem, objective: Objective) -> Target:
    """The best fractional panel for an objective."""
    if objective == "nash":
        return relaxed_nash(problem)
    if objective == "goldilocks":
        return relaxed_goldilocks(problem)
    return relaxed_leximin(problem)


def _lottery(problem: Problem, objective: Objective, target: Target, found: Mix) -> Lottery:
    panels, weights = pack(found)
    p = _tidy(average(weights, panels) / problem.caps)
    free = problem.free
    least = float(p[free].min()) if free.any() else 1.0
    value, bound = least, target.minimum_bound
    if objective == "nash":
        value, bound = geometric_mean(problem, p, counted_classes(problem, target.minimum_bound)), target.bound
    elif objective == "goldilocks":
        value, bound = goldilocks_value(problem, p), target.bound
    certificate = Certificate(
        objective=objective,
        value=value,
        bound=bound,
        gap=abs(bound - value) if np.isfinite(bound) else 0.0,
        minimum_bound=max(target.minimum_bound, least),
        distance=float(np.abs(p - target.p).max()),
        cuts=len(problem.cuts),
    )
    return Lottery(problem=problem, panels=panels, weights=weights, probabilities=p, certificate=certificate)


def _tidy(p: Floats) -> Floats:
    """Give a probability a hair from a simple fraction that fraction's float: 1/11 rather than 0.09090909090909088."""
    tidy = [float(Fraction(value).limit_denominator(10_000)) for value in p.tolist()]
    return np.where(np.abs(np.array(tidy) - p) < 1e-14, tidy, p)
