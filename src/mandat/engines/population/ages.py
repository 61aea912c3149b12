"""Who lives in which kind of household, by age and sex, and how ages go together inside one.

Place in the household and (age, sex) are fitted to both margins by iterative proportional fitting (Deming and Stephan, 1940) from
plausible shapes. Ages of a place are then taken at evenly spaced ranks of its distribution, so that margins hold
to within a person or so in every département, and put together inside households by noisy ranks: partners of close ages,
children some thirty years younger than their mother, or lone parent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mandat.engines.population.margins import OLDEST, Composition, Floats, Margins

Ints = np.ndarray[Any, np.dtype[np.int64]]
Generator = np.random.Generator

#: Years between generations, their spread, the least and what is put instead of less.
GENERATION, SPREAD, LEAST, INSTEAD = 30.0, 4.0, 16, 22
#: Spread of the difference of age between partners, and between brothers and sisters.
PARTNERS, SIBLINGS = 2.5, 3.0

PLACES = (
    "single_m",
    "single_f",
    "couple_m",
    "couple_f",
    "parent_m",
    "parent_f",
    "lone_m",
    "lone_f",
    "child",
    "other",
    "outside",
)


def _hump(low: float, peak: float, high: float) -> Floats:
    """0 outside [low, high], 1 at the peak, a half cosine on each side."""
    ages = np.arange(OLDEST + 1.0)
    rise = np.clip((ages - low) / (peak - low), 0, 1)
    fall = np.clip((high - ages) / (high - peak), 0, 1)
    return np.asarray(np.sin(np.pi / 2 * rise) ** 2 * np.sin(np.pi / 2 * fall) ** 2)


def _shapes() -> dict[str, Floats]:
    ages = np.arange(OLDEST + 1.0)
    adult = ages >= 18
    child = np.interp(ages, [0, 17, 18, 20, 22, 25, 30, 36, 42], [1, 1, 0.88, 0.6, 0.42, 0.2, 0.06, 0.02, 0])
    single = np.interp(ages, [18, 22, 26, 45, 60, 75, 85, 95], [0.08, 0.24, 0.2, 0.15, 0.24, 0.34, 0.5, 0.55]) * adult
    couple = np.interp(
        ages, [18, 24, 28, 35, 44, 60, 70, 80, 90, 100], [0.02, 0.25, 0.3, 0.15, 0.12, 0.6, 0.7, 0.55, 0.25, 0.05]
    )
    outside = np.interp(ages, [14, 15, 19, 24, 40, 70, 80, 90, 100], [0, 0.03, 0.06, 0.02, 0.01, 0.02, 0.06, 0.25, 0.5])
    return {
        "child": child,
        "single": single,
        "couple": couple * adult,
        "parent": 0.7 * _hump(19, 41, 68),
        "lone": 0.12 * _hump(19, 43, 70),
        "other": 0.02 * adult,
        "outside": outside,
    }


def fit_places(margins: Margins, totals: Mapping[str, float]) -> dict[str, Floats]:
    """For each place, the distribution of (age, sex) as a vector over 2·age + sex, summing to 1 (or all 0 for nobody).

    ``totals`` are the persons in each place; the margins by age and sex are met together with them.
    """
    shapes = _shapes()
    seed = np.zeros((OLDEST + 1, 2, len(PLACES)))
    for k, place in enumerate(PLACES):
        name, _, sex = place.partition("_")
        if sex in ("", "m"):
            seed[:, 0, k] = shapes[name]
        if sex in ("", "f"):
            # Women are a little younger than their partners, and mothers than fathers.
            ages = np.arange(OLDEST + 1.0)
            seed[:, 1, k] = np.interp(ages + (2 if name in ("couple", "parent") else 0), ages, shapes[name]) * (
                (ages >= 18) if sex else 1
            )
    table = seed.reshape(-1, len(PLACES))
    wanted = np.array([totals.get(place, 0.0) for place in PLACES])
    rows = margins.persons.reshape(-1) * wanted.sum()
    for _ in range(300):
        table *= np.divide(wanted, table.sum(0), out=np.zeros_like(wanted), where=table.sum(0) > 0)
        sums = table.sum(1)
        factors = np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)
        table *= factors[:, None]
        if np.abs(table.sum(0) - wanted).max() <= 1e-6 * wanted.sum():
            break
    found = {}
    for k, place in enumerate(PLACES):
        total = float(table[:, k].sum())
        found[place] = table[:, k] / total if total > 0 else np.zeros(len(rows))
    return found


def places_of(compositions: Sequence[Composition], counts: Ints, margins: Margins) -> dict[str, int]:
    """How many persons hold each place, given households by composition."""
    found = dict.fromkeys(PLACES, 0)
    for composition, count in zip(compositions, counts.tolist(), strict=True):
        if composition.kind == "personne_seule":
            found["single_f"] += round(count * margins.single_women)
            found["single_m"] += count - round(count * margins.single_women)
        elif composition.kind == "couple_sans_enfant":
            found["couple_m"] += count
            found["couple_f"] += count
        elif composition.kind == "couple_avec_enfants":
            found["parent_m"] += count
            found["parent_f"] += count
        elif composition.kind == "monoparental":
            found["lone_f"] += round(count * margins.lone_women)
            found["lone_m"] += count - round(count * margins.lone_women)
        elif composition.kind == "sans_famille":
            found["other"] += count * composition.size
        else:
            found["outside"] += count
        found["child"] += count * composition.children
    return found


def draw(distribution: Floats, count: int, rng: Generator) -> Ints:
    """``count`` values of 2·age + sex at evenly spaced ranks of a distribution, in rising order."""
    if count == 0:
        return np.zeros(0, np.int64)
    cumulated = np.cumsum(distribution)
    ranks = (np.arange(count) + rng.random()) / count * cumulated[-1]
    return np.asarray(np.minimum(np.searchsorted(cumulated, ranks, side="right"), len(distribution) - 1))


def matched(keys: Floats, values: Ints) -> Ints:
    """The values, rising, given to the keys in rising order."""
    found = np.empty_like(values)
    found[np.argsort(keys, kind="stable")] = values
    return found


def couples(men: Ints, women: Ints, rng: Generator) -> tuple[Ints, Ints]:
    """Pair two rising lists of 2·age + sex into partners of close ages, in random order."""
    order = rng.permutation(len(men))
    men = men[order]
    return men, matched(men / 2 + rng.normal(0, PARTNERS, len(men)), women)


def children(mothers: Ints, numbers: Ints, ages: Ints, rng: Generator) -> Ints:
    """Ages (2·age + sex) of the children of each mother in turn, ``numbers`` of them each, taken from rising ``ages``.

    A child less than ``LEAST`` years younger than its mother is made ``INSTEAD`` years younger.
    """
    wanted = mothers / 2 - GENERATION + rng.normal(0, SPREAD, len(mothers))
    slots = np.repeat(wanted, numbers) + rng.normal(0, SIBLINGS, int(numbers.sum()))
    found = matched(slots, ages)
    of = np.repeat(mothers >> 1, numbers)
    close = of - (found >> 1) < LEAST
    found[close] = (np.maximum(of[close] - INSTEAD, 0) << 1) | (found[close] & 1)
    return found
