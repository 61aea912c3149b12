"""What a synthetic population is made to resemble: read from a small file that names its sources.

The file that ships (``margins.yaml``) describes Centre-Val de Loire; another of the same form describes any region.
Each margin is ``published`` or an ``assumption``, and says so wherever the population is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import yaml

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

FORMAT = 1
#: Ages go from 0 to ``OLDEST``.
OLDEST = 104

Floats = np.ndarray[Any, np.dtype[np.float64]]

_PARTS = (
    "ages",
    "ages_within_bands",
    "women",
    "households",
    "household_sizes",
    "standard_of_living",
    "standard_of_living_between",
    "situations",
    "work",
    "disability",
    "taxable",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a margin comes from: ``published`` by someone, or our ``assumption``."""

    part: str
    status: Literal["published", "assumption"]
    source: str
    vintage: str


@dataclass(frozen=True, slots=True)
class Composition:
    """A kind of household of one size. ``share`` is of all households, persons outside households counted as one each."""

    kind: str
    adults: int
    children: int
    share: float

    @property
    def size(self) -> int:
        return self.adults + self.children


@dataclass(frozen=True, slots=True)
class Margins:
    """Checked margins, as arrays over ages 0 to ``OLDEST`` where they depend on age.

    ``persons`` is the share of all persons by (age, sex), sex 0 for men and 1 for women, summing to 1. ``situations`` gives the cumulated shares of
    the situations of ``SITUATIONS`` by age. ``quantile_ranks`` and ``quantile_values`` are the knots of the standard of living.
    """

    title: Text
    persons: Floats
    compositions: tuple[Composition, ...]
    single_women: float
    lone_women: float
    same_sex: float
    deciles: tuple[float, ...]
    floor: float
    pareto: float
    situations: Floats
    disability: Floats
    taxable: tuple[Floats, Floats]
    sources: tuple[Source, ...]


#: In the order of the columns of ``Margins.situations``.
SITUATIONS = (
    "ecole",
    "lycee",
    "apprentissage",
    "etudes",
    "retraite",
    "salariat",
    "independance",
    "recherche",
    "autre",
)


@cache
def shipped_margins() -> Margins:
    """The margins that come with Mandat."""
    return read_margins(files(__package__).joinpath("margins.yaml").read_text("utf-8"), file="margins.yaml")


def read_margins(text: str, *, file: str = "") -> Margins:
    """Read and check a file of margins. Raises InputError that says which part is wrong."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = Text("YAML illisible", "unreadable YAML")
        raise InputError(message, file=file, line=mark.line + 1 if mark else 0) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError(Text("ce n'est pas un fichier de marges", "this is no file of margins"), file=file)
    part = "title"
    try:
        sources = []
        for part in _PARTS:
            block = data[part]
            if block["status"] not in ("published", "assumption"):
                raise ValueError("status")
            sources.append(Source(part, block["status"], str(block["source"]), str(block["vintage"])))
        part = "title"
        title = Text(str(data["title"]["fr"]), str(data["title"]["en"]))
        part = "ages"
        persons = _persons(data)
        part = "households"
        compositions, single_women = _compositions(data["households"], data["household_sizes"])
        part = "standard_of_living"
        deciles, floor, pareto = _living(data["standard_of_living"], data["standard_of_living_between"])
        part = "situations"
        situations = _situations(data["situations"], data["work"])
        part = "disability"
        disability = _shares(data["disability"]["shares"])
        part = "taxable"
        knots = np.array(data["taxable"]["shares"], float)
        _require(bool((np.diff(knots[:, 0]) > 0).all()) and bool((knots[:, 1] >= 0).all()))
        sizes = data["household_sizes"]
        part = "household_sizes"
        return Margins(
            title=title,
            persons=persons,
            compositions=compositions,
            single_women=single_women,
            lone_women=_share(sizes["women_among_lone_parents"]),
            same_sex=_share(sizes["same_sex_couples"]),
            deciles=deciles,
            floor=floor,
            pareto=pareto,
            situations=situations,
            disability=disability,
            taxable=(knots[:, 0], knots[:, 1]),
            sources=tuple(sources),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(
            Text(
                f"marge « {part} » absente ou incohérente ({error})", f"margin “{part}” missing or incoherent ({error})"
            ),
            file=file,
        ) from None


def _require(condition: bool, why: str = "value") -> None:
    if not condition:
        raise ValueError(why)


def _share(value: Any) -> float:
    found = float(value)
    _require(0 <= found <= 1, "share")
    return found


def _curve(points: Sequence[Sequence[float]]) -> Floats:
    """Linear between given ages, over every age."""
    ages, values = zip(*points, strict=True)
    _require(list(ages) == sorted(set(ages)) and min(values) >= 0, "curve")
    return np.asarray(np.interp(np.arange(OLDEST + 1), ages, values), float)


def _shares(points: Sequence[Sequence[float]]) -> Floats:
    found = _curve(points)
    _require(float(found.max()) <= 1, "share")
    return found


def _persons(data: Mapping[str, Any]) -> Floats:
    weights = _curve(data["ages_within_bands"]["weights"])
    starts = [int(band["from"]) for band in data["ages"]["bands"]]
    _require(starts == sorted(set(starts)) and starts[0] == 0 and starts[-1] <= OLDEST, "bands")
    counts = np.zeros(OLDEST + 1)
    for band, end in zip(data["ages"]["bands"], [*starts[1:], OLDEST + 1], strict=True):
        inside = slice(int(band["from"]), end)
        counts[inside] = weights[inside] / weights[inside].sum() * int(band["persons"])
    women = _shares(data["women"]["shares"])
    both = np.stack([counts * (1 - women), counts * women], axis=1)
    _require(bool((both >= 0).all()) and both.sum() > 0, "persons")
    return np.asarray(both / both.sum())


def _compositions(counts: Mapping[str, Any], sizes: Mapping[str, Any]) -> tuple[tuple[Composition, ...], float]:
    singles = int(counts["single_men"]) + int(counts["single_women"])
    found: list[tuple[str, int, int, float]] = [
        ("personne_seule", 1, 0, singles),
        ("couple_sans_enfant", 2, 0, int(counts["couples_without_children"])),
    ]
    for kind, adults, key, total in (
        ("couple_avec_enfants", 2, "children_of_couples", int(counts["couples_with_children"])),
        ("monoparental", 1, "children_of_lone_parents", int(counts["lone_parents"])),
    ):
        shares = {int(number): _share(share) for number, share in sizes[key].items()}
        _require(abs(sum(shares.values()) - 1) < 1e-9 and min(shares) >= 1, key)
        found += [(kind, adults, number, total * share) for number, share in shares.items()]
    shares = {int(number): _share(share) for number, share in sizes["members_of_others"].items()}
    _require(abs(sum(shares.values()) - 1) < 1e-9 and min(shares) >= 2, "members_of_others")
    found += [("sans_famille", number, 0, int(counts["others"]) * share) for number, share in shares.items()]
    inside = sum((adults + children) * number for _, adults, children, number in found)
    outside = _share(sizes["outside_households"])
    _require(outside < 1, "outside_households")
    found.append(("hors_menage", 1, 0, inside * outside / (1 - outside)))
    numbers = np.array([row[3] for row in found], float)
    every = float(numbers.sum())
    _require(every > 0 and bool((numbers >= 0).all()), "households")
    return (
        tuple(Composition(kind, adults, children, number / every) for kind, adults, children, number in found),
        int(counts["single_women"]) / singles,
    )


def _living(published: Mapping[str, Any], between: Mapping[str, Any]) -> tuple[tuple[float, ...], float, float]:
    by_rank = {int(rank): float(value) for rank, value in {**published["deciles"], **between["deciles"]}.items()}
    deciles = tuple(by_rank[rank] for rank in range(1, 10))
    _require(list(deciles) == sorted(set(deciles)) and deciles[0] > 0, "deciles")
    floor = 2 * float(published["mean_under_first"]) - deciles[0]
    ratio = float(published["mean_over_last"]) / deciles[-1]
    _require(0 <= floor < deciles[0] and ratio > 1, "means")
    return deciles, floor, ratio / (ratio - 1)


def _situations(schooling: Mapping[str, Any], work: Mapping[str, Any]) -> Floats:
    ages = np.arange(OLDEST + 1)
    shares = {name: np.zeros(OLDEST + 1) for name in SITUATIONS}
    for name in ("lycee", "apprentissage", "etudes"):
        for age, share in schooling[name].items():
            shares[name][int(age)] = _share(share)
    shares["retraite"] = np.where(ages >= 55, _shares(sorted(schooling["retraite"].items())), 0.0)
    taken = np.sum(list(shares.values()), axis=0)
    # From three years on school is compulsory; before, a child is in no situation of the list.
    shares["ecole"] = np.where((ages >= 3) & (ages < 15), 1 - taken, 0.0)
    left = np.where(ages >= 15, 1 - taken, 0.0)
    _require(bool((left >= -1e-9).all()), "more than all")
    employed, own = left * _shares(work["employed"]), _share(work["self_employed"])
    shares["salariat"], shares["independance"] = employed * (1 - own), employed * own
    shares["recherche"] = left * _shares(work["unemployed"])
    shares["autre"] = left - employed - shares["recherche"]
    _require(bool((shares["autre"] >= -1e-9).all()), "work")
    shares["autre"] = np.where(ages < 3, 1.0, shares["autre"])
    return np.cumsum(np.stack([shares[name] for name in SITUATIONS], axis=1), axis=1)
