"""A synthetic population of a region: persons in households, by département, as Arrow tables.

    for part in generate(communes, margins=shipped_margins(), seed=1, reference_day=date(2026, 1, 1)):
        part.persons, part.households

Nobody in it exists: figures drawn from it show orders of magnitude. Every table says so in its metadata.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from mandat.engines.population import ages as placing
from mandat.engines.population import incomes
from mandat.engines.population.households import share_out
from mandat.engines.population.margins import OLDEST, SITUATIONS, Floats, Margins
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Ints = np.ndarray[Any, np.dtype[np.int64]]

#: What must be said of every figure drawn from it.
SYNTHETIC = Text("population de synthèse", "synthetic population")
#: Key of that mark in the metadata of tables and Parquet files.
MARK = b"mandat.population"
#: A département's households are numbered from its own multiple of this.
STRIDE = 100_000_000
#: A commune beyond this is a mistake: Paris has two millions.
LARGEST = 5_000_000

SEXES = ("M", "F")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune to fill: its code, département and population."""

    code: str
    departement: str
    population: int


@dataclass(frozen=True, slots=True)
class Part:
    """One département: persons and households, both sorted by ``menage``."""

    departement: str
    persons: pa.Table
    households: pa.Table


def generate(communes: Iterable[Commune], *, margins: Margins, seed: int, reference_day: dt.date) -> Iterator[Part]:
    """The population, one département at a time in order of code.

    The same communes, margins, seed and day give the same tables; a département's do not depend on the others. Time is
    O(n log n) and memory O(n) in the persons of one département. Raises InputError for communes given twice
    or without a believable population.
    """
    listed = sorted(communes, key=lambda commune: (commune.departement, commune.code))
    if len({commune.code for commune in listed}) != len(listed):
        raise InputError(Text("une commune est donnée deux fois", "a commune is given twice"))
    for commune in listed:
        if not 0 <= commune.population <= LARGEST:
            raise InputError(
                Text(
                    f"population de {commune.code} hors limites : {commune.population}",
                    f"population of {commune.code} out of range: {commune.population}",
                )
            )
    for departement, group in groupby(listed, key=lambda commune: commune.departement):
        inside = [commune for commune in group if commune.population]
        if inside:
            yield _part(departement, inside, margins, seed, reference_day)


def _number(departement: str) -> int:
    """A number for a département's code: 45, 2A (20 and a letter), 974."""
    digits = departement.replace("A", "01").replace("B", "02") if departement[:1] == "2" else departement
    if not digits.isdigit():
        raise InputError(Text(f"département illisible : {departement!r}", f"unreadable département: {departement!r}"))
    return int(digits)


def _part(departement: str, communes: list[Commune], margins: Margins, seed: int, day: dt.date) -> Part:
    rng = np.random.default_rng([seed, _number(departement)])
    compositions = margins.compositions
    counts = share_out([commune.population for commune in communes], compositions)
    household_commune = np.repeat(np.arange(len(communes)), counts.sum(1))
    household_kind = np.concatenate([np.repeat(np.arange(len(compositions)), row) for row in counts])
    sizes = np.array([composition.size for composition in compositions])[household_kind]
    starts = np.cumsum(sizes) - sizes
    total = int(sizes.sum())

    coded, rank, adult = _people(counts.sum(0), household_kind, starts, total, margins, rng)
    ages, sexes = coded >> 1, coded & 1
    situations = _situations(ages, margins, rng)
    disabled = _even(ages, rng) < margins.disability[ages]
    born = _birthdays(ages, day, rng)
    of = np.repeat(np.arange(len(sizes)), sizes)

    names = tuple(composition.kind for composition in compositions)
    ordinary = np.array([name != "hors_menage" for name in names])[household_kind]
    cents, decile, ranks = incomes.living(household_kind, names, ages[starts], sizes, margins, rng)
    units = incomes.consumption_units(ages, starts)
    disposable = (cents * units + 5) // 10
    taxable = np.rint(disposable * np.interp(ranks, *margins.taxable)).astype(np.int64)
    dependants = np.add.reduceat((~adult & (ages < 21)).astype(np.int64), starts)
    lone = np.array([name == "monoparental" for name in names])[household_kind]
    adults = np.add.reduceat((adult | (ages >= 21)).astype(np.int64), starts)
    parts = incomes.tax_parts(adults, dependants, lone)
    # Monthly taxed income by tax part: cents / 12 / (halves / 2), rounded half up.
    quotient = (taxable * 2 + 6 * parts) // (12 * parts)
    earned = incomes.personal(disposable, situations, ages, starts, sizes, rng)

    numbers = _number(departement) * STRIDE + np.arange(len(sizes), dtype=np.int64)
    codes = pa.array([commune.code for commune in communes])
    metadata = _metadata(margins, seed, day, departement)
    households = pa.table(
        {
            "menage": numbers,
            "commune": _named(household_commune, codes),
            "type": _named(np.array([_KINDS.index(name) for name in names])[household_kind], pa.array(_KINDS)),
            "taille": sizes.astype(np.int16),
            "enfants": np.array([composition.children for composition in compositions])[household_kind].astype(
                np.int16
            ),
            "ordinaire": ordinary,
            "niveau_de_vie": _money(cents),
            "decile": decile.astype(np.int16),
            "revenu_disponible": _money(disposable),
            "revenu_fiscal_reference": _money(taxable),
            "parts": _scaled(parts * 5, 1),
            "quotient_familial": _money(quotient),
        }
    ).replace_schema_metadata(metadata)
    persons = pa.table(
        {
            "menage": numbers[of],
            "rang": rank.astype(np.int16),
            "commune": _named(household_commune[of], codes),
            "sexe": _named(sexes, pa.array(SEXES)),
            "age": ages.astype(np.int16),
            "date_naissance": pa.array(born.astype("datetime64[D]")),
            "situation": _named(situations, pa.array(SITUATIONS)),
            "handicap": disabled,
            "revenu_mensuel": _money(earned),
            "decile": decile[of].astype(np.int16),
        }
    ).replace_schema_metadata(metadata)
    return Part(departement, persons, households)


_KINDS = (
    "personne_seule",
    "couple_sans_enfant",
    "couple_avec_enfants",
    "monoparental",
    "sans_famille",
    "hors_menage",
)


def _people(
    totals: Ints, kinds: Ints, starts: Ints, total: int, margins: Margins, rng: np.random.Generator
) -> tuple[Ints, Ints, np.ndarray[Any, np.dtype[np.bool_]]]:
    """2·age + sex, rank in the household and whether an adult of it, for each person in order of household."""
    compositions = margins.compositions
    persons = placing.places_of(compositions, totals, margins)
    fitted = placing.fit_places(margins, {place: float(count) for place, count in persons.items()})
    drawn = {place: placing.draw(fitted[place], count, rng) for place, count in persons.items()}
    names = np.array([composition.kind for composition in compositions])
    children = np.array([composition.children for composition in compositions])
    coded = np.zeros(total, np.int64)
    adult = np.ones(total, bool)
    at = {kind: np.flatnonzero((names == kind)[kinds]) for kind in _KINDS}

    alone = at["personne_seule"]
    coded[starts[alone]] = rng.permutation(np.concatenate([drawn["single_m"], drawn["single_f"]]))
    coded[starts[at["hors_menage"]]] = rng.permutation(drawn["outside"])
    together = at["couple_sans_enfant"]
    men, women = placing.couples(drawn["couple_m"], drawn["couple_f"], rng)
    swapped = round(len(men) * margins.same_sex / 2)
    firsts, seconds = slice(0, swapped), slice(swapped, 2 * swapped)
    # Two couples exchange partners: two men, and two women. Couples come in random order: any two will do.
    swap = men[seconds].copy()
    men[seconds], women[firsts] = women[firsts], swap
    coded[starts[together]], coded[starts[together] + 1] = men, women

    parents = at["couple_avec_enfants"]
    fathers, mothers = placing.couples(drawn["parent_m"], drawn["parent_f"], rng)
    coded[starts[parents]], coded[starts[parents] + 1] = mothers, fathers
    lone = at["monoparental"]
    single_parents = rng.permutation(np.concatenate([drawn["lone_m"], drawn["lone_f"]]))
    coded[starts[lone]] = single_parents
    # All children are matched at once, so that those of couples and of lone parents share one distribution.
    of = np.concatenate([parents, lone])
    numbers = children[kinds[of]]
    young = placing.children(np.concatenate([mothers, single_parents]), numbers, drawn["child"], rng)
    first = np.concatenate([starts[parents] + 2, starts[lone] + 1])
    slots = np.repeat(first - (np.cumsum(numbers) - numbers), numbers) + np.arange(len(young))
    coded[slots] = young
    adult[slots] = False

    others = at["sans_famille"]
    sizes = np.array([composition.size for composition in compositions])[kinds]
    many = sizes[others]
    slots = np.repeat(starts[others] - (np.cumsum(many) - many), many) + np.arange(int(many.sum()))
    coded[slots] = rng.permutation(drawn["other"])
    rank = np.arange(total) - np.repeat(starts, sizes)
    return coded, rank, adult


def _even(ages: Ints, rng: np.random.Generator) -> Floats:
    """A number in (0, 1) a person, evenly spread within each age, so that shares by age hold to the person."""
    order = np.lexsort((rng.random(len(ages)), ages))
    counts = np.bincount(ages, minlength=OLDEST + 1)
    firsts = np.cumsum(counts) - counts
    found = np.empty(len(ages))
    sorted_ages = ages[order]
    found[order] = (np.arange(len(ages)) - firsts[sorted_ages] + 0.5) / counts[sorted_ages]
    return found


def _situations(ages: Ints, margins: Margins, rng: np.random.Generator) -> Ints:
    even = _even(ages, rng)
    found = np.zeros(len(ages), np.int64)
    for column in range(len(SITUATIONS) - 1):
        found += even >= margins.situations[ages, column]
    return found


def _birthdays(ages: Ints, day: dt.date, rng: np.random.Generator) -> Ints:
    """Days since 1970 of births such that everybody has their age on ``day``."""

    def anniversary(age: int) -> int:
        year = day.year - age
        try:
            return (day.replace(year=year) - dt.date(1970, 1, 1)).days
        except ValueError:  # born on 29 February: a year older on 1 March
            return (dt.date(year, 3, 1) - dt.date(1970, 1, 1)).days - 1

    last = np.array([anniversary(age) for age in range(OLDEST + 2)])
    span = last[:-1] - last[1:]
    return np.asarray(last[ages] - np.floor(rng.random(len(ages)) * span[ages]).astype(np.int64))


def _named(indices: Ints, names: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(indices.astype(np.int32)), names)


def _scaled(values: Ints, scale: int) -> pa.Array:
    """Whole numbers of 10⁻ˢ as exact decimals of twelve digits."""
    halves = np.empty((len(values), 2), np.int64)
    halves[:, 0] = values
    halves[:, 1] = values >> 63
    return pa.Array.from_buffers(pa.decimal128(12, scale), len(values), [None, pa.py_buffer(halves)])


_money = partial(_scaled, scale=2)


def _metadata(margins: Margins, seed: int, day: dt.date, departement: str) -> Mapping[bytes, bytes]:
    assumed = ", ".join(source.part for source in margins.sources if source.status == "assumption")
    return {
        MARK: str(SYNTHETIC.fr).encode(),
        b"mandat.population.margins": margins.title.fr.encode(),
        b"mandat.population.assumptions": assumed.encode(),
        b"mandat.population.seed": str(seed).encode(),
        b"mandat.population.reference_day": day.isoformat().encode(),
        b"mandat.population.departement": departement.encode(),
    }
