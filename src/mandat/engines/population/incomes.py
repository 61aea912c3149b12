"""Standards of living, household incomes and what each person earns.

Within a département, persons in ordinary households are ranked by the standard of living of their household (a
score of household kind and age of the head, plus chance); the rank gives the standard of living by the published quantiles, so
deciles of persons hold whatever the score. Amounts are whole cents.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mandat.engines.population.margins import SITUATIONS, Floats, Margins

Ints = np.ndarray[Any, np.dtype[np.int64]]

#: How much chance weighs against kind and age in the rank, and how unequal incomes are inside a household.
CHANCE, INSIDE = 1.0, 0.35
#: The best paid are cut here, in rank, one person in two thousand: a tail without end would hold amounts nobody believes.
LAST_RANK = 0.9995

_KIND_SCORE = {
    "personne_seule": -0.15,
    "couple_sans_enfant": 0.45,
    "couple_avec_enfants": 0.1,
    "monoparental": -0.8,
    "sans_famille": -0.3,
    "hors_menage": -0.3,
}
#: What a person of each situation brings home, relative to one in work.
_WEIGHT = {
    "ecole": 0.0,
    "lycee": 0.0,
    "apprentissage": 0.45,
    "etudes": 0.15,
    "retraite": 0.85,
    "salariat": 1.0,
    "independance": 1.0,
    "recherche": 0.5,
    "autre": 0.25,
}


def quantile(ranks: Floats, margins: Margins) -> Floats:
    """Yearly standard of living at ranks in [0, 1): linear under D1, log-linear between deciles, Pareto above D9."""
    knots = np.linspace(0.1, 0.9, 9)
    middle = np.exp(np.interp(ranks, knots, np.log(margins.deciles)))
    low = margins.floor + (margins.deciles[0] - margins.floor) * ranks / 0.1
    left = np.maximum(1 - np.minimum(ranks, LAST_RANK), 1e-12)
    high = margins.deciles[-1] * (0.1 / left) ** (1 / margins.pareto)
    return np.where(ranks < 0.1, low, np.where(ranks > 0.9, high, middle))


def living(
    kinds: Ints, names: tuple[str, ...], head_ages: Ints, sizes: Ints, margins: Margins, rng: np.random.Generator
) -> tuple[Ints, Ints, Floats]:
    """Standard of living (cents a year), decile (1 to 10) and rank of each household, ranked by persons."""
    by_kind = np.array([_KIND_SCORE[name] for name in names])
    by_age = np.interp(head_ages, [18, 25, 35, 50, 62, 75, 95], [-0.9, -0.45, -0.05, 0.15, 0.2, 0.0, -0.1])
    score = by_kind[kinds] + by_age + rng.normal(0, CHANCE, len(kinds))
    order = np.argsort(score, kind="stable")
    persons = np.cumsum(sizes[order])
    ranks = np.empty(len(kinds))
    ranks[order] = (persons - sizes[order] / 2) / max(1, int(persons[-1]) if len(persons) else 1)
    cents = np.rint(quantile(ranks, margins) * 100).astype(np.int64)
    return cents, np.minimum((ranks * 10).astype(np.int64) + 1, 10), ranks


def consumption_units(ages: Ints, starts: Ints) -> Ints:
    """Tenths of consumption units of each household: 10 for the first adult, 5 from 14 years on, 3 under."""
    tenths = np.where(ages >= 14, 5, 3)
    return np.asarray(np.add.reduceat(tenths, starts) + 5)


def tax_parts(adults: Ints, dependants: Ints, lone: np.ndarray[Any, np.dtype[np.bool_]]) -> Ints:
    """Halves of tax parts: two an adult, one for each of the first two dependants, two from the third, one more for a lone parent."""
    return np.asarray(2 * adults + np.minimum(dependants, 2) + 2 * np.maximum(dependants - 2, 0) + lone)


def personal(
    disposable: Ints, situations: Ints, ages: Ints, starts: Ints, sizes: Ints, rng: np.random.Generator
) -> Ints:
    """Monthly cents of each person: the household's income shared by what its members do; the first takes the rounding."""
    weights = np.array([_WEIGHT[name] for name in SITUATIONS])[situations] * np.exp(rng.normal(0, INSIDE, len(ages)))
    weights[ages < 15] = 0.0
    first = np.zeros(len(ages), bool)
    first[starts] = True
    # Someone must receive the household's income.
    none = np.repeat(np.add.reduceat(weights, starts) == 0, sizes)
    weights = np.where(first & none, 1.0, weights)
    monthly = (disposable + 6) // 12
    shares = weights / np.repeat(np.add.reduceat(weights, starts), sizes)
    cents = np.floor(np.repeat(monthly, sizes) * shares).astype(np.int64)
    cents[starts] += monthly - np.add.reduceat(cents, starts)
    return np.asarray(cents)
