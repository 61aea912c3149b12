"""Seeded synthetic pools of real panels' sizes: volunteers skewed away from the population the quotas mirror."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.sortition import Person, Pool, Quota, Quotas


@dataclass(frozen=True, slots=True)
class Shape:
    """A pool to make: ``values`` per category, ``skew`` of volunteers (Dirichlet concentration of their deviation)."""

    name: str
    people: int
    seats: int
    values: tuple[int, ...]
    skew: float
    seed: int


# 1,727 -> 110 has 867 types, one fewer than the pool sf(e) of the 2021 article was imitated with; 10,000 -> 150 has
# 1,697 and 50,000 -> 200 has 4,053: both are larger than any published pool.
SHAPES = {
    shape.name: shape
    for shape in (
        Shape("sf_e_like_110", 1_727, 110, (2, 4, 8, 3, 3, 3, 2), 2.0, 48),
        Shape("region_10000_150", 10_000, 150, (2, 5, 9, 3, 3, 3), 2.0, 114),
        Shape("country_50000_200", 50_000, 200, (2, 6, 13, 4, 4, 2), 2.0, 4),
    )
}


def make_pool(shape: Shape) -> tuple[Pool, Quotas]:
    """People drawn from a skewed mixture of two profiles; quotas are population shares of the seats, one seat around."""
    generator = np.random.default_rng(shape.seed)
    categories = [f"c{number}" for number in range(len(shape.values))]
    columns, quotas = [], []
    profile = generator.random(shape.people) < 0.5
    for category, count in zip(categories, shape.values, strict=True):
        population = generator.dirichlet(np.full(count, 6.0))
        volunteers = [_normal(population * generator.gamma(shape.skew, 1.0, count)) for _ in range(2)]
        draws = [generator.choice(count, size=shape.people, p=chances) for chances in volunteers]
        columns.append(np.where(profile, draws[0], draws[1]))
        for value in range(count):
            exact = shape.seats * population[value]
            low, high = max(int(np.floor(exact)) - 1, 0), int(np.ceil(exact)) + 1
            quotas.append(Quota(category, f"{category}v{value}", low, high))
    table = np.array(columns).T.tolist()
    people = tuple(
        Person(str(number), tuple(f"{category}v{value}" for category, value in zip(categories, row, strict=True)))
        for number, row in enumerate(table, start=1)
    )
    return Pool(tuple(categories), people), Quotas(tuple(quotas))


def _normal(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()
