"""Opinion groups: how many, and who.

The number of groups is the one with the best mean silhouette (Rousseeuw, 1987) among 2 to
``max_groups`` and, as published, no more than 2 + base clusters / 12. Up to ``EXACT_LIMIT``
participants, silhouettes are computed over every pair. Above, as the published software does,
participants are first gathered in 100 base clusters, weighted by their size; the groups found
among these then start a last k-means over every participant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.kmeans import Clustering, distinct_count, kmeans, lloyd, nearest, own_order
from mandat.engines.opinion.votes import Floats, Ints

BASE_CLUSTERS = 100
#: Participants up to which every pair is compared: 4,000 make 16 million distances.
EXACT_LIMIT = 4_000
_SAMPLE = 5_000
_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """``labels`` (points,) from 0, largest group first; ``centres`` (k, 2); ``silhouettes`` {k: mean silhouette}.

    With no two distinct points there is one group and no silhouette. ``exact`` tells whether silhouettes
    compare every pair of participants or weighted base clusters.
    """

    labels: Ints
    centres: Floats
    silhouettes: dict[int, float]
    exact: bool

    @property
    def k(self) -> int:
        return len(self.centres)


def silhouettes(points: Floats, weights: Floats, labellings: list[Ints]) -> list[Floats]:
    """For each labelling (n,), the silhouette (n,) of each weighted point: (b - a) / max(a, b).

    A point of weight w stands for w people at the same place, so ``a`` averages over the weight of its
    cluster minus one. A cluster of one person has silhouette 0. O(n²) time, blocks of bounded memory.
    """
    n = len(points)
    sizes = [int(labels.max()) + 1 if n else 0 for labels in labellings]
    ends = np.cumsum([0, *sizes])
    member = np.zeros((n, ends[-1]))
    for labels, start in zip(labellings, ends, strict=False):
        member[np.arange(n), labels + start] = weights
    totals = np.empty_like(member)
    step = max(1, _BLOCK // max(1, n))
    for start in range(0, n, step):
        part = points[start : start + step]
        distance = (part[:, :1] - points[:, 0]) ** 2
        distance += (part[:, 1:2] - points[:, 1]) ** 2
        np.sqrt(distance, out=distance)
        totals[start : start + step] = distance @ member
    return [
        _silhouettes(totals[:, a:b], member[:, a:b].sum(axis=0), labels)
        for labels, a, b in zip(labellings, ends, ends[1:], strict=False)
    ]


def _silhouettes(totals: Floats, mass: Floats, labels: Ints) -> Floats:
    n, k = totals.shape
    if k < 2:
        return np.zeros(n)
    own = np.arange(n), labels
    others = mass[labels] - 1.0
    a = np.divide(totals[own], others, out=np.zeros(n), where=others > 1e-9)
    means = totals / np.where(mass > 0, mass, 1.0)
    means[:, mass == 0] = np.inf
    means[own] = np.inf
    b = means.min(axis=1)
    top = np.maximum(a, b)
    out: Floats = np.divide(b - a, top, out=np.zeros(n), where=(top > 0) & (others > 1e-9) & np.isfinite(b))
    return out


def mean_silhouettes(points: Floats, weights: Floats, labellings: dict[int, Ints]) -> dict[int, float]:
    """Weighted mean silhouette of several clusterings of the same points."""
    total = weights.sum()
    every = silhouettes(points, weights, list(labellings.values()))
    return {k: float(weights @ one / total) for k, one in zip(labellings, every, strict=True)}


def base_clusters(points: Floats, *, count: int = BASE_CLUSTERS, seed: int) -> tuple[Floats, Floats]:
    """(b, 2) centres and (b,) numbers of people of at most ``count`` base clusters, empty ones left out.

    Centres are found on a regular sample of the points in their own order, then every point is assigned
    and each centre moved to the mean of its people. O(n·count).
    """
    order = own_order(points)
    sample = points[order[np.linspace(0, len(points) - 1, min(len(points), _SAMPLE)).astype(np.int64)]]
    fresh = np.unique(sample, axis=0)
    if len(fresh) <= count:
        centres = fresh
    else:
        generator = np.random.default_rng([seed, count])
        start = _spread(sample, count, generator)
        centres = lloyd(sample, np.ones(len(sample)), start, rounds=20).centres
    labels, _ = nearest(points, centres)
    people = np.bincount(labels, minlength=len(centres)).astype(np.float64)
    kept = people > 0
    moved = np.stack([np.bincount(labels, points[:, axis], minlength=len(centres)) for axis in (0, 1)], axis=1)
    return moved[kept] / people[kept, None], people[kept]


def _spread(points: Floats, count: int, generator: np.random.Generator) -> Floats:
    chosen = [points[int(generator.integers(len(points)))]]
    distance = ((points - chosen[0]) ** 2).sum(axis=1)
    while len(chosen) < count:
        running = np.cumsum(distance)
        chosen.append(points[min(int(np.searchsorted(running, generator.random() * running[-1])), len(points) - 1)])
        distance = np.minimum(distance, ((points - chosen[-1]) ** 2).sum(axis=1))
    return np.stack(chosen)


def find_groups(
    points: Floats, *, max_groups: int = 5, seed: int = 0, exact_limit: int = EXACT_LIMIT, only: int | None = None
) -> Grouping:
    """Group places on the map (n, 2). ``only`` forces a number of groups instead of choosing it."""
    n = len(points)
    if n == 0:
        return Grouping(np.zeros(0, np.int64), np.zeros((0, 2)), {}, exact=True)
    exact = n <= exact_limit
    shown, weights = (points, np.ones(n)) if exact else base_clusters(points, seed=seed)
    distinct = distinct_count(shown, BASE_CLUSTERS)
    largest = min(max_groups, 2 + distinct // 12, distinct)
    tried = range(2, largest + 1) if only is None else range(only, min(only, distinct) + 1)
    found: dict[int, Clustering] = {k: kmeans(shown, weights, k, seed=seed) for k in tried}
    if not found or min(found) < 2:
        return Grouping(np.zeros(n, np.int64), points.mean(axis=0)[None, :], {}, exact)
    scores = mean_silhouettes(shown, weights, {k: one.labels for k, one in found.items()})
    # Fewer groups win a tie, rounding aside.
    best = max(scores.values())
    chosen = found[min(k for k, score in scores.items() if score >= best - 1e-12)]
    if not exact:
        chosen = lloyd(points, np.ones(n), chosen.centres)
    return Grouping(chosen.labels, chosen.centres, scores, exact)
