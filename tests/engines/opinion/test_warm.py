from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines.opinion import (
    OpinionState,
    Settings,
    Vote,
    adjusted_rand,
    fit_state,
    from_bytes,
    map_opinions,
    refit,
    to_bytes,
    update,
    warm,
)
from mandat.kernel.errors import InputError
from tests.engines.opinion.examples import SMALL, crowd, dense, matrix


def sine(first: np.ndarray, second: np.ndarray) -> float:
    """Sine of the greatest angle between two planes given by orthonormal columns."""
    return float(np.linalg.norm(second - first @ (first.T @ second), 2))


def random_votes(state: OpinionState, count: int, seed: int) -> list[Vote]:
    rng = np.random.default_rng(seed)
    n, m = state.opinions.votes.shape
    return [Vote(str(rng.integers(n + 1)), str(rng.integers(m)), int(rng.integers(-1, 2))) for _ in range(count)]


@pytest.mark.parametrize("small", [0, 400])
@pytest.mark.parametrize("noise", [0.1, 0.4])
def test_drift_from_the_full_refit_stays_within_its_bound(
    monkeypatch: pytest.MonkeyPatch, small: int, noise: float
) -> None:
    monkeypatch.setattr(warm, "SMALL", small)
    state = fit_state(crowd((60, 45), 30, noise=noise))
    followed = 0
    for vote in random_votes(state, 25, seed=1):
        before = state
        state, drift = update(state, [vote])
        followed += state is not before and not drift.solved
        full = refit(state)
        mine, theirs = state.opinions.projection, full.opinions.projection

        # 1e-14: what computing the sine itself rounds.
        assert sine(mine.components, theirs.components) <= drift.plane + 1e-14
        for axis in (0, 1):
            assert sine(mine.components[:, [axis]], theirs.components[:, [axis]]) <= drift.axes + 1e-14
        assert np.linalg.norm(mine.participants - theirs.participants, axis=1).max() <= drift.places + 1e-13
        assert drift.places < 1e-4
        assert mine.singular_values == pytest.approx(theirs.singular_values, rel=1e-12)
        assert mine.variance_ratio == pytest.approx(theirs.variance_ratio, rel=1e-12)
        assert mine.means == pytest.approx(theirs.means, abs=1e-15)
        assert state.gram == pytest.approx(full.gram, abs=1e-10)
    assert followed > 15 if small == 0 else followed == 0


def test_groups_after_many_votes_are_those_of_the_full_refit() -> None:
    state = fit_state(crowd((60, 45, 30), 25))
    for vote in random_votes(state, 60, seed=2):
        state, _ = update(state, [vote])
    full = refit(state)
    assert adjusted_rand(state.opinions.labels + 1, full.opinions.labels + 1) > 0.95
    assert [g.size for g in state.opinions.groups] == pytest.approx([g.size for g in full.opinions.groups], abs=2)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 26), st.integers(0, 10), st.integers(-1, 1)), min_size=1, max_size=12))
def test_updates_one_by_one_or_together_give_the_same_map(casts: list[tuple[int, int, int]]) -> None:
    new = [Vote(f"n{i}" if i > 23 else str(i), str(j), value) for i, j, value in casts]
    start = fit_state(matrix(SMALL, excluded=(8,)))
    one_by_one = start
    for vote in new:
        one_by_one, _ = update(one_by_one, [vote])
    together, _ = update(start, new)

    assert np.array_equal(dense(one_by_one.opinions.votes), dense(together.opinions.votes), equal_nan=True)
    assert one_by_one.gram == pytest.approx(together.gram, abs=1e-9)
    assert one_by_one.opinions.projection.singular_values == pytest.approx(
        together.opinions.projection.singular_values, abs=1e-8
    )


def test_vote_that_changes_nothing_leaves_the_state() -> None:
    state = fit_state(matrix(SMALL))
    after, drift = update(state, [Vote("0", "0", 1)])
    assert after is state
    assert drift.places == 0.0

    moved, bound = update(state, [Vote("0", "0", 0)])
    again, kept = update(moved, [Vote("0", "0", 0)])
    assert again is moved
    assert kept == bound


def test_new_participant_is_placed_and_new_statement_joins() -> None:
    state = fit_state(crowd((30, 20)))
    belief = np.random.default_rng([0, 99]).choice([-1, 1], 20)
    after, _ = update(state, [Vote("new", str(j), int(belief[j])) for j in range(10)] + [Vote("new", "extra", 1)])

    assert after.opinions.votes.shape == (51, 21)
    assert after.opinions.labels[50] == after.opinions.labels[0]
    assert after.opinions.projection.participants == pytest.approx(
        refit(after).opinions.projection.participants, abs=1e-9
    )


def test_axes_keep_their_side_from_one_update_to_the_next() -> None:
    state = fit_state(crowd((30, 20), noise=0.3))
    for vote in random_votes(state, 20, seed=4):
        before = state.opinions.projection.components
        state, _ = update(state, [vote])
        now = state.opinions.projection.components
        assert ((before * now).sum(axis=0) > 0).all()


def test_indistinct_axes_are_solved_anew_rather_than_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "SMALL", 0)
    # Four statements that split people independently and equally: all eigenvalues are the same.
    lines = ["".join("+" if i >> b & 1 else "-" for b in range(4)) for i in range(16)]
    state = fit_state(matrix("\n".join(lines)))
    _, drift = update(state, [Vote("0", "0", 0)])
    assert drift.solved


def test_refit_is_due_after_enough_votes() -> None:
    state = fit_state(crowd((30, 20)))
    assert not state.refit_due
    for vote in random_votes(state, 75, seed=3):
        state, _ = update(state, [vote])
    assert state.refit_due
    assert not refit(state).refit_due


def test_full_fit_with_state_is_the_plain_map() -> None:
    votes = crowd((40, 30, 20), noise=0.3)
    with_state, plain = fit_state(votes, settings=Settings(seed=3)), map_opinions(votes, settings=Settings(seed=3))
    assert with_state.opinions.labels.tolist() == plain.labels.tolist()
    assert with_state.opinions.groups == plain.groups


def test_state_comes_back_from_its_bytes() -> None:
    state = fit_state(crowd((40, 30), noise=0.3), settings=Settings(seed=7), stability=True)
    state, _ = update(state, [Vote("0", "0", 0), Vote("someone", "3", 1)])
    data = to_bytes(state)
    back = from_bytes(data)

    assert to_bytes(back) == data
    assert back.opinions.settings == state.opinions.settings
    assert back.opinions.labels.tolist() == state.opinions.labels.tolist()
    assert back.opinions.groups == state.opinions.groups
    assert back.opinions.stability == state.opinions.stability
    assert (back.fresh, back.drift) == (state.fresh, state.drift)
    vote = [Vote("1", "2", 0)]
    first, second = update(state, vote)[0], update(back, vote)[0]
    assert to_bytes(first) == to_bytes(second)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 4000), st.integers(0, 255))
def test_damaged_state_is_refused(noise: bytes, place: int, byte: int) -> None:
    with pytest.raises(InputError):
        from_bytes(noise)
    data = bytearray(STATE)
    place %= len(data)
    if data[place] == byte:
        return
    data[place] = byte
    try:
        back = from_bytes(bytes(data))
    except InputError:
        return
    # A byte that zip does not check (a date, a flag) may change without changing the state.
    assert to_bytes(back) == STATE


STATE = to_bytes(fit_state(matrix(SMALL)))


def test_state_holds_nothing_executable() -> None:
    assert b"pickle" not in STATE
