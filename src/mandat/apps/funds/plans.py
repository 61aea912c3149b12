"""What is due on a loan, what of it was settled, and what becomes of the rest when something is decided. No database, no clock.

A plan is all lines of a loan, past ones too. What was paid settles the oldest line first, in each line the interest before the
principal (Code civil, article 1343-1). A new plan keeps what was settled as it was and spreads what is still owed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from mandat.engines.financing import Instalment, Terms, following, interest_by_day, schedule
from mandat.engines.financing.loans import Kind
from mandat.kernel.money import ZERO
from mandat.kernel.periods import add_months

Keep = Literal["term", "payment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """How a loan comes back, as a scheme says it (its ``repayment``); rates are yearly, in percent.

    ``late_rate`` is that of simple interest on what is late. Interest runs during ``deferred_months``, principal waits.
    """

    rate: Decimal
    instalments: int
    every_months: int = 3
    deferred_months: int = 0
    kind: Kind = "linear"
    late_rate: Decimal = ZERO

    def of(self, principal: Decimal, released_on: dt.date) -> Terms:
        """The same for the engine. Raises InputError for terms that make no loan."""
        waits, odd = divmod(self.deferred_months, self.every_months)
        return Terms(
            principal=principal,
            rate=Decimal(self.rate),
            instalments=self.instalments + waits,
            first_due=add_months(released_on, self.every_months + odd),
            every_months=self.every_months,
            deferred=waits,
            kind=self.kind,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A day on which ``principal`` and ``interest`` are due; ``early`` where it was repaid ahead of its time."""

    due: dt.date
    principal: Decimal
    interest: Decimal
    early: bool = False

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Settled:
    """A line and what of it was paid."""

    line: Line
    principal: Decimal
    interest: Decimal

    @property
    def paid(self) -> Decimal:
        return self.principal + self.interest

    @property
    def left(self) -> Decimal:
        return self.line.total - self.paid


@dataclass(frozen=True, slots=True)
class Pace:
    """What of its terms a loan keeps when its plan changes."""

    rate: Decimal
    every_months: int
    kind: Kind


def first_plan(terms: LoanTerms, principal: Decimal, released_on: dt.date) -> list[Line]:
    """The plan of a loan as released. Lines of nothing (a deferral without interest) are left out."""
    return _lines(schedule(terms.of(principal, released_on)))


def _lines(instalments: Iterable[Instalment]) -> list[Line]:
    return [Line(one.due, one.principal, one.interest) for one in instalments if one.total]


def settle(lines: Iterable[Line], paid: Decimal) -> list[Settled]:
    """Each line, oldest first, with what ``paid`` (principal and interest together) settled of it."""
    found = []
    left = paid
    for line in sorted(lines, key=lambda line: line.due):
        interest = min(left, line.interest)
        principal = min(left - interest, line.principal)
        left -= interest + principal
        found.append(Settled(line, principal, interest))
    return found


def split(lines: Sequence[Line], paid: Decimal, amount: Decimal) -> tuple[Decimal, Decimal]:
    """How much of ``amount``, paid after ``paid``, is principal and how much interest."""
    before, after = settle(lines, paid), settle(lines, paid + amount)
    principal = sum((one.principal for one in after), ZERO) - sum((one.principal for one in before), ZERO)
    interest = sum((one.interest for one in after), ZERO) - sum((one.interest for one in before), ZERO)
    return principal, interest


def owed(lines: Iterable[Line], paid: Decimal) -> Decimal:
    """What all lines still ask for."""
    return sum((line.total for line in lines), ZERO) - paid


def early_interest(lines: Sequence[Line], amount: Decimal, *, pace: Pace, released_on: dt.date, on: dt.date) -> Decimal:
    """The interest that ``amount``, repaid on ``on`` ahead of its time, bore since the last regular line (or the release)."""
    regular = [line.due for line in lines if line.due <= on and not line.early]
    return interest_by_day(amount, since=max([released_on, *regular]), on=on, rate=pace.rate)


def replan(
    lines: Sequence[Line],
    paid: Decimal,
    *,
    pace: Pace,
    on: dt.date,
    balance: Decimal,
    keep: Keep = "term",
    early: Line | None = None,
    later: int = 0,
) -> list[Line]:
    """The plan once ``balance`` of principal is left to repay after what was ``paid`` and ``early`` on ``on``.

    What was settled stays; the rest falls on the days still to come, the first ``later`` of which ask for interest only, as many
    days being added at the end. Interest due and unpaid moves to the first day to come; interest paid ahead is taken off it.
    The principal of the new plan is that of the old one's settled part, ``early``'s and ``balance``, to the cent.
    """
    done = settle(lines, paid)
    kept = [Line(one.line.due, one.principal, one.interest, one.line.early) for one in done if one.paid]
    coming = [one for one in done if one.line.due > on and one.left]
    carried = sum((one.line.interest - one.interest for one in done if one.line.due <= on), ZERO)
    carried -= sum((one.interest for one in coming), ZERO)
    plan = [*kept, early] if early else kept
    if balance:
        plan += _carry(_rest([one.line for one in coming], done, pace, on, balance, keep, later), carried)
    return sorted(plan, key=lambda line: line.due)


def _rest(
    coming: Sequence[Line], done: Sequence[Settled], pace: Pace, on: dt.date, balance: Decimal, keep: Keep, later: int
) -> list[Line]:
    """``balance`` over the lines to come and the days added to them."""
    lead = 0
    if pace.kind != "bullet":
        lead = next((n for n, line in enumerate(coming) if line.principal), 0)
    days = [line.due for line in coming]
    extra = later or (0 if days else 1)
    last = days[-1] if days else max([one.line.due for one in done], default=on)
    step = 1
    while extra:
        day = add_months(last, step * pace.every_months)
        step += 1
        if day > on:
            days.append(day)
            extra -= 1
    # Where nothing was to come, the whole balance falls on the last day added.
    deferred = min(lead + later, len(days) - 1)
    rest = Terms(
        principal=balance, rate=pace.rate, instalments=len(days), first_due=days[0],
        every_months=pace.every_months, deferred=deferred, kind=pace.kind,
    )  # fmt: skip
    like = [
        Instalment(due=line.due, principal=line.principal, interest=line.interest, remaining=ZERO) for line in coming
    ]
    if keep == "payment" and len(like) == len(days):
        return _lines(following(rest, like, keep="payment"))
    dated = zip(schedule(rest), days, strict=True)
    return [Line(day, one.principal, one.interest) for one, day in dated if one.total]


def _carry(lines: list[Line], carried: Decimal) -> list[Line]:
    """Add interest owed to the first line, or take interest paid ahead off the first lines."""
    found = []
    for line in lines:
        interest = max(ZERO, line.interest + carried)
        carried -= interest - line.interest
        found.append(replace(line, interest=interest))
    return [line for line in found if line.total]
