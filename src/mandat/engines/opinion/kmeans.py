"""k-means on weighted points of the plane: several starts at once, the least inertia wins.

Deterministic: the points are first put in an order of their own (by their coordinates), so the
result does not depend on the order in which they came; random starts use the seed given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.votes import Floats, Ints

LARGEST_ROUNDS = 300
RANDOM_STARTS = 6
#: Rounds given to every start before the best ones go on alone, and how many of these go on.
_TRIAL_ROUNDS = 12
_FINALISTS = 3
#: Points times clusters compared at a time: bounds the memory of one pass.
_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """``centres`` (k, 2) in decreasing order of weight; ``labels`` (n,) the nearest one; ``inertia`` Σ w·distance²."""

    centres: Floats
    labels: Ints
    inertia: float


def own_order(points: Floats) -> Ints:
    """An order that depends on the points alone, up to points equal to nine significant digits."""
    scale = float(np.abs(points).max()) if len(points) else 0.0
    rounded = np.round(points / scale, 9) if scale else points
    return np.asarray(np.lexsort((rounded[:, 1], rounded[:, 0])))


def nearest(points: Floats, centres: Floats) -> tuple[Ints, Floats]:
    """For each point its nearest centre (the first of equals) and the squared distance to it."""
    labels, distances = np.empty(len(points), np.int64), np.empty(len(points))
    step = max(1, _BLOCK // max(1, len(centres)))
    for start in range(0, len(points), step):
        part = points[start : start + step]
        squared = (part[:, :1] - centres[:, 0]) ** 2
        squared += (part[:, 1:2] - centres[:, 1]) ** 2
        found = squared.argmin(axis=1)
        labels[start : start + step] = found
        distances[start : start + step] = squared[np.arange(len(part)), found]
    return labels, distances


def lloyd(points: Floats, weights: Floats, centres: Floats, *, rounds: int = LARGEST_ROUNDS) -> Clustering:
    """Assign and average until nothing moves. A cluster that empties keeps its centre. O(n·k) a round."""
    k = len(centres)
    labels, distances = nearest(points, centres)
    for _ in range(rounds):
        mass = np.bincount(labels, weights, minlength=k)
        centres = centres.copy()
        for axis in (0, 1):
            total = np.bincount(labels, weights * points[:, axis], minlength=k)
            centres[:, axis] = np.where(mass > 0, total / np.where(mass > 0, mass, 1.0), centres[:, axis])
        moved, distances = nearest(points, centres)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return _ordered(labels, centres, weights, float(weights @ distances))


def _ordered(labels: Ints, centres: Floats, weights: Floats, inertia: float) -> Clustering:
    """Clusters renumbered by decreasing weight, then by their centre."""
    mass = np.bincount(labels, weights, minlength=len(centres))
    order = np.lexsort((centres[:, 1], centres[:, 0], -np.round(mass, 6)))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return Clustering(centres[order], place[labels], inertia)


def distinct_count(points: Floats, enough: int) -> int:
    """Number of distinct points, counted no further than ``enough``."""
    if len(points) > 10_000 and enough < 1_000:
        some = len(np.unique(points[:5_000], axis=0))
        if some >= enough:
            return enough
    return min(enough, len(np.unique(points, axis=0)))


def kmeans(points: Floats, weights: Floats, k: int, *, seed: int) -> Clustering:
    """Best of: the farthest-first start, the start the published software uses, and seeded k-means++ starts.

    ``points`` (n, 2), ``weights`` (n,) positive, at least ``k`` distinct points.
    """
    order = own_order(points)
    ordered, mass = points[order], weights[order]
    generator = np.random.default_rng([seed, k])
    starts = [_farthest_first(ordered, mass, k), _first_distinct(ordered, k)]
    starts += [_plus_plus(ordered, mass, k, generator) for _ in range(RANDOM_STARTS)]
    centres, inertias = _lloyd_together(ordered, mass, np.stack(starts))
    ranked = np.argsort(np.round(inertias / max(float(inertias.min()), 1e-300), 9), kind="stable")
    # The published start always goes on, so that the result is never worse than what it leads to.
    finalists = [centres[1]]
    for place in ranked:
        if len(finalists) <= _FINALISTS and not any(np.allclose(centres[place], one) for one in finalists):
            finalists.append(centres[place])
    results = [lloyd(points, weights, candidate) for candidate in finalists]
    best = min(result.inertia for result in results)
    # Inertias equal but for rounding are a tie: the first of the list decides.
    return next(result for result in results if result.inertia <= best * (1 + 1e-9) + 1e-300)


def _lloyd_together(points: Floats, weights: Floats, centres: Floats) -> tuple[Floats, Floats]:
    """A few rounds of several starts side by side: (starts, k, 2) centres in and out, sorted, and their inertias."""
    starts, k, _ = centres.shape
    offsets = np.arange(starts)[:, None] * k
    tiled = [np.tile(column, starts) for column in (weights, weights * points[:, 0], weights * points[:, 1])]
    labels = np.full((starts, len(points)), -1)
    for _ in range(_TRIAL_ROUNDS):
        squared = (points[None, :, 0, None] - centres[:, None, :, 0]) ** 2
        squared += (points[None, :, 1, None] - centres[:, None, :, 1]) ** 2
        moved = squared.argmin(axis=2)
        if np.array_equal(moved, labels):
            break
        labels = moved
        flat = (labels + offsets).ravel()
        mass, x, y = (np.bincount(flat, values, minlength=starts * k) for values in tiled)
        full = mass > 0
        safe = np.where(full, mass, 1.0)
        old = centres.reshape(-1, 2)
        centres = np.stack([np.where(full, x / safe, old[:, 0]), np.where(full, y / safe, old[:, 1])], axis=1).reshape(
            starts, k, 2
        )
    inertias = squared.min(axis=2) @ weights
    return np.stack([one[np.lexsort((one[:, 1], one[:, 0]))] for one in centres]), inertias


def _farthest_first(points: Floats, weights: Floats, k: int) -> Floats:
    mean = np.average(points, axis=0, weights=weights)
    chosen: list[Floats] = []
    distance = ((points - mean) ** 2).sum(axis=1)
    for _ in range(k):
        chosen.append(points[int(np.argmax(distance))])
        closer = ((points - chosen[-1]) ** 2).sum(axis=1)
        distance = closer if len(chosen) == 1 else np.minimum(distance, closer)
    return np.stack(chosen)


def _first_distinct(points: Floats, k: int) -> Floats:
    """The first ``k`` distinct points in their own order."""
    fresh = np.append(True, (points[1:] != points[:-1]).any(axis=1))
    return points[np.flatnonzero(fresh)[:k]]


def _plus_plus(points: Floats, weights: Floats, k: int, generator: np.random.Generator) -> Floats:
    """k-means++ (Arthur and Vassilvitskii, 2007): each next start drawn with probability ∝ weight × distance²."""
    chosen = [points[_draw(weights, generator)]]
    distance = ((points - chosen[0]) ** 2).sum(axis=1)
    while len(chosen) < k:
        chosen.append(points[_draw(weights * distance, generator)])
        distance = np.minimum(distance, ((points - chosen[-1]) ** 2).sum(axis=1))
    return np.stack(chosen)


def _draw(chances: Floats, generator: np.random.Generator) -> int:
    running = np.cumsum(chances)
    return min(int(np.searchsorted(running, generator.random() * running[-1], side="right")), len(chances) - 1)
