"""What a draw is made of: people, quotas, and the problem over classes of exchangeable people.

A *class* gathers people whom nothing in the draw can tell apart: same features and, where a limit per
household applies, a household of the same composition. A panel is then a vector of counts, one per class;
who is taken within a class is settled by an unbiased shuffle, so members of a class have exactly the same
probability whatever the objective (symmetrising never lowers a concave objective).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.int32]


#: Under this a probability is a solver's zero.
NO_CHANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Quota:
    """Seats for one value of one category: ``low`` to ``high``, which may stretch to ``low_flex`` and ``high_flex``.

    ``flexible`` is true when the file gave the stretched bounds; without them ``low_flex`` is 0 and
    ``high_flex`` is None (as many as seats), which only bound the relaxations that are suggested.
    """

    category: str
    value: str
    low: int
    high: int
    low_flex: int = 0
    high_flex: int | None = None
    flexible: bool = False
    line: int = 0

    def __str__(self) -> str:
        return f"{self.category} = {self.value}"


@dataclass(frozen=True, slots=True)
class Person:
    """One volunteer: an identifier, one value per category (in the order of the quotas' categories), a household."""

    id: str
    features: tuple[str, ...]
    household: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas of every category, in file order."""

    items: tuple[Quota, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(quota.category for quota in self.items))

    def values(self, category: str) -> tuple[str, ...]:
        return tuple(quota.value for quota in self.items if quota.category == category)


@dataclass(frozen=True, slots=True)
class Pool:
    """The volunteers, and the categories their features follow."""

    categories: tuple[str, ...]
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class PersonClass:
    """People nothing distinguishes. ``composition`` indexes the household composition, -1 when it does not matter."""

    features: tuple[str, ...]
    members: tuple[int, ...]
    composition: int = -1
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Composition:
    """Households alike: ``households[h][c]`` lists the members of household ``h`` in the composition's ``c``-th class."""

    classes: tuple[int, ...]
    households: tuple[tuple[tuple[int, ...], ...], ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Panels as integer vectors ``x`` over T classes: ``low <= x <= caps``, ``lo <= A x <= hi``, ``sum x = seats``.

    ``rows``: R x T zeros and ones, a quota or a household limit each. ``touches``: T x G, the rows of each class
    padded with -1. ``cuts``: inequalities ``weights @ x <= bound`` that every panel satisfies.
    ``copies``: panels drawn at once; bounds and seats are then those of all of them together.
    """

    pool: Pool
    quotas: Quotas
    classes: tuple[PersonClass, ...]
    compositions: tuple[Composition, ...]
    low: Ints
    caps: Ints
    rows: Floats
    lo: Ints
    hi: Ints
    touches: Ints
    seats: int
    copies: int = 1
    cuts: tuple[tuple[Floats, float], ...] = field(default=())

    @property
    def free(self) -> NDArray[np.bool_]:
        """Classes whose count the draw decides (T)."""
        return self.low < self.caps

    def holds(self, panel: NDArray[Any]) -> bool:
        """Whether integer counts are a panel (checked in integers; cuts follow from the rest)."""
        sums = self.rows.astype(np.int64) @ panel
        return bool(
            panel.sum() == self.seats
            and np.all(panel >= self.low)
            and np.all(panel <= self.caps)
            and np.all(sums >= self.lo)
            and np.all(sums <= self.hi)
        )


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far from the best the lottery may be, at most.

    ``value``: what the lottery attains for its objective; ``bound``: what no lottery can beat (a maximum to stay
    under for maximin, leximin and Nash; a minimum for goldilocks); ``gap``: their distance; ``distance``: the
    largest difference between a class's probability and its probability in the bounding solution.
    """

    objective: str
    value: float
    bound: float
    gap: float
    minimum_bound: float
    distance: float
    cuts: int


@dataclass(frozen=True, slots=True)
class Lottery:
    """Panels over classes with their weights: ``panels`` J x T counts, ``weights`` J summing to 1.

    ``probabilities``: T, the chance of one member of each class; their sum over people is the number of seats.
    """

    problem: Problem
    panels: Counts
    weights: Floats
    probabilities: Floats
    certificate: Certificate

    @property
    def minimum(self) -> float:
        return float(self.probabilities.min()) if len(self.probabilities) else 0.0

    @property
    def shut(self) -> NDArray[np.bool_]:
        """Classes the draw decides and that get no chance (T). Under leximin, maximin and Nash no panel at all can seat them: those objectives
        give something to whoever can sit, before they give more to others."""
        return self.problem.free & (self.probabilities <= NO_CHANCE)

    @property
    def lowest(self) -> float:
        """The lowest chance of those whom the draw may seat; 0 where it seats nobody."""
        seated = self.problem.free & ~self.shut
        return float(self.probabilities[seated].min()) if seated.any() else 0.0

    def by_person(self) -> dict[str, float]:
        """Probability of each person, in the order of the pool."""
        chance: dict[int, float] = {}
        for group, probability in zip(self.problem.classes, self.probabilities.tolist(), strict=True):
            for member in group.members:
                chance[member] = probability
        return {person.id: chance[index] for index, person in enumerate(self.problem.pool.people) if index in chance}


def average(weights: NDArray[Any], panels: NDArray[Any]) -> Floats:
    """``weights @ panels`` (J, J x T), block by block: the whole product would copy the panels as floats."""
    total = np.zeros(panels.shape[1])
    for first in range(0, len(panels), 256):
        total += weights[first : first + 256].astype(float) @ panels[first : first + 256]
    return total
