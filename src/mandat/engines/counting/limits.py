"""What a file declares of a lawful ballot, and which ballots break it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from mandat.engines.counting.model import FloatArray, IndexArray, IntArray, parse_decimal
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Limits are compared in floats widened by a hair: real limits have few decimals.
_HAIR = 1e-9
_NAMES = {"sum_points": ("somme des points", "sum of points"), "sum_cost": ("somme des coûts", "sum of costs")}


@dataclass(frozen=True, slots=True)
class Limits:
    """None where the file says nothing."""

    min_length: int | None = None
    max_length: int | None = None
    min_points: Decimal | None = None
    max_points: Decimal | None = None
    min_sum_points: Decimal | None = None
    max_sum_points: Decimal | None = None
    min_sum_cost: Decimal | None = None
    max_sum_cost: Decimal | None = None

    @classmethod
    def of(cls, meta: Mapping[str, str], *, file: str = "", lines: Mapping[str, int] | None = None) -> Limits:
        """Limits from META fields; raises InputError where one cannot be read."""
        found: dict[str, Decimal] = {}
        for key in cls.__slots__:
            text = meta.get(key, "").strip()
            if not text or text.lower() in ("none", "nan", "unlimited", "inf"):
                continue
            number = parse_decimal(text)
            if number is None:
                tell = Text(f"{key} illisible : « {text} »", f"unreadable {key}: “{text}”")
                raise InputError(tell, file=file, line=(lines or {}).get(key, 0))
            found[key] = number
        shortest, longest = (int(found[k]) if k in found else None for k in ("min_length", "max_length"))
        rest = {k: v for k, v in found.items() if not k.endswith("_length")}
        return cls(min_length=shortest, max_length=longest, **rest)


@dataclass(slots=True)
class Check:
    """Ballots of one block against the limits: ``broken[r]`` is the first one ballot ``r`` breaks."""

    limits: Limits
    rows: IndexArray
    lengths: IntArray
    broken: dict[int, tuple[str, Text]]

    def mark(self, where: NDArray[np.bool_], code: str, tell: Text, measure: FloatArray | IntArray) -> None:
        for r in np.flatnonzero(where):
            self.broken.setdefault(int(r), (code, tell.format(n=f"{measure[r]:.12g}")))

    def length(self, most: int | None) -> None:
        least = self.limits.min_length
        if most is not None:
            tell = Text(f"{{n}} projets, au plus {most}", f"{{n}} projects, at most {most}")
            self.mark(self.lengths > most, "too-long", tell, self.lengths)
        if least is not None:
            tell = Text(f"{{n}} projets, au moins {least}", f"{{n}} projects, at least {least}")
            self.mark(self.lengths < least, "too-short", tell, self.lengths)

    def sums(self, worth: FloatArray, name: str) -> None:
        """``worth`` runs with ``rows``; ``name`` is ``sum_points`` or ``sum_cost``."""
        low, high = getattr(self.limits, f"min_{name}"), getattr(self.limits, f"max_{name}")
        if low is None and high is None:
            return
        fr, en = _NAMES[name]
        sums = np.bincount(self.rows, weights=worth, minlength=len(self.lengths))
        if high is not None:
            tell = Text(f"{fr} de {{n}}, au plus {high:f}", f"{en} is {{n}}, at most {high:f}")
            self.mark(sums > float(high) * (1 + 1e-12) + _HAIR, f"{name.replace('_', '-')}-too-high", tell, sums)
        if low is not None:
            tell = Text(f"{fr} de {{n}}, au moins {low:f}", f"{en} is {{n}}, at least {low:f}")
            too_low = (sums < float(low) * (1 - 1e-12) - _HAIR) & (self.lengths > 0)
            self.mark(too_low, f"{name.replace('_', '-')}-too-low", tell, sums)

    def each(self, points: FloatArray) -> None:
        """Points given to single projects."""
        low, high, n = self.limits.min_points, self.limits.max_points, len(self.lengths)
        if high is not None:
            most = np.full(n, -np.inf)
            np.maximum.at(most, self.rows, points)
            tell = Text(f"{{n}} points à un projet, au plus {high:f}", f"{{n}} points to one project, at most {high:f}")
            self.mark(most > float(high) + _HAIR, "points-too-high", tell, most)
        if low is not None:
            least = np.full(n, np.inf)
            np.minimum.at(least, self.rows, points)
            tell = Text(f"{{n}} points à un projet, au moins {low:f}", f"{{n}} points to one project, at least {low:f}")
            self.mark(least < float(low) - _HAIR, "points-too-low", tell, least)


def broken_limits(
    limits: Limits,
    *,
    rows: IndexArray,
    lengths: IntArray,
    most: int | None,
    costs: FloatArray,
    points: FloatArray | None,
) -> dict[int, tuple[str, Text]]:
    """Ballots that break a limit: ``{ballot: (code, reason)}``.

    ``rows`` and, along with it, ``costs`` and ``points`` have one value an entry; ``lengths`` one
    a ballot; ``most`` is the greatest lawful length, None for none.
    """
    check = Check(limits, rows, lengths, {})
    check.length(most)
    if points is not None:
        check.sums(points, "sum_points")
        check.each(points)
    check.sums(costs, "sum_cost")
    return check.broken


def shown(values: Sequence[str], most: int = 3) -> str:
    """A few values for a message."""
    return ", ".join(values[:most]) + ("…" if len(values) > most else "")
