"""Would other people, drawn from the same public, have given the same groups?

Each resample draws participants with replacement, finds axes and groups again with the same number of groups, places
every original participant on that new map and compares the two partitions: the adjusted Rand index (Hubert and Arabie,
1985; 1 identical, 0 as by chance) and, for each group, the best overlap found (Jaccard; Hennig, 2007).

The axes of a resample are sought among the ``AXES`` leading ones of the whole conversation, where it is exact and
fast (bootstrap of principal components by rotations: Fisher, Caffo, Schwartz and Zipunnikov, 2016); means used for
missing votes are kept. Above ``LARGEST_SAMPLE`` participants each resample draws that many (m out of n), which can
only show less stability than there is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.kmeans import lloyd, nearest
from mandat.engines.opinion.projection import Projection, deviations, votes_in_scale
from mandat.engines.opinion.votes import Floats, Ints, VoteMatrix

LARGEST_SAMPLE = 2_000
RESAMPLES = 50


@dataclass(frozen=True, slots=True)
class Stability:
    """``rand`` mean adjusted Rand index, ``low`` and ``high`` its 5th and 95th percentiles over ``resamples``;
    ``groups`` mean best overlap of each group, in [0, 1]."""

    resamples: int
    sample: int
    rand: float
    low: float
    high: float
    groups: tuple[float, ...]


def contingency(first: Ints, second: Ints) -> Ints:
    """(a, b) how many are in group i of ``first`` and j of ``second``."""
    rows, columns = int(first.max(initial=-1)) + 1, int(second.max(initial=-1)) + 1
    return np.bincount(first * columns + second, minlength=rows * columns).reshape(rows, columns)


def adjusted_rand(first: Ints, second: Ints) -> float:
    """Adjusted Rand index of two partitions of the same people, labels from 0; 1 when both are trivial and equal."""
    table = contingency(first, second).astype(np.float64)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1) / 2).sum())

    n = len(first)
    together, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    if n < 2:
        return 1.0
    expected = rows * columns / (n * (n - 1) / 2)
    largest = (rows + columns) / 2
    return 1.0 if largest == expected else (together - expected) / (largest - expected)


def best_overlaps(first: Ints, second: Ints) -> Floats:
    """For each group of ``first`` its greatest Jaccard overlap with a group of ``second``."""
    table = contingency(first, second)
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return np.asarray((table / np.maximum(union, 1)).max(axis=1))


def resampled_stability(
    votes: VoteMatrix,
    projection: Projection,
    members: Ints,
    labels: Ints,
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> Stability | None:
    """Stability of the groups ``labels`` (0 to k - 1) of the participants ``members`` (row numbers).

    None with fewer than two groups or no resample. O(resamples · sample · AXES).
    """
    k = int(labels.max(initial=-1)) + 1
    if k < 2 or resamples < 1:
        return None
    generator = np.random.default_rng([seed, 1])
    size = min(len(members), LARGEST_SAMPLE)
    judged = np.arange(len(members))
    if size < len(members):
        judged = np.sort(generator.permutation(len(members))[: 2 * size])
    sub, truth = votes.take(members[judged]), labels[judged]
    reduced = _reduced(sub, projection)
    scale = np.sqrt(sub.shape[1] / np.maximum(1, votes_in_scale(sub)))[:, None]
    scores, overlaps = [], []
    for _ in range(resamples):
        drawn = generator.integers(0, len(judged), size)
        weights = np.bincount(drawn, minlength=len(judged)).astype(np.float64)
        mean = weights @ reduced / size
        centred = reduced - mean
        spread = (centred * weights[:, None]).T @ centred
        axes = np.linalg.eigh(spread)[1][:, :-3:-1]
        places = (centred @ axes) * scale
        # Starting from the known groups asks whether they still hold, not whether a start was lucky.
        start = _centres(places, truth, weights, k)
        inside = weights > 0
        found = lloyd(places[inside], weights[inside], start, rounds=50).centres
        fresh, _ = nearest(places, found)
        scores.append(adjusted_rand(truth, fresh))
        overlaps.append(best_overlaps(truth, fresh))
    return Stability(
        resamples=resamples,
        sample=size,
        rand=float(np.mean(scores)),
        low=float(np.quantile(scores, 0.05)),
        high=float(np.quantile(scores, 0.95)),
        groups=tuple(float(value) for value in np.mean(overlaps, axis=0)),
    )


def _reduced(votes: VoteMatrix, projection: Projection) -> Floats:
    """(n, AXES) places on the leading axes of the conversation."""
    out = np.zeros((votes.shape[0], projection.axes.shape[1]))
    for start, stop in votes.blocks():
        out[start:stop] = deviations(votes, projection.means, start, stop) @ projection.axes
    return out


def _centres(places: Floats, labels: Ints, weights: Floats, k: int) -> Floats:
    mass = np.bincount(labels, weights, minlength=k)
    sums = np.stack([np.bincount(labels, weights * places[:, axis], minlength=k) for axis in (0, 1)], axis=1)
    plain = np.stack([np.bincount(labels, places[:, axis], minlength=k) for axis in (0, 1)], axis=1)
    members = np.maximum(np.bincount(labels, minlength=k), 1)
    return np.where(mass[:, None] > 0, sums / np.where(mass > 0, mass, 1.0)[:, None], plain / members[:, None])
