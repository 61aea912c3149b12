"""Identical ballots once, with their number: what makes a million ballots countable in no time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mandat.engines.counting.model import Ballots, IndexArray, IntArray

_MIX = np.uint64(0x9E3779B97F4A7C15)


def _scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finalizer: spreads small integers over 64 bits."""
    z = values * _MIX
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return mixed


def pack(
    *,
    indptr: IntArray,
    indices: IndexArray,
    projects: int,
    points: IntArray | None = None,
    points_scale: int = 1,
    weights: IntArray | None = None,
    ordered: bool = False,
    is_sorted: bool = False,
) -> Ballots:
    """Group equal ballots; sets are sorted, rankings keep their order. O(entries log entries) time.

    ``indptr`` int64[n + 1], ``indices`` int32[entries] in ``range(projects)`` without repetition
    inside a ballot; ``is_sorted`` says that sets already are. Equality is checked entry by entry: hashes only bring candidates together.
    """
    n = len(indptr) - 1
    lengths = np.diff(indptr)
    if not ordered and not is_sorted and len(indices):
        key = np.repeat(np.arange(n, dtype=np.int64), lengths) * projects + indices
        if np.any(key[1:] < key[:-1]):
            order = np.argsort(key, kind="stable")
            indices = indices[order]
            points = None if points is None else points[order]
        del key
    label = _scramble(np.arange(1, projects + 1, dtype=np.uint64))[indices]
    if ordered:
        position = np.arange(len(indices), dtype=np.int64) - np.repeat(indptr[:-1], lengths)
        label = _scramble(label + position.astype(np.uint64))
    if points is not None:
        label = _scramble(label ^ (points.astype(np.uint64) * _MIX))
    sums = np.zeros(len(indices) + 1, dtype=np.uint64)
    np.cumsum(label, out=sums[1:])
    del label
    hashes = sums[indptr[1:]] - sums[indptr[:-1]]
    del sums
    hashes ^= _scramble(lengths.astype(np.uint64))
    order = np.argsort(hashes)
    same = np.zeros(n, dtype=bool)
    if n > 1:
        a, b = order[:-1], order[1:]
        same[1:] = (hashes[a] == hashes[b]) & (lengths[a] == lengths[b])
        _refute(same, order, indptr, indices, points)
    group = np.cumsum(~same) - 1
    # A group is known by its first ballot.
    heads = np.minimum.reduceat(order, np.flatnonzero(~same)) if n else order
    # Packed rows keep the order of first appearance, so that a file packs the same way everywhere.
    rank = np.argsort(heads, kind="stable")
    place = np.empty(len(heads), dtype=np.int32)
    place[rank] = np.arange(len(heads), dtype=np.int32)
    row_of = np.empty(n, dtype=np.int32)
    row_of[order] = place[group] if n else place
    heads = heads[rank]
    count = np.ones(n, dtype=np.int64) if weights is None else weights
    packed_weights = np.bincount(row_of, weights=count, minlength=len(heads)).astype(np.int64)
    if len(heads) == n:
        return Ballots(indptr, indices, packed_weights, points, points_scale, None if weights is not None else row_of)
    packed_lengths = lengths[heads]
    packed_indptr = np.zeros(len(heads) + 1, dtype=np.int64)
    np.cumsum(packed_lengths, out=packed_indptr[1:])
    entry = np.arange(packed_indptr[-1]) + np.repeat(indptr[heads] - packed_indptr[:-1], packed_lengths)
    return Ballots(
        packed_indptr,
        indices[entry],
        packed_weights,
        None if points is None else points[entry],
        points_scale,
        None if weights is not None else row_of,
    )


def _refute(
    same: NDArray[np.bool_], order: IntArray, indptr: IntArray, indices: IndexArray, points: IntArray | None
) -> None:
    """Clear ``same[k]`` where ballots ``order[k - 1]`` and ``order[k]`` share a hash but differ."""
    k = np.flatnonzero(same)
    if not len(k):
        return
    first, second = order[k - 1], order[k]
    lengths = indptr[first + 1] - indptr[first]
    offset = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    left, right = np.repeat(indptr[first], lengths) + offset, np.repeat(indptr[second], lengths) + offset
    differs = indices[left] != indices[right]
    if points is not None:
        differs |= points[left] != points[right]
    if differs.any():
        same[np.unique(np.repeat(k, lengths)[differs])] = False
