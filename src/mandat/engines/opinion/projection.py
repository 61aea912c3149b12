"""Two dimensions that keep the most of how opinions differ.

The published method fills a missing vote with the statement's mean, centres, takes the two
leading principal components, and spreads out participants who voted little (Small et al.,
"Polis: Scaling Deliberation by Mapping High Dimensional Opinion Spaces", 2021). Filling with
the mean and then centring leaves zeros at missing votes, so the filled matrix is never built:
with ``d[i, j] = vote[i, j] - mean[j]`` where a vote exists and 0 elsewhere, the components are
the leading eigenvectors of the Gram matrix ``DᵀD``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from mandat.engines.opinion.votes import Floats, Ints, VoteMatrix

#: Above this many rows and columns no Gram matrix is held: products with the sparse matrix only.
LARGEST_GRAM = 5_000
#: Where dense products start to pay: sparse multiplications per dense one.
_DENSE_GAIN = 0.0075
#: Axes kept: two for the map, the others for resampling and for updates.
AXES = 24
#: Numbers in a dense block of rows (16 MB, one block reused: fresh memory costs more than the zeros).
_DENSE_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Axes and places. ``axes`` (m, AXES) are orthonormal columns by decreasing ``eigenvalues`` (AXES,) of the Gram
    matrix (zero where the data has fewer dimensions), each with its entry of greatest absolute value positive; the
    map uses the first two. ``singular_values`` (2,) are those of the centred matrix; ``variance_ratio`` (2,) their
    shares of the total variance; ``means`` (m,) the statements' mean votes, 0 when moderated out; ``participants``
    (n, 2) and ``statements`` (m, 2) are places on the map.
    """

    singular_values: Floats
    variance_ratio: Floats
    means: Floats
    participants: Floats
    statements: Floats
    eigenvalues: Floats
    axes: Floats

    @property
    def components(self) -> Floats:
        """(m, 2) the two axes of the map."""
        return self.axes[:, :2]


def statement_means(votes: VoteMatrix) -> Floats:
    """(m,) mean of the votes cast on each statement; 0 where nobody voted or the statement is moderated out."""
    m = votes.shape[1]
    count = np.bincount(votes.indices, minlength=m)
    total = np.bincount(votes.indices[votes.values == 1], minlength=m).astype(np.float64)
    total -= np.bincount(votes.indices[votes.values == -1], minlength=m)
    total[votes.excluded] = 0.0
    return np.asarray(total / np.maximum(count, 1))


def renewed_means(votes: VoteMatrix, means: Floats, columns: Ints) -> Floats:
    """``statement_means`` where only the votes on ``columns`` changed since ``means`` (perhaps of fewer statements)."""
    out = np.zeros(votes.shape[1])
    out[: len(means)] = means
    for column in columns.tolist():
        cast = votes.values[votes.indices == column]
        out[column] = 0.0 if votes.excluded[column] or not len(cast) else int(cast.sum(dtype=np.int64)) / len(cast)
    return out


def deviations(votes: VoteMatrix, means: Floats, start: int, stop: int) -> sparse.csr_array:
    """Rows ``start:stop`` of the centred matrix: explicit entries where a vote exists."""
    rows = votes.rows(start, stop)
    rows.data -= means[rows.indices]
    rows.data[votes.excluded[rows.indices]] = 0.0
    return rows


def gram_matrix(votes: VoteMatrix, means: Floats) -> Floats:
    """(m, m) ``DᵀD``. O(min(n·m², Σ votes²)) time, blocks of rows of bounded size."""
    n, m = votes.shape
    per_row = votes.votes_by_participant().astype(np.float64)
    dense = float(per_row @ per_row) > _DENSE_GAIN * n * m * m
    gram = np.zeros((m, m))
    if dense:
        step = max(1, min(n, _DENSE_BLOCK // max(1, m)))
        buffer = np.zeros((step, m))
        for start in range(0, n, step):
            rows = deviations(votes, means, start, min(n, start + step))
            block = buffer[: rows.shape[0]]
            block.fill(0.0)
            rows.toarray(out=block)
            gram += block.T @ block
        return gram
    for start, stop in votes.blocks():
        block = deviations(votes, means, start, stop)
        product = (block.T.tocsr() @ block).tocoo()
        gram[product.row, product.col] += product.data
    return gram


def square_sum(votes: VoteMatrix, means: Floats) -> float:
    """Σ d² over the whole centred matrix, from the counts alone."""
    m = votes.shape[1]
    kept = ~votes.excluded
    count = np.bincount(votes.indices, minlength=m)[kept]
    strong = np.bincount(votes.indices[votes.values != 0], minlength=m)[kept]
    return float(np.maximum(strong - count * means[kept] ** 2, 0.0).sum())


def leading_axes(votes: VoteMatrix, means: Floats, *, count: int = AXES) -> tuple[Floats, Floats]:
    """The ``count`` greatest eigenvalues of ``DᵀD``, decreasing (count,), and their unit vectors (m, count).

    Missing dimensions are zeros. The smaller of ``DᵀD`` and ``DDᵀ`` is solved; when both are large,
    Lanczos iterations on the sparse matrix to machine precision.
    """
    n, m = votes.shape
    values, vectors = np.zeros(count), np.zeros((m, count))
    if not n or not m:
        return values, vectors
    if min(n, m) > LARGEST_GRAM:
        found, axes = _lanczos(votes, means, count)
    elif m <= n:
        found, axes = eigen_top(gram_matrix(votes, means), count)
    else:
        matrix = deviations(votes, means, 0, n)
        found, left = eigen_top((matrix @ matrix.T).toarray(), count)
        axes = matrix.T @ left
        lengths = np.sqrt(np.maximum(found, 0.0))
        axes = np.divide(axes, lengths, out=np.zeros_like(axes), where=lengths > 0)
    # A Gram matrix knows eigenvalues to about 1e-16 of the greatest: below that there is no dimension.
    real = found > max(found[0], 0.0) * 1e-12 if len(found) else np.zeros(0, bool)
    values[: len(found)] = np.where(real, found, 0.0)
    vectors[:, : len(found)] = np.where(real, axes, 0.0)
    return values, with_signs(vectors)


def eigen_top(matrix: Floats, count: int) -> tuple[Floats, Floats]:
    """Greatest eigenvalues, decreasing, and their vectors, of a symmetric matrix."""
    size = len(matrix)
    count = min(count, size)
    values, vectors = linalg.eigh(matrix, subset_by_index=(size - count, size - 1))
    return values[::-1], np.ascontiguousarray(vectors[:, ::-1])


def _lanczos(votes: VoteMatrix, means: Floats, count: int) -> tuple[Floats, Floats]:
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

    m = votes.shape[1]
    blocks = [deviations(votes, means, start, stop) for start, stop in votes.blocks()]

    def product(x: Floats) -> Floats:
        out = np.zeros_like(x)
        for block in blocks:
            out += block.T @ (block @ x)
        return out

    generator = np.random.default_rng(0)
    operator = LinearOperator((m, m), matvec=product, dtype=np.float64)
    try:
        values, vectors = eigsh(operator, k=min(count, m - 1), tol=0, v0=generator.standard_normal(m))
    except ArpackError:
        # Fewer dimensions than axes: a few products then span them all.
        basis = linalg.qr(product(generator.standard_normal((m, 2 * count))), mode="economic")[0]
        basis = linalg.qr(product(basis), mode="economic")[0]
        values, turns = linalg.eigh(basis.T @ product(basis))
        vectors = basis @ turns
    order = np.argsort(values)[::-1][:count]
    return values[order], vectors[:, order]


def with_signs(vectors: Floats) -> Floats:
    """Each column turned so that its entry of greatest absolute value is positive: an axis has no sign of its own."""
    if not vectors.size:
        return vectors
    strongest = np.argmax(np.round(np.abs(vectors), 9), axis=0)
    signs = np.where(vectors[strongest, np.arange(vectors.shape[1])] < 0, -1.0, 1.0)
    return np.asarray(vectors * signs)


def votes_in_scale(votes: VoteMatrix) -> Ints:
    """(n,) votes that count in the spread: those on kept statements, and every statement moderated out.

    The published method writes a pass for everyone on a statement moderated out.
    """
    kept = ~votes.excluded[votes.indices]
    running = np.concatenate(([0], np.cumsum(kept)))
    return np.asarray(running[votes.indptr[1:]] - running[votes.indptr[:-1]] + int(votes.excluded.sum()))


def place_participants(votes: VoteMatrix, means: Floats, components: Floats) -> Floats:
    """(n, 2) places: deviations on the axes, times sqrt(statements / votes). O(votes)."""
    n, m = votes.shape
    places = np.zeros((n, components.shape[1]))
    for start, stop in votes.blocks():
        places[start:stop] = deviations(votes, means, start, stop) @ components
    places *= np.sqrt(m / np.maximum(1, votes_in_scale(votes)))[:, None]
    return places


def place_statements(means: Floats, components: Floats) -> Floats:
    """(m, 2) where a participant would stand who only agreed with that one statement."""
    m = len(means)
    return np.asarray((1.0 - means)[:, None] * components * np.sqrt(max(1, m)))


def assemble(
    votes: VoteMatrix, means: Floats, values: Floats, axes: Floats, *, total: float | None = None
) -> Projection:
    """The projection from eigenvalues, decreasing, and eigenvectors of ``DᵀD``, at least two of each.

    ``total`` is the trace of ``DᵀD`` where it is already known.
    """
    total = square_sum(votes, means) if total is None else total
    components = axes[:, :2]
    return Projection(
        singular_values=np.sqrt(values[:2]),
        variance_ratio=values[:2] / total if total > 0 else np.zeros(2),
        means=means,
        participants=place_participants(votes, means, components),
        statements=place_statements(means, components),
        eigenvalues=values,
        axes=axes,
    )


def project(votes: VoteMatrix) -> Projection:
    """The whole projection of a conversation."""
    means = statement_means(votes)
    values, axes = leading_axes(votes, means)
    return assemble(votes, means, values, axes)
