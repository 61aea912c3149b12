from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mandat.engines.opinion.grouping import base_clusters, find_groups, silhouettes
from mandat.engines.opinion.kmeans import Clustering, kmeans, lloyd, nearest
from mandat.engines.opinion.projection import project
from tests.engines.opinion.examples import SMALL, crowd, matrix

POINTS = hnp.arrays(
    np.float64, st.tuples(st.integers(3, 25), st.just(2)), elements=st.floats(-5, 5).map(lambda x: round(x, 2))
)


def plain_silhouette(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Rousseeuw's definition, pair by pair."""
    out = []
    for i, point in enumerate(points):
        distance = np.linalg.norm(points - point, axis=1)
        mine = (labels == labels[i]) & (np.arange(len(points)) != i)
        if not mine.any():
            out.append(0.0)
            continue
        a = distance[mine].mean()
        b = min(distance[labels == other].mean() for other in set(labels.tolist()) - {labels[i]})
        out.append((b - a) / max(a, b) if max(a, b) else 0.0)
    return np.array(out)


def blobs(*sizes: int, seed: int = 0, spread: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = np.array([[0, 0], [6, 0], [0, 6], [6, 6], [12, 3]], float)
    return np.concatenate([centres[i] + spread * rng.standard_normal((size, 2)) for i, size in enumerate(sizes)])


@settings(max_examples=60, deadline=None)
@given(POINTS, st.integers(0, 1000))
def test_silhouettes_follow_their_definition(points: np.ndarray, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, len(points))
    labels[:3] = [0, 1, 2]

    found = silhouettes(points, np.ones(len(points)), [labels])[0]

    assert found == pytest.approx(plain_silhouette(points, labels), abs=1e-9)
    assert (np.abs(found) <= 1 + 1e-12).all()


def test_weight_of_a_point_stands_for_as_many_people_at_its_place() -> None:
    points = np.array([[0.0, 0], [1, 0], [5, 0], [7, 0]])
    weights, labels = np.array([3.0, 1, 2, 1]), np.array([0, 0, 1, 1])
    expanded = np.repeat(np.arange(4), weights.astype(int))

    found = silhouettes(points, weights, [labels])[0]

    assert found[expanded] == pytest.approx(plain_silhouette(points[expanded], labels[expanded]))


def test_clear_groups_are_found_with_their_number() -> None:
    for sizes in ((30, 20), (30, 25, 20), (30, 25, 20, 15), (30, 25, 20, 15, 10)):
        found = find_groups(blobs(*sizes))
        assert np.bincount(found.labels).tolist() == list(sizes)
        assert found.k == max(found.silhouettes, key=lambda k: found.silhouettes[k])
        assert found.silhouettes[found.k] > 0.8


def test_five_people_are_tried_in_two_groups_only() -> None:
    assert list(find_groups(blobs(3, 2)).silhouettes) == [2]


def test_number_of_groups_is_bounded_as_published() -> None:
    assert max(find_groups(blobs(10, 6, 6)).silhouettes) == 3  # 2 + 22 / 12
    assert max(find_groups(blobs(30, 30, 30)).silhouettes) == 5
    assert max(find_groups(blobs(30, 30, 30), max_groups=3).silhouettes) == 3


def test_number_of_groups_may_be_forced() -> None:
    found = find_groups(blobs(30, 20, 10), only=2)
    assert found.k == 2
    assert find_groups(blobs(30, 20, 10), only=1).k == 1


@pytest.mark.parametrize("count", [0, 1, 2, 6])
def test_people_at_one_place_are_one_group(count: int) -> None:
    found = find_groups(np.ones((count, 2)))
    assert not found.silhouettes
    assert found.labels.tolist() == [0] * count


def test_base_clusters_hold_everyone_and_find_the_same_clear_groups() -> None:
    points = blobs(400, 300, 200)
    centres, people = base_clusters(points, seed=0)
    assert len(centres) <= 100
    assert people.sum() == 900
    assert people @ centres == pytest.approx(points.sum(axis=0))

    gathered = find_groups(points, exact_limit=100)
    assert not gathered.exact
    assert gathered.labels.tolist() == find_groups(points).labels.tolist()


@settings(max_examples=40, deadline=None)
@given(POINTS, st.integers(2, 4), st.integers(0, 5))
def test_each_point_is_with_its_nearest_centre_and_each_centre_is_a_mean(points: np.ndarray, k: int, seed: int) -> None:
    if len(np.unique(points, axis=0)) < k:
        return
    found = kmeans(points, np.ones(len(points)), k, seed=seed)

    _, distances = nearest(points, found.centres)
    assert distances.sum() == pytest.approx(found.inertia, abs=1e-6)
    assert ((points - found.centres[found.labels]) ** 2).sum(axis=1) == pytest.approx(distances, abs=1e-9)
    sizes = np.bincount(found.labels, minlength=k)
    assert (np.diff(sizes) <= 0).all()
    for group in range(k):
        if sizes[group]:
            assert points[found.labels == group].mean(axis=0) == pytest.approx(found.centres[group], abs=1e-6)


def test_several_starts_do_no_worse_than_the_published_start() -> None:
    for seed in range(5):
        points = np.random.default_rng(seed).standard_normal((150, 2))
        first = np.unique(points, axis=0)[:4]
        alone: Clustering = lloyd(points, np.ones(150), first)
        assert kmeans(points, np.ones(150), 4, seed=0).inertia <= alone.inertia * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100))
def test_order_of_people_does_not_change_groups(seed: int) -> None:
    points = np.random.default_rng(seed).standard_normal((60, 2))
    shuffled = np.random.default_rng(seed + 1).permutation(60)

    first, second = find_groups(points), find_groups(points[shuffled])

    assert first.labels[shuffled].tolist() == second.labels.tolist()
    assert first.silhouettes == pytest.approx(second.silhouettes)


def test_groups_of_the_small_conversation_are_those_of_red_dwarf() -> None:
    votes = matrix(SMALL, excluded=(8,))
    inside = votes.votes_by_participant() >= 7
    theirs = [1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0]
    assert inside.sum() == len(theirs)

    found = find_groups(project(votes).participants[inside], only=2)

    # The same two groups, numbered the other way round: the larger is ours first.
    assert (1 - found.labels).tolist() == theirs


def test_seed_alone_chooses_between_random_starts() -> None:
    points = project(crowd((40, 30, 20), noise=0.4)).participants
    first = find_groups(points, seed=3)
    assert first.labels.tolist() == find_groups(points, seed=3).labels.tolist()
