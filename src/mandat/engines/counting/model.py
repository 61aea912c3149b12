"""What an election is: projects with costs, a budget, and ballots packed for counting.

Money is exact: costs and the budget are decimals, and :attr:`Election.costs` gives them
as integers in one common unit (``1 / money_scale`` of the currency).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

VoteType = Literal["approval", "choose-1", "ordinal", "cumulative", "scoring"]
VOTE_TYPES: tuple[VoteType, ...] = ("approval", "choose-1", "ordinal", "cumulative", "scoring")

IntArray = NDArray[np.int64]
IndexArray = NDArray[np.int32]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Project:
    """One project (or candidate). ``fields`` holds every column as read, in its order."""

    id: str
    cost: Decimal
    name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def _list(self, *keys: str) -> tuple[str, ...]:
        for key in keys:
            if self.fields.get(key):
                return tuple(part.strip() for part in self.fields[key].split(",") if part.strip())
        return ()

    @property
    def categories(self) -> tuple[str, ...]:
        return self._list("category", "categories")

    @property
    def targets(self) -> tuple[str, ...]:
        return self._list("target", "targets")

    @property
    def district(self) -> str:
        for key in ("district", "neighborhood", "subunit", "subdistrict"):
            if self.fields.get(key):
                return self.fields[key]
        return ""

    @property
    def votes(self) -> int | None:
        """Number of votes the file itself declares, if it does."""
        number = parse_decimal(self.fields.get("votes", ""))
        return int(number) if number is not None else None

    @property
    def score(self) -> Decimal | None:
        return parse_decimal(self.fields.get("score", ""))

    @property
    def selected(self) -> int | None:
        """1 elected, 0 not, 2 funded from other money (Pabulib), as the file declares."""
        number = parse_decimal(self.fields.get("selected", ""))
        return int(number) if number is not None else None

    @property
    def coordinates(self) -> tuple[float, float] | None:
        """(latitude, longitude) in degrees, WGS84."""
        latitude, longitude = (parse_decimal(self.fields.get(key, "")) for key in ("latitude", "longitude"))
        return (float(latitude), float(longitude)) if latitude is not None and longitude is not None else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A ballot left out, or counted in spite of an irregularity (``counted``), and why."""

    line: int
    voter: str
    reason: Text
    code: str
    counted: bool = False

    def __str__(self) -> str:
        return (
            f"ligne {self.line} : {self.reason}"
            if str(self.reason) == self.reason.fr
            else f"line {self.line}: {self.reason}"
        )


@dataclass(frozen=True, slots=True)
class VoterTable:
    """The voters' own columns, one row a counted ballot, in file order (kept only on request)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(eq=False)
class Ballots:
    """Identical ballots once, with their number: compressed rows over projects.

    ``indices[indptr[r]:indptr[r + 1]]`` are the projects named by packed ballot ``r``: sorted
    for sets, in order of preference for rankings. ``weights[r]`` is how many voters cast it
    (blank ballots included). ``points`` runs with ``indices`` in units of ``1 / points_scale``.
    ``row_of`` gives the packed ballot of each counted voter, in file order.
    """

    indptr: IntArray
    indices: IndexArray
    weights: IntArray
    points: IntArray | None = None
    points_scale: int = 1
    row_of: IndexArray | None = None

    @cached_property
    def total(self) -> int:
        """Number of voters, blank ballots included."""
        return int(self.weights.sum())

    def __len__(self) -> int:
        return len(self.weights)

    @cached_property
    def lengths(self) -> IntArray:
        return np.diff(self.indptr)

    @cached_property
    def rows(self) -> IndexArray:
        """The packed ballot of each entry of ``indices``."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.lengths)

    def row(self, r: int) -> list[int]:
        return [int(p) for p in self.indices[self.indptr[r] : self.indptr[r + 1]]]

    def positions(self) -> IntArray:
        """Rank of each entry within its ballot, from 0."""
        return np.arange(len(self.indices), dtype=np.int64) - np.repeat(self.indptr[:-1], self.lengths)


@dataclass(eq=False)
class Election:
    """Projects, budget and ballots. ``meta`` holds the file's own description as read."""

    projects: tuple[Project, ...]
    budget: Decimal
    vote_type: VoteType
    ballots: Ballots
    meta: Mapping[str, str] = field(default_factory=dict)
    project_columns: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    voters: VoterTable | None = None

    def __len__(self) -> int:
        return len(self.projects)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(p.id for p in self.projects)

    @cached_property
    def money_scale(self) -> int:
        """How many units make one of the currency: a power of ten that makes every amount whole."""
        places = 0
        for amount in (self.budget, *(p.cost for p in self.projects)):
            exponent = amount.normalize().as_tuple().exponent
            places = max(places, -exponent if isinstance(exponent, int) else 0)
        return int(10**places)

    @cached_property
    def costs(self) -> list[int]:
        scale = self.money_scale
        return [int(p.cost * scale) for p in self.projects]

    @cached_property
    def budget_units(self) -> int:
        return int(self.budget * self.money_scale)

    def money(self, units: int) -> Decimal:
        """Units back to the currency."""
        return Decimal(units) / self.money_scale

    @cached_property
    def votes(self) -> list[int]:
        """Number of voters who name each project."""
        ballots = self.ballots
        weights = np.repeat(ballots.weights, ballots.lengths)
        # Exact in float64 up to 2**53 voters.
        return [int(v) for v in np.bincount(ballots.indices, weights=weights, minlength=len(self))]

    @cached_property
    def columns(self) -> tuple[IntArray, IndexArray, IntArray]:
        """Ballots by project: ``(start, rows, order)``; ``order`` maps to entries, empty for plain sets."""
        ballots, m = self.ballots, len(self)
        order = np.argsort(ballots.indices.astype(np.uint16 if m < 65536 else np.int32), kind="stable")
        start = np.zeros(m + 1, dtype=np.int64)
        np.cumsum(np.bincount(ballots.indices, minlength=m), out=start[1:])
        rows = ballots.rows[order]
        if self.vote_type in ("approval", "choose-1"):
            order = order[:0]
        return start, rows, order


def parse_decimal(text: str) -> Decimal | None:
    """A finite decimal number, with a point or a comma; None when it is not one."""
    try:
        number = Decimal(text.strip().replace(" ", "").replace("\u202f", "").replace("\xa0", "").replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < 30 and number.as_tuple().exponent >= -12 else None  # type: ignore[operator]


def make_election(
    *,
    costs: Mapping[str, object],
    budget: object,
    ballots: Iterable[Sequence[str] | Mapping[str, object]],
    vote_type: VoteType = "approval",
    weights: Sequence[int] | None = None,
    names: Mapping[str, str] | None = None,
    fields: Mapping[str, Mapping[str, str]] | None = None,
) -> Election:
    """An election from plain Python values: the library's front door.

    ``costs`` maps project ids to costs; each ballot is a list of ids (order counts for
    ordinal ones) or a mapping id → points (cumulative, scoring).
    """
    from mandat.engines.counting.packing import pack

    projects = tuple(
        Project(i, _decimal(c), (names or {}).get(i, ""), dict((fields or {}).get(i, {}))) for i, c in costs.items()
    )
    number = {p.id: k for k, p in enumerate(projects)}
    flat: list[int] = []
    points: list[Decimal] = []
    indptr = [0]
    with_points = vote_type in ("cumulative", "scoring")
    for n, ballot in enumerate(ballots):
        for name in ballot:
            if name not in number:
                raise InputError(
                    Text(
                        f"le bulletin {n + 1} nomme un projet inconnu : {name}",
                        f"ballot {n + 1} names an unknown project: {name}",
                    )
                )
            flat.append(number[name])
            if with_points:
                points.append(_decimal(ballot[name]) if isinstance(ballot, Mapping) else Decimal(1))
        if len(set(flat[indptr[-1] :])) < len(flat) - indptr[-1]:
            raise InputError(
                Text(f"le bulletin {n + 1} nomme deux fois un projet", f"ballot {n + 1} names a project twice")
            )
        indptr.append(len(flat))
    scaled, scale = scale_points(points) if with_points else (None, 1)
    packed = pack(
        indptr=np.array(indptr, dtype=np.int64),
        indices=np.array(flat, dtype=np.int32),
        points=scaled,
        points_scale=scale,
        weights=None if weights is None else np.array(weights, dtype=np.int64),
        projects=len(projects),
        ordered=vote_type == "ordinal",
    )
    return Election(projects=projects, budget=_decimal(budget), vote_type=vote_type, ballots=packed)


def scale_points(points: Sequence[Decimal]) -> tuple[IntArray, int]:
    """Points as integers in units of ``1 / scale``."""
    places = max((-int(p.normalize().as_tuple().exponent) for p in points), default=0)
    scale = 10 ** max(0, places)
    return np.array([int(p * scale) for p in points], dtype=np.int64), scale


def _decimal(value: object) -> Decimal:
    number = value if isinstance(value, Decimal) else parse_decimal(str(value))
    if number is None or number < 0:
        raise InputError(Text(f"montant illisible : {value}", f"unreadable amount: {value}"))
    return number
