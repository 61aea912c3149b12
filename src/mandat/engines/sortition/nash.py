"""Nash welfare over fractional panels: the greatest product of people's probabilities.

Maximise ``sum_t caps_t log p_t`` with Clarabel's exponential cones, after setting aside classes no panel can hold.
The bound is rigorous whatever the solver's accuracy: the objective is concave, so with the prices ``caps / p`` at
any point, no panel exceeds ``F(p) + max_x prices (x/caps - p)``, and that maximum is a linear program over the
relaxation (Frank and Wolfe's gap).
"""

from __future__ import annotations

from dataclasses import replace

import clarabel
import numpy as np
from scipy import sparse

from mandat.engines.sortition.highs import INF, Program
from mandat.engines.sortition.model import Floats, Problem
from mandat.engines.sortition.relax import FIXED, InfeasibleError, Target, linear_rows, relaxed_leximin, relaxed_maximin


def relaxed_nash(problem: Problem) -> Target:
    """The fractional panel of greatest geometric mean of probabilities (of people some panel can hold)."""
    minimum = relaxed_maximin(problem)
    counted = counted_classes(problem, minimum)
    if not (counted > 0).any():
        return replace(relaxed_leximin(problem), bound=1.0)
    p = _clarabel(problem, counted)
    return Target(p=p, bound=geometric_bound(problem, p, counted), minimum_bound=minimum)


def counted_classes(problem: Problem, minimum: float) -> Floats:
    """Weights of the classes in the product: their people, or 0 for kept people and for who can be on no panel."""
    counted = np.where(problem.free, problem.caps, 0).astype(float)
    if minimum > FIXED:
        return counted
    rows, lower, upper = linear_rows(problem)
    columns = len(problem.caps)
    program = Program(
        np.zeros(columns), problem.low.astype(float), problem.caps.astype(float), rows, lower, upper
    )  # fmt: skip
    for group in np.flatnonzero(problem.free):
        cost = np.zeros(columns)
        cost[group] = 1.0
        program.set_cost(cost)
        if not program.solve():
            raise InfeasibleError
        if program.objective <= 1e-7:
            counted[group] = 0.0
    return counted


def geometric_mean(problem: Problem, p: Floats, counted: Floats) -> float:
    """The geometric mean of the probabilities of the people counted; 0 when one of them has none."""
    inside = counted > 0
    if not inside.any():
        return 1.0
    if (p[inside] <= 0).any():
        return 0.0
    return float(np.exp(counted[inside] @ np.log(p[inside]) / counted.sum()))


def geometric_bound(problem: Problem, p: Floats, counted: Floats) -> float:
    """No lottery has a greater geometric mean (see the module)."""
    inside = counted > 0
    if not inside.any():
        return 1.0
    safe = np.maximum(p, 1e-12)
    rows, lower, upper = linear_rows(problem)
    prices = np.where(inside, counted / (safe * problem.caps), 0.0)
    scale = prices.max()
    program = Program(
        prices / scale, problem.low.astype(float), problem.caps.astype(float), rows, lower, upper
    )  # fmt: skip
    if not program.solve():
        raise InfeasibleError
    slack = max(program.objective * scale - float(counted.sum()), 0.0)
    mean = float(np.exp(counted[inside] @ np.log(safe[inside]) / counted.sum()))
    return mean * float(np.exp(slack / counted.sum()))


def _clarabel(problem: Problem, counted: Floats) -> Floats:
    rows, lower, upper = linear_rows(problem)
    inside = np.flatnonzero(counted > 0)
    fixed = np.where(problem.free, 0.0, problem.caps)
    rest = rows @ fixed
    count = len(inside)
    body = rows[:, inside] * problem.caps[inside]
    equal = (upper - lower) < 1e-12
    # A redundant equality (each category sums to the seats) is no harm to an interior point method.
    blocks = [sparse.csc_matrix(np.hstack([body[equal], np.zeros((int(equal.sum()), count))]))]
    sides = [(upper - rest)[equal]]
    above, below = ~equal & (upper < INF), ~equal & (lower > -INF)
    unequal = np.vstack([body[above], -body[below], np.eye(count), -np.eye(count)])
    blocks.append(sparse.csc_matrix(np.hstack([unequal, np.zeros((len(unequal), count))])))
    sides += [(upper - rest)[above], -(lower - rest)[below], np.ones(count), np.zeros(count)]
    # Exponential cones (t_i, 1, p_i): exp(t_i) <= p_i.
    place = np.arange(count)
    cone = sparse.csc_matrix(
        (-np.ones(2 * count), (np.concatenate([3 * place, 3 * place + 2]), np.concatenate([place + count, place]))),
        shape=(3 * count, 2 * count),
    )
    side = np.zeros(3 * count)
    side[1::3] = 1.0
    blocks.append(cone)
    sides.append(side)
    cost = np.concatenate([np.zeros(count), -counted[inside] / counted.sum()])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
    settings.max_iter = 300
    cones = [clarabel.ZeroConeT(int(equal.sum())), clarabel.NonnegativeConeT(len(unequal))]
    cones += [clarabel.ExponentialConeT() for _ in range(count)]
    solver = clarabel.DefaultSolver(
        sparse.csc_matrix((2 * count, 2 * count)),
        cost,
        sparse.vstack(blocks, format="csc"),
        np.concatenate(sides),
        cones,
        settings,
    )
    solution = solver.solve()
    first = len(sides[0])
    tight = np.array(solution.z)[first : first + len(unequal)] > np.array(solution.s)[first : first + len(unequal)]
    p = np.where(problem.free, 0.0, 1.0)
    p[inside] = _polish(
        np.clip(np.array(solution.x)[:count], 0.0, 1.0),
        counted[inside],
        np.vstack([body[equal], unequal[tight]]),
        np.concatenate([sides[0], np.concatenate(sides[1:5])[tight]]),
    )
    return p


def _polish(p: Floats, weights: Floats, rows: Floats, sides: Floats) -> Floats:
    """Newton's method on the bounds that bind: the cones stop at a gap whose square root is the error of p.

    Steps come from the optimality conditions of ``max weights @ log p`` under ``rows @ p = sides``; a step that
    leaves the positive numbers or does not settle gives back the starting point.
    """
    point = p.copy()
    for _ in range(30):
        if (point <= 0).any():
            return p
        inverse = point * point / weights
        scaled = rows * inverse
        prices, *_ = np.linalg.lstsq(scaled @ rows.T, rows @ (2 * point) - sides, rcond=1e-13)
        step = point - inverse * (rows.T @ prices)
        length = float(np.abs(step / point).max())
        point = point + step * min(1.0, 0.5 / length if length else 1.0)
        if length < 1e-13:
            break
    settled = length < 1e-9 and float(np.abs(point - p).max()) < 1e-3
    return np.clip(point, 0.0, 1.0) if settled else p
