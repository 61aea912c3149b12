"""A map kept up to date vote by vote, with a bound on how far it is from a full refit.

A vote on statement j changes the mean of j only, so only row and column j of the Gram matrix: these are computed anew
from the participants who voted on j, everything else stays exact. The axes then start from the previous ones and take
a few block Krylov steps; groups start from the previous centres. The number of groups is chosen again only by a refit.

Bound: with orthonormal W (m, 2), Ritz values Λ, residual R = GW - WΛ, and every other eigenvalue of the compressed
matrix below σ, the plane of the map is within ‖R‖ / (λ₂ - σ - ‖R‖) of the true one in sine (Davis and Kahan, 1970).
σ is certified by a Cholesky factorisation, not assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from mandat.engines.opinion.changes import Vote, apply_votes
from mandat.engines.opinion.grouping import Grouping, find_groups
from mandat.engines.opinion.kmeans import lloyd
from mandat.engines.opinion.mapping import OpinionMap, Settings, complete, members_of
from mandat.engines.opinion.projection import (
    AXES,
    assemble,
    deviations,
    eigen_top,
    gram_matrix,
    renewed_means,
    statement_means,
    with_signs,
)
from mandat.engines.opinion.votes import Floats, Ints, VoteMatrix

#: Residual, relative to the greatest eigenvalue, at which the axes are taken as found.
_RESIDUAL = 1e-11
_STEPS = 40
#: Allowance for rounding in two computations of the same Gram matrix, relative to its greatest eigenvalue.
_ROUNDING = 1e-13
#: Axes followed from one update to the next: two for the map, the others to keep them apart from the rest.
_FOLLOWED = 8
#: Statements up to which the Gram matrix is simply solved again.
SMALL = 400
#: A refit is due after this share of new votes (at least 50), to choose the number of groups again.
_REFIT_SHARE = 0.05
#: Sine beyond which an update is not trusted and a refit is made at once.
_LARGEST_SINE = 1e-6


@dataclass(frozen=True, slots=True)
class Drift:
    """How far an update may be from a full refit of the same votes.

    ``plane`` bounds the sine between the two planes of the map, ``axes`` between each pair of axes; ``places`` bounds
    the distance between a participant's two places, in map units, up to the sign of each axis. ``solved`` tells that
    the axes were solved anew from the Gram matrix, as a refit would: bounds are then those of rounding alone, which
    every bound allows for (``_ROUNDING``).
    """

    plane: float
    axes: float
    places: float
    solved: bool


@dataclass(frozen=True, slots=True, eq=False)
class OpinionState:
    """A map with what updates need. ``gram`` (m, m); ``fresh`` votes changed since the last full fit; ``drift`` how far
    the map may be from a full refit of its votes, None right after one."""

    opinions: OpinionMap
    gram: Floats
    fresh: int = 0
    drift: Drift | None = None

    @property
    def refit_due(self) -> bool:
        """Whether enough has changed for the number of groups to be chosen again."""
        return self.fresh >= max(50, _REFIT_SHARE * self.opinions.votes.count)


def fit_state(votes: VoteMatrix, *, settings: Settings | None = None, stability: bool = False) -> OpinionState:
    """A full fit that keeps its Gram matrix for later updates. Memory O(m²)."""
    return _fit(votes, (settings or Settings()).check(), None, stability=stability)


def refit(state: OpinionState, *, stability: bool = False) -> OpinionState:
    """The full fit of the state's votes, its axes turned the way they were."""
    return _fit(
        state.opinions.votes, state.opinions.settings, state.opinions.projection.components, stability=stability
    )


def _fit(votes: VoteMatrix, settings: Settings, previous: Floats | None, *, stability: bool) -> OpinionState:
    means = statement_means(votes)
    gram = gram_matrix(votes, means)
    values, axes = _top(gram)
    projection = assemble(votes, means, values, axes if previous is None else _turned(axes, previous))
    members = members_of(votes, settings)
    grouping = find_groups(
        projection.participants[members],
        max_groups=settings.max_groups,
        seed=settings.seed,
        exact_limit=settings.exact_limit,
        only=settings.groups,
    )
    return OpinionState(complete(votes, settings, projection, members, grouping, stability=stability), gram)


def _top(gram: Floats) -> tuple[Floats, Floats]:
    m = len(gram)
    values, axes = np.zeros(AXES), np.zeros((m, AXES))
    if m:
        found, vectors = eigen_top(gram, AXES)
        real = found > max(found[0], 0.0) * 1e-12
        values[: len(found)] = np.where(real, found, 0.0)
        axes[:, : len(found)] = np.where(real, vectors, 0.0)
    return values, with_signs(axes)


def _turned(axes: Floats, previous: Floats) -> Floats:
    """Axes with the sign that keeps the map the way it was."""
    out = axes.copy()
    shared = min(len(axes), len(previous))
    for column in range(previous.shape[1]):
        if axes[:shared, column] @ previous[:shared, column] < 0:
            out[:, column] *= -1
    return out


def update(state: OpinionState, new: Sequence[Vote]) -> tuple[OpinionState, Drift]:
    """The state with ``new`` votes. O(votes + changed columns · votes of their voters + m²·AXES); no refit.

    The axes are solved anew, and ``Drift.solved`` says so, where that is as quick (``SMALL`` statements) or where
    following them cannot be certified: no gap around the second eigenvalue, or fewer than three dimensions.
    """
    changed = apply_votes(state.opinions.votes, new)
    votes, before = changed.votes, state.opinions
    if not changed.moved:
        return state, state.drift or Drift(0.0, 0.0, 0.0, solved=False)
    means = renewed_means(votes, before.projection.means, changed.columns)
    m = votes.shape[1]
    gram = np.zeros((m, m))
    gram[: len(state.gram), : len(state.gram)] = state.gram
    for column in changed.columns.tolist():
        gram[:, column] = gram[column, :] = _gram_column(votes, means, column)
    start = np.zeros((m, AXES))
    start[: len(before.projection.axes)] = before.projection.axes
    found = _follow(gram, start, changed.columns) if m > SMALL else None
    values, axes, plane, turn = found or (*_top(gram), 0.0, 0.0)
    rounding = _ROUNDING * np.sqrt(m) * values[0]
    plane += _ratio(rounding, values[1] - values[2])
    turn += _ratio(rounding, min(values[0] - values[1], values[1] - values[2]))
    projection = assemble(votes, means, values, _turned(axes, start[:, :2]), total=float(np.trace(gram)))
    members = members_of(votes, before.settings)
    points = projection.participants[members]
    if before.grouping.k > 1:
        clustering = lloyd(points, np.ones(len(points)), before.grouping.centres)
        grouping = Grouping(clustering.labels, clustering.centres, before.grouping.silhouettes, before.grouping.exact)
    else:
        grouping = find_groups(points, max_groups=before.settings.max_groups, seed=before.settings.seed)
    opinions = complete(votes, before.settings, projection, members, grouping, stability=False)
    # A resampling speaks of the last full fit: it is kept as long as the groups are the same ones.
    if before.stability and len(opinions.groups) == len(before.groups):
        opinions = replace(opinions, stability=before.stability)
    sine = max(plane, turn)
    # |d| ≤ 2 on at most n votes, spread by sqrt(m / n): a participant is at most 2·sqrt(m) away, in any direction.
    drift = Drift(plane, sine, float(4 * np.sqrt(m) * sine), solved=found is None)
    return OpinionState(opinions, gram, state.fresh + changed.moved, drift), drift


def _ratio(size: float, gap: float) -> float:
    """A sine bound: nothing is known of an axis that no gap sets apart."""
    return min(1.0, size / gap) if gap > 0 else 1.0


def _gram_column(votes: VoteMatrix, means: Floats, column: int) -> Floats:
    """Column of the Gram matrix from the participants who voted on it."""
    rows = np.searchsorted(votes.indptr, np.flatnonzero(votes.indices == column), side="right") - 1
    part = votes.take(rows)
    centred = deviations(part, means, 0, len(rows))
    mine = centred.tocsc()[:, [column]].toarray()[:, 0]
    return np.asarray(centred.T @ mine)


def _follow(gram: Floats, start: Floats, columns: Ints) -> tuple[Floats, Floats, float, float] | None:
    """Leading eigenpairs of ``gram`` from nearby ones, and certified bounds on the sines of plane and axes.

    None when they cannot be certified.
    """
    m = len(gram)
    block = start[:, :_FOLLOWED]
    block = block[:, np.abs(block).max(axis=0) > 0]
    if block.shape[1] < 3:
        return None
    unit = np.zeros((m, len(columns)))
    unit[columns, np.arange(len(columns))] = 1.0
    block = np.hstack([block, unit[:, :_FOLLOWED]])
    for _ in range(_STEPS):
        # One product with the matrix a step: the block and its image span the next search space.
        basis = linalg.qr(np.hstack([block, gram @ block]), mode="economic")[0]
        image = gram @ basis
        values, turns = eigen_top(basis.T @ image, _FOLLOWED)
        block = basis @ turns
        residual = image @ turns[:, :2] - block[:, :2] * values[:2]
        size = float(np.linalg.norm(residual, 2))
        if size <= _RESIDUAL * values[0]:
            break
    plane = block[:, :2]
    sigma = (values[1] + max(values[2], 0.0)) / 2
    gap = values[1] - sigma - size
    between = values[0] - values[1] - size
    if gap <= 1e-6 * values[0] or between <= 1e-6 * values[0] or not _all_below(gram, plane, sigma):
        return None
    in_plane, by_axis = float(size / gap), float(size / min(gap, between))
    if by_axis > _LARGEST_SINE:
        return None
    kept, axes = np.zeros(AXES), np.zeros((m, AXES))
    kept[: len(values)], axes[:, : len(values)] = np.maximum(values, 0.0), with_signs(block)
    return kept, axes, in_plane, by_axis


def _all_below(gram: Floats, plane: Floats, sigma: float) -> bool:
    """Whether every eigenvalue of ``gram`` compressed outside ``plane`` is certainly below ``sigma``."""
    inner = gram @ plane
    compressed = gram - inner @ plane.T - plane @ inner.T + plane @ (plane.T @ inner) @ plane.T
    compressed[np.diag_indices(len(gram))] -= sigma
    try:
        linalg.cholesky(-compressed, lower=True, overwrite_a=True, check_finite=False)
    except linalg.LinAlgError:
        return False
    return True
