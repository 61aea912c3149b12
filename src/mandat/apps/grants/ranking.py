"""Cases of a call in the order of their points: exact, ties said, the envelope spent down the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from mandat.apps.grants.machine import OPEN, State
from mandat.apps.grants.models import Score
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.scheme import Call
from mandat.apps.grants.services.scoring import mean, rounded

#: Cases that still run for the award, and those already decided on their points.
RANKED = (*OPEN, State.AWARDED, State.RUNNING, State.SUSPENDED, State.CLOSED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Placed:
    """A case in the ranking. ``rank`` is shared by those of equal points (1, 2, 2, 4); None where nobody scored it.

    ``spent`` adds up what is proposed down to here, in cents; ``fits``: within the envelope of the call, None where it has none. Those
    of one tie fit together or not at all: the rank does not choose between them.
    """

    case: Row
    rank: int | None
    tied: bool
    points: Fraction | None
    scored: int
    enough: bool
    below: bool
    spent: int
    fits: bool | None

    @property
    def shown(self) -> Decimal | None:
        return rounded(self.points) if self.points is not None else None


class Row(Protocol):
    """What of a case places it: a case, or a row of these alone, which thousands are read faster as."""

    @property
    def pk(self) -> int: ...
    @property
    def reference(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def favourable(self) -> bool | None: ...
    @property
    def awarded(self) -> int | None: ...
    @property
    def proposed(self) -> int | None: ...
    @property
    def computed(self) -> int | None: ...


def ranking(cases: Iterable[Row], scheme: Scheme, call: Call | None) -> list[Placed]:
    """Every case given, most points first, those not scored last; equal ones in the order of their references. Two statements."""
    grid = scheme.scoring
    if grid is None:
        return []
    rows = list(cases)
    given: dict[int, list[dict[str, int]]] = {case.pk: [] for case in rows}
    scores = Score.objects.filter(case__in=list(given)).order_by("case", "pk")
    for pk, points in scores.values_list("case", "points"):
        given[pk].append(points)
    exact = {case.pk: mean(grid, given[case.pk]) for case in rows}
    rows.sort(key=lambda case: (exact[case.pk] is None, -(exact[case.pk] or 0), case.reference))
    envelope = int(Decimal(call.envelope) * 100) if call is not None and call.envelope is not None else None
    placed: list[Placed] = []
    spent = 0
    for group in _ties(rows, exact):
        points = exact[group[0].pk]
        under = points is not None and grid.threshold is not None and points < grid.threshold
        enough = [len(given[case.pk]) >= grid.scorers for case in group]
        sums = [0 if under else _money(case) for case in group]
        whole, rank = spent + sum(sums), len(placed) + 1
        fits = None if envelope is None or points is None else not under and whole <= envelope
        for case, known, money in zip(group, enough, sums, strict=True):
            spent += money
            tied = points is not None and len(group) > 1
            placed.append(
                Placed(case, rank if points is not None else None, tied, points, len(given[case.pk]), known, under, spent, fits)
            )  # fmt: skip
    return placed


def _ties(rows: Sequence[Row], exact: dict[int, Fraction | None]) -> list[list[Row]]:
    groups: list[list[Row]] = []
    for case in rows:
        if groups and exact[groups[-1][0].pk] == exact[case.pk]:
            groups[-1].append(case)
        else:
            groups.append([case])
    return groups


def _money(case: Row) -> int:
    """What the case would take of the envelope: awarded, proposed, else what the rule gives."""
    if case.state == State.REFUSED or case.favourable is False:
        return 0
    return next((cents for cents in (case.awarded, case.proposed, case.computed) if cents is not None), 0)
