"""From people and quotas to a problem over classes of exchangeable people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection

import numpy as np

from mandat.engines.sortition.model import Composition, PersonClass, Pool, Problem, Quotas
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


def build_problem(
    pool: Pool,
    quotas: Quotas,
    *,
    seats: int,
    household_limit: int | None = None,
    kept: Collection[str] = (),
    excluded: Collection[str] = (),
    copies: int = 1,
) -> Problem:
    """The problem of drawing ``copies`` panels of ``seats`` people.

    ``kept`` (ids) already sit on the panel and count in its seats, quotas and households; ``excluded`` (ids) cannot
    be drawn. ``household_limit``: at most that many people who share a ``Person.household``; people without one
    live alone. The order of people does not matter: classes come sorted by their features.
    Raises InputError for an unknown id or impossible numbers. Complexity: linear in people, plus sorting.
    """
    _check_numbers(pool, seats, household_limit, copies)
    known = {person.id for person in pool.people}
    for name in (*kept, *excluded):
        if name not in known:
            raise InputError(
                Text("identifiant absent du vivier : {id}", "identifier not in the pool: {id}").format(id=name)
            )
    held, out = set(kept), set(excluded)
    if held & out:
        name = min(held & out)
        raise InputError(Text("{id} est à la fois gardé et exclu", "{id} is both kept and excluded").format(id=name))
    if copies > 1 and held:
        raise InputError(
            Text(
                "plusieurs panels à la fois : aucune personne ne peut être déjà retenue",
                "several panels at once: nobody may already be selected",
            )
        )
    present = [index for index, person in enumerate(pool.people) if person.id not in out]
    members, classes, compositions = _group(pool, present, held, household_limit)
    where = {(quota.category, quota.value): row for row, quota in enumerate(quotas.items)}
    tight = [index for index, composition in enumerate(compositions) if composition.limit >= 0]
    count = len(quotas.items) + len(tight)
    rows = np.zeros((count, len(classes)))
    touches = np.full((len(classes), len(quotas.categories) + 1), -1, dtype=np.int64)
    for column, group in enumerate(classes):
        for slot, (category, value) in enumerate(zip(pool.categories, group.features, strict=True)):
            row = where[category, value]
            rows[row, column] = 1
            touches[column, slot] = row
        if group.composition >= 0:
            row = len(quotas.items) + group.composition
            rows[row, column] = 1
            touches[column, -1] = row
    lo = [copies * quota.low for quota in quotas.items] + [0] * len(tight)
    hi = [copies * quota.high for quota in quotas.items]
    hi += [compositions[index].limit * len(compositions[index].households) for index in tight]
    caps = np.array([len(group) for group in members], dtype=np.int64)
    low = np.array([len(m) if g.kept else 0 for m, g in zip(members, classes, strict=True)], dtype=np.int64)
    return Problem(
        pool=pool,
        quotas=quotas,
        classes=tuple(classes),
        compositions=tuple(compositions),
        low=low,
        caps=caps,
        rows=rows,
        lo=np.array(lo, dtype=np.int64),
        hi=np.array(hi, dtype=np.int64),
        touches=touches,
        seats=seats * copies,
        copies=copies,
    )


def _check_numbers(pool: Pool, seats: int, household_limit: int | None, copies: int) -> None:
    if seats < 1 or copies < 1:
        raise InputError(Text("il faut au moins une place", "at least one seat is needed"))
    if household_limit is not None and household_limit < 1:
        raise InputError(
            Text("la limite par foyer est d’au moins une personne", "the household limit is at least one person")
        )
    if not pool.people:
        raise InputError(Text("le vivier est vide", "the pool is empty"))


def _group(
    pool: Pool, present: list[int], held: set[str], household_limit: int | None
) -> tuple[list[tuple[int, ...]], list[PersonClass], list[Composition]]:
    """Classes sorted by (features, kept, composition), and the household compositions that bind."""
    key = {index: (pool.people[index].features, pool.people[index].id in held) for index in present}
    homes: dict[str, list[int]] = defaultdict(list)
    if household_limit is not None:
        for index in present:
            if pool.people[index].household:
                homes[pool.people[index].household].append(index)
    alike: dict[tuple[object, ...], list[list[int]]] = defaultdict(list)
    for home in homes.values():
        if household_limit is not None and len(home) > household_limit:
            signature = tuple(sorted(Counter(key[index] for index in home).items()))
            alike[signature].append(sorted(home, key=lambda index: pool.people[index].id))
    lives_in: dict[int, int] = {}
    ordered = sorted(alike.items())
    for number, (_, homes_alike) in enumerate(ordered):
        for home in homes_alike:
            for index in home:
                lives_in[index] = number
    groups: dict[tuple[tuple[str, ...], bool, int], list[int]] = defaultdict(list)
    for index in present:
        features, is_kept = key[index]
        groups[features, is_kept, lives_in.get(index, -1)].append(index)
    members: list[tuple[int, ...]] = []
    classes: list[PersonClass] = []
    for (features, is_kept, composition), indices in sorted(groups.items()):
        people = tuple(sorted(indices, key=lambda index: pool.people[index].id))
        members.append(people)
        classes.append(PersonClass(features=features, members=people, composition=composition, kept=is_kept))
    number_of = {person: number for number, people in enumerate(members) for person in people}
    compositions = []
    for _, homes_alike in ordered:
        numbers = tuple(sorted({number_of[index] for home in homes_alike for index in home}))
        households = tuple(
            tuple(tuple(index for index in home if number_of[index] == number) for number in numbers)
            for home in sorted(homes_alike, key=lambda home: pool.people[home[0]].id)
        )
        compositions.append(Composition(classes=numbers, households=households, limit=household_limit or 0))
    return members, classes, compositions
