"""De minimis aid: how much one undertaking may still receive on a given day.

Regulation (EU) 2023/2831, article 3: a single undertaking receives at most the ceiling over any period of three years.
The period rolls. It is counted as Regulation 1182/71 counts years: it ends with the last hour of the same date, so that an aid
still weighs on its third anniversary and leaves the sum the day after. The ceiling is an argument: it depends on the
regulation (general, agriculture, services of general interest) and on the day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from mandat.kernel.errors import InputError
from mandat.kernel.money import ZERO
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

YEARS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Aid:
    """An aid granted, whoever by. ``amount`` is its gross grant equivalent in euros, dated by the act that grants it."""

    undertaking: str
    granted_on: dt.date
    amount: Decimal
    funder: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount < 0:
            raise InputError(Text("une aide accordée est un montant positif", "an aid granted is a positive amount"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Windowed:
    """An aid that weighs on the day asked, and the first day it no longer does."""

    aid: Aid
    free_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """``left`` is the most that may be granted on ``on``: ``ceiling`` less the heaviest three years that contain that day."""

    on: dt.date
    ceiling: Decimal
    used: Decimal
    left: Decimal
    counted: tuple[Windowed, ...]

    def fits(self, amount: Decimal) -> bool:
        """Whether an aid of ``amount`` may be granted that day."""
        return amount <= self.left


def room(*, aids: Iterable[Aid], undertakings: Iterable[str], on: dt.date, ceiling: Decimal) -> Room:
    """What is left on ``on`` for a single undertaking, given as the set of identifiers consolidated in it.

    Aids granted later than ``on`` count too where they share three years with it: recording an old aid late must not
    break a later award. Aids of other undertakings are left out. Raises InputError for a negative ceiling.
    """
    if ceiling < 0:
        raise InputError(Text("un plafond n'est pas négatif", "a ceiling is not negative"))
    group = frozenset(undertakings)
    near = sorted(
        (
            aid
            for aid in aids
            if aid.undertaking in group and aid.granted_on <= _anniversary(on) and _anniversary(aid.granted_on) >= on
        ),
        key=lambda aid: (aid.granted_on, aid.reference),
    )
    # Every three years that contain the day end on it or on the day of a later aid.
    ends = {on, *(aid.granted_on for aid in near if aid.granted_on > on)}
    used = max(
        sum((aid.amount for aid in near if aid.granted_on <= end <= _anniversary(aid.granted_on)), ZERO) for end in ends
    )
    counted = tuple(Windowed(aid=aid, free_on=_anniversary(aid.granted_on) + dt.timedelta(days=1)) for aid in near)
    return Room(on=on, ceiling=ceiling, used=used, left=max(ZERO, ceiling - used), counted=counted)


def _anniversary(day: dt.date) -> dt.date:
    return add_months(day, 12 * YEARS)
