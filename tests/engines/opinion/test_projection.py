from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mandat.engines.opinion import projection
from mandat.engines.opinion.projection import project
from mandat.engines.opinion.votes import VoteMatrix
from tests.engines.opinion.examples import SMALL, crowd, dense, matrix


def filled(votes: VoteMatrix) -> np.ndarray:
    """The published matrix: moderated columns all passes, missing votes at the mean, centred."""
    cells = dense(votes)
    cells[:, votes.excluded] = 0.0
    means = np.nanmean(cells, axis=0)
    return np.where(np.isnan(cells), means, cells) - means


@st.composite
def conversations(draw: st.DrawFn) -> VoteMatrix:
    n, m = draw(st.integers(2, 14)), draw(st.integers(2, 9))
    cells = draw(hnp.arrays(np.int8, (n, m), elements=st.integers(-1, 2)))
    cells[0, :] = np.where(cells[0] == 2, 0, cells[0])
    rows, columns = np.nonzero(cells < 2)
    return VoteMatrix.from_triplets(
        participants=[str(i) for i in range(n)],
        statements=[str(j) for j in range(m)],
        rows=rows,
        columns=columns,
        values=cells[rows, columns],
        excluded=draw(hnp.arrays(np.bool_, m)),
    )


def test_small_conversation_has_the_singular_values_red_dwarf_finds() -> None:
    found = project(matrix(SMALL, excluded=(8,)))

    assert found.singular_values == pytest.approx([7.805528255908748, 4.869962590648069], rel=1e-12)
    assert found.variance_ratio == pytest.approx([0.46771085512967936, 0.18206400811605583], rel=1e-12)


def test_small_conversation_places_people_and_statements_where_red_dwarf_does() -> None:
    found = project(matrix(SMALL, excluded=(8,)))
    theirs = np.array([[0.202223, -0.712273], [0.892258, -1.484140], [-1.413497, -0.488059], [2.231628, 0.739248]])
    signs = np.sign((found.participants[:4] * theirs).sum(axis=0))

    assert found.participants[:4] * signs == pytest.approx(theirs, abs=1e-6)
    extremity = np.hypot(*found.statements.T)
    assert extremity == pytest.approx(
        [1.608268, 1.942733, 1.448964, 1.459133, 1.060710, 0.01679043, 0.06653872, 2.489179, 0.0], abs=1e-6
    )


@settings(max_examples=60, deadline=None)
@given(conversations())
def test_sparse_deviations_give_the_singular_values_of_the_filled_matrix(votes: VoteMatrix) -> None:
    expected = np.linalg.svd(filled(votes), compute_uv=False)
    found = project(votes)

    size = max(1.0, float(expected[0]))
    padded = np.zeros(2)
    padded[: min(2, len(expected))] = expected[:2]
    assert found.singular_values == pytest.approx(padded, abs=2e-6 * size)
    total = (filled(votes) ** 2).sum()
    assert projection.square_sum(votes, found.means) == pytest.approx(total, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(conversations(), st.randoms(use_true_random=False))
def test_order_of_participants_and_statements_does_not_move_anyone(votes: VoteMatrix, random: object) -> None:
    n, m = votes.shape
    people, statements = np.arange(n), np.arange(m)
    random.shuffle(people)  # type: ignore[attr-defined]
    random.shuffle(statements)  # type: ignore[attr-defined]
    row_of, column_of = np.argsort(people), np.argsort(statements)
    rows = np.repeat(np.arange(n), np.diff(votes.indptr))
    shuffled = VoteMatrix.from_triplets(
        participants=[votes.participants[i] for i in people],
        statements=[votes.statements[j] for j in statements],
        rows=row_of[rows],
        columns=column_of[votes.indices],
        values=votes.values,
        excluded=votes.excluded[statements],
    )
    first, second = project(votes), project(shuffled)

    assert second.singular_values == pytest.approx(first.singular_values, abs=1e-9 * max(1, first.singular_values[0]))
    values = first.eigenvalues
    for axis in (0, 1):
        near = [abs(values[axis] - values[other]) for other in range(3) if other != axis]
        if values[axis] < 1e-9 or min(near) < 1e-6 * values[0]:
            continue  # an axis that its eigenvalue does not single out may turn freely
        mine, theirs = first.participants[people, axis], second.participants[:, axis]
        sign = 1.0 if abs(mine - theirs).max() <= abs(mine + theirs).max() else -1.0
        assert theirs * sign == pytest.approx(mine, abs=1e-6)


def test_many_statements_and_few_people_give_the_same_axes_through_the_smaller_matrix() -> None:
    votes = matrix("\n".join("".join(line) for line in zip(*SMALL.split(), strict=True)))
    assert votes.shape == (9, 24)
    expected = np.linalg.svd(filled(votes), compute_uv=False)

    found = project(votes)

    assert found.singular_values == pytest.approx(expected[:2], rel=1e-9)
    assert found.components.T @ found.components == pytest.approx(np.eye(2), abs=1e-9)


def test_lanczos_agrees_with_the_gram_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = crowd((60, 40, 30), 40)
    by_gram = project(votes)
    monkeypatch.setattr(projection, "LARGEST_GRAM", 10)
    by_lanczos = project(votes)

    assert by_lanczos.singular_values == pytest.approx(by_gram.singular_values, rel=1e-12)
    assert np.abs(by_lanczos.components) == pytest.approx(np.abs(by_gram.components), abs=1e-9)


@pytest.mark.parametrize(
    "text",
    ["\n".join(["+-0+-0+-"] * 9), "\n".join(["+-0+-0+-"] * 9 + ["-+0-+0-+"] * 8), "\n".join(["+-+.", "-+.+"] * 5)],
)
def test_lanczos_copes_with_fewer_dimensions_than_axes(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    votes = matrix(text)
    by_gram = project(votes)
    monkeypatch.setattr(projection, "LARGEST_GRAM", 2)
    by_lanczos = project(votes)

    assert by_lanczos.singular_values == pytest.approx(by_gram.singular_values, abs=1e-9)
    assert np.isfinite(by_lanczos.participants).all()


@pytest.mark.parametrize("gain", [0.0, 1e9])
def test_dense_and_sparse_products_make_the_same_gram_matrix(monkeypatch: pytest.MonkeyPatch, gain: float) -> None:
    votes = crowd((30, 20), 15)
    monkeypatch.setattr(projection, "_DENSE_GAIN", gain)
    means = projection.statement_means(votes)

    assert projection.gram_matrix(votes, means) == pytest.approx(filled(votes).T @ filled(votes), abs=1e-9)


def test_someone_who_votes_little_is_spread_by_the_root_of_statements_over_votes() -> None:
    votes = matrix("++-\n--+\n+..\n-+-\n+-+")
    found = project(votes)
    plain = filled(votes) @ found.components

    assert found.participants[2] == pytest.approx(plain[2] * np.sqrt(3 / 1))
    assert found.participants[0] == pytest.approx(plain[0])


def test_statement_moderated_out_counts_as_a_pass_of_everyone() -> None:
    votes = matrix("++-+\n--+.\n+..-\n-+-.\n+-++", excluded=(3,))
    found = project(votes)

    assert found.means[3] == 0.0
    assert found.components[3] == pytest.approx([0.0, 0.0])
    # Participant 2 voted on one kept statement, and passed on the one moderated out: 2 votes of 4.
    assert found.participants[2] == pytest.approx((filled(votes) @ found.components)[2] * np.sqrt(4 / 2))


def test_unanimous_conversation_has_no_axis_and_everyone_in_the_middle() -> None:
    found = project(matrix("+-0\n+-0\n+-0"))

    assert found.singular_values == pytest.approx([0, 0])
    assert found.variance_ratio == pytest.approx([0, 0])
    assert not found.participants.any()


def test_empty_and_tiny_conversations_project_to_zeros() -> None:
    for votes in (matrix("+"), matrix("+\n-"), matrix("+-")):
        found = project(votes)
        assert np.isfinite(found.participants).all()
        assert found.participants.shape == (votes.shape[0], 2)


def test_taking_rows_keeps_their_votes() -> None:
    votes = matrix(SMALL)
    taken = votes.take(np.array([5, 5, 0]))

    assert np.array_equal(dense(taken), dense(votes)[[5, 5, 0]], equal_nan=True)


def test_blocks_cover_every_row_once_whatever_their_size() -> None:
    votes = matrix(SMALL)
    for limit in (1, 7, 20, 10_000):
        blocks = votes.blocks(limit)
        assert [i for a, b in blocks for i in range(a, b)] == list(range(24))
        assert all(b - a == 1 or votes.indptr[b] - votes.indptr[a] <= limit for a, b in blocks)


def test_flags_of_moderation_change_nothing_else() -> None:
    votes = matrix(SMALL)
    silenced = replace(votes, excluded=np.ones(9, bool))
    assert project(silenced).singular_values == pytest.approx([0, 0])
