from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mandat.engines.opinion import Settings, adjusted_rand, map_opinions
from mandat.engines.opinion.stability import best_overlaps
from tests.engines.opinion.examples import crowd

LABELS = st.lists(st.integers(0, 3), min_size=2, max_size=30)


def pairs_rand(first: list[int], second: list[int]) -> float:
    """The adjusted Rand index by its definition over pairs."""
    n = len(first)
    both = one = two = total = 0
    for i in range(n):
        for j in range(i):
            a, b = first[i] == first[j], second[i] == second[j]
            both, one, two, total = both + (a and b), one + a, two + b, total + 1
    expected, largest = one * two / total, (one + two) / 2
    return 1.0 if largest == expected else (both - expected) / (largest - expected)


@settings(max_examples=80, deadline=None)
@given(LABELS, st.integers(0, 1000))
def test_adjusted_rand_follows_its_definition(first: list[int], seed: int) -> None:
    second = np.random.default_rng(seed).integers(0, 3, len(first))
    found = adjusted_rand(np.array(first), second)
    assert found == pytest.approx(pairs_rand(first, second.tolist()))
    assert found == pytest.approx(adjusted_rand(second, np.array(first)))
    assert found <= 1 + 1e-12


def test_adjusted_rand_of_a_worked_example() -> None:
    # Contingency 1 1 0 / 1 2 1 / 0 0 4 (Yeung and Ruzzo's worked example): 0.313.
    first = np.array([0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    second = np.array([0, 1, 0, 1, 1, 2, 2, 2, 2, 2])
    assert adjusted_rand(first, second) == pytest.approx(0.313, abs=5e-4)


def test_names_of_groups_do_not_matter() -> None:
    first = np.array([0, 0, 1, 1, 2, 2])
    assert adjusted_rand(first, np.array([2, 2, 0, 0, 1, 1])) == 1.0
    assert best_overlaps(first, np.array([1, 1, 0, 0, 0, 0])).tolist() == [1.0, 0.5, 0.5]


def test_clear_groups_are_stable_and_noise_is_not() -> None:
    clear = map_opinions(crowd((60, 50, 40), noise=0.05)).stability
    noisy = map_opinions(crowd((60, 50, 40), noise=1.0)).stability
    assert clear is not None
    assert noisy is not None
    assert clear.rand > 0.97
    assert min(clear.groups) > 0.95
    assert noisy.rand < 0.75
    assert -1 <= noisy.low <= noisy.rand <= noisy.high <= 1
    assert all(0 <= value <= 1 for value in noisy.groups)


def test_seed_decides_the_resamples() -> None:
    votes = crowd((40, 30), noise=0.6)
    first = map_opinions(votes, settings=Settings(seed=1)).stability
    again = map_opinions(votes, settings=Settings(seed=1)).stability
    other = map_opinions(votes, settings=Settings(seed=2)).stability
    assert first == again
    assert first != other


def test_large_conversation_resamples_a_bounded_number() -> None:
    found = map_opinions(crowd((3000, 2000), 12, noise=0.2), settings=Settings(resamples=5)).stability
    assert found is not None
    assert found.sample == 2000
    assert found.rand > 0.95


def test_no_resample_no_stability() -> None:
    assert map_opinions(crowd((20, 20)), settings=Settings(resamples=0)).stability is None
