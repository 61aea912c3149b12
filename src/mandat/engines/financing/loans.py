"""Loans and repayable advances: schedule, early repayment, arrears, grant equivalent.

Interest of an instalment is the remaining principal × yearly rate × part of the year, rounded half up to the cent. What is
repaid adds up to what was lent, to the cent: the last instalment takes what roundings left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Literal

from mandat.kernel.errors import InputError
from mandat.kernel.money import CENT, ZERO
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

Kind = Literal["annuity", "linear", "bullet"]
HUNDRED = Decimal(100)
#: Digits carried between roundings to the cent: far more than a state's debt over a century needs.
PRECISION = 50
#: A cap on instalments, fifty years by the month, so that a mistyped number stays harmless.
MOST_INSTALMENTS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is lent and how it comes back.

    ``rate`` is nominal and yearly, in percent. Instalments fall every ``every_months`` from ``first_due`` on; the first
    ``deferred`` of them pay interest only. ``annuity`` repays by equal payments, ``linear`` by equal parts of principal,
    ``bullet`` all principal at the end. Periods are months of a year of twelve.
    """

    principal: Decimal
    rate: Decimal
    instalments: int
    first_due: dt.date
    every_months: int = 1
    deferred: int = 0
    kind: Kind = "annuity"

    def __post_init__(self) -> None:
        if not self.principal.is_finite() or self.principal <= 0 or self.principal != self.principal.quantize(CENT):
            raise InputError(
                Text("un prêt est un montant positif, au centime", "a loan is a positive amount, to the cent")
            )
        if not self.rate.is_finite() or not 0 <= self.rate <= HUNDRED:
            raise InputError(Text("un taux est compris entre 0 et 100 %", "a rate lies between 0 and 100%"))
        if not 1 <= self.instalments <= MOST_INSTALMENTS:
            raise InputError(Text("un prêt a de 1 à 600 échéances", "a loan has 1 to 600 instalments"))
        if self.every_months not in (1, 2, 3, 4, 6, 12):
            raise InputError(
                Text(
                    "les échéances sont mensuelles, trimestrielles, semestrielles ou annuelles",
                    "instalments are monthly, quarterly, half-yearly or yearly",
                )
            )
        if not 0 <= self.deferred < self.instalments:
            raise InputError(
                Text("un différé laisse au moins une échéance", "a deferral leaves at least one instalment")
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A day on which ``principal`` and ``interest`` are due; ``remaining`` is owed after it."""

    due: dt.date
    principal: Decimal
    interest: Decimal
    remaining: Decimal

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


def schedule(terms: Terms) -> tuple[Instalment, ...]:
    """Every instalment of a loan, oldest first. What is repaid sums to ``terms.principal`` exactly."""
    with localcontext() as context:
        context.prec = PRECISION
        return _schedule(terms)


def _schedule(terms: Terms) -> tuple[Instalment, ...]:
    rate = terms.rate / HUNDRED * terms.every_months / 12
    repaying = terms.instalments - terms.deferred
    payment = _payment(terms.principal, rate, repaying)
    part = (terms.principal / repaying).quantize(CENT, rounding=ROUND_HALF_UP)
    remaining = terms.principal
    lines = []
    for n in range(terms.instalments):
        interest = (remaining * rate).quantize(CENT, rounding=ROUND_HALF_UP)
        if n == terms.instalments - 1:
            principal = remaining
        elif n < terms.deferred or terms.kind == "bullet":
            principal = ZERO
        elif terms.kind == "linear":
            principal = min(part, remaining)
        else:
            principal = min(max(payment - interest, ZERO), remaining)
        remaining -= principal
        due = add_months(terms.first_due, n * terms.every_months)
        lines.append(Instalment(due=due, principal=principal, interest=interest, remaining=remaining))
    return tuple(lines)


def _payment(principal: Decimal, rate: Decimal, instalments: int) -> Decimal:
    """The equal payment that repays ``principal`` in so many instalments at ``rate`` a period."""
    if not rate:
        return (principal / instalments).quantize(CENT, rounding=ROUND_HALF_UP)
    growth = (1 + rate) ** instalments
    return (principal * rate * growth / (growth - 1)).quantize(CENT, rounding=ROUND_HALF_UP)


def repay_early(
    terms: Terms, *, on: dt.date, amount: Decimal, keep: Literal["term", "payment"] = "term"
) -> tuple[Instalment, ...]:
    """The schedule once ``amount`` of principal is repaid on ``on``, ahead of its due dates.

    Instalments due by ``on`` stay as they were. The repayment is a line of its own and bears the interest of the sum repaid
    since the last instalment, by the day (365 days a year). ``term`` keeps the last day and lowers what follows, ``payment``
    keeps the payments' size and ends sooner. Raises InputError if more is repaid than is owed.
    """
    lines = schedule(terms)
    past = [line for line in lines if line.due <= on]
    owed = past[-1].remaining if past else terms.principal
    if not 0 < amount <= owed or amount != amount.quantize(CENT):
        raise InputError(Text(f"il reste {owed} € à rembourser", f"€{owed} remain to be repaid"))
    since = past[-1].due if past else add_months(terms.first_due, -terms.every_months)
    interest = interest_by_day(amount, since=since, on=on, rate=terms.rate)
    early = Instalment(due=on, principal=amount, interest=interest, remaining=owed - amount)
    future = [line for line in lines if line.due > on]
    if amount == owed or not future:
        return (*past, early)
    rest = replace(
        terms,
        principal=owed - amount,
        instalments=len(future),
        deferred=min(max(0, terms.deferred - len(past)), len(future) - 1),
        first_due=future[0].due,
    )
    return (*past, early, *following(rest, future, keep=keep))


def following(
    rest: Terms, like: Sequence[Instalment], *, keep: Literal["term", "payment"] = "term"
) -> tuple[Instalment, ...]:
    """The instalments that repay ``rest`` in the place of ``like``, on the same days: its schedule where the ``term`` is
    kept, else payments of the size of those of ``like``, ending sooner. ``rest`` has as many instalments as ``like``."""
    with localcontext() as context:
        context.prec = PRECISION
        return _dated(_schedule(rest), like) if keep == "term" else _shortened(rest, like)


def interest_by_day(amount: Decimal, *, since: dt.date, on: dt.date, rate: Decimal) -> Decimal:
    """Simple interest of ``amount`` from ``since`` to ``on``, 365 days a year, to the cent (half up)."""
    with localcontext() as context:
        context.prec = PRECISION
        return _interest(amount, since, on, rate).quantize(CENT, rounding=ROUND_HALF_UP)


def _dated(lines: Sequence[Instalment], like: Sequence[Instalment]) -> tuple[Instalment, ...]:
    """``lines`` on the days of the first schedule: a month's last day is not lost by starting again from it."""
    return tuple(replace(line, due=other.due) for line, other in zip(lines, like, strict=False))


def _shortened(rest: Terms, future: Sequence[Instalment]) -> tuple[Instalment, ...]:
    """The payments of ``future`` go on until ``rest.principal`` is repaid."""
    rate = rest.rate / HUNDRED * rest.every_months / 12
    remaining = rest.principal
    lines: list[Instalment] = []
    for line in future:
        interest = (remaining * rate).quantize(CENT, rounding=ROUND_HALF_UP)
        aim = line.principal if rest.kind != "annuity" or line.principal == ZERO else line.total - interest
        principal = remaining if line is future[-1] else min(max(aim, ZERO), remaining)
        remaining -= principal
        lines.append(Instalment(due=line.due, principal=principal, interest=interest, remaining=remaining))
        if not remaining:
            break
    return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrears:
    """What is late on a day: ``late`` euros due and not paid since ``since``, and the interest they bore."""

    late: Decimal
    since: dt.date | None
    interest: Decimal


def arrears(
    lines: Iterable[Instalment], payments: Iterable[tuple[dt.date, Decimal]], *, on: dt.date, rate: Decimal
) -> Arrears:
    """What is owed and late on ``on``. Payments settle the oldest instalment first; ``rate`` is yearly, in percent.

    Late interest runs by the day from the day after each due date (365 days a year) and does not bear interest itself.
    """
    debts = [_Debt(line.due, line.total) for line in sorted(lines, key=lambda line: line.due) if line.due < on]
    with localcontext() as context:
        context.prec = PRECISION
        borne = Decimal(0)
        for day, amount in sorted(payments):
            left = amount if day <= on else ZERO
            for debt in debts:
                if not left:
                    break
                if not debt.left:
                    continue
                paid = min(left, debt.left)
                borne += _interest(paid, debt.due, day, rate)
                debt.left -= paid
                left -= paid
        borne += sum((_interest(debt.left, debt.due, on, rate) for debt in debts), ZERO)
        late = [debt for debt in debts if debt.left]
        return Arrears(
            late=sum((debt.left for debt in late), ZERO),
            since=late[0].due if late else None,
            interest=borne.quantize(CENT, rounding=ROUND_HALF_UP),
        )


@dataclass(slots=True)
class _Debt:
    due: dt.date
    left: Decimal


def _interest(amount: Decimal, due: dt.date, until: dt.date, rate: Decimal) -> Decimal:
    return amount * rate / HUNDRED * max(0, (until - due).days) / 365


def grant_equivalent(terms: Terms, *, released_on: dt.date, reference_rate: Decimal) -> Decimal:
    """The gross grant equivalent of a loan: what is lent less the worth of what comes back, never below zero.

    Repayments are discounted at ``reference_rate`` (yearly, in percent: the Commission's base rate and its margin, communication
    2008/C 14/02) by the day, 365 days a year.
    """
    with localcontext() as context:
        context.prec = PRECISION
        worth = Decimal(0)
        base = 1 + reference_rate / HUNDRED
        for line in schedule(terms):
            years = Decimal((line.due - released_on).days) / 365
            worth += line.total / base**years
        return max(ZERO, (terms.principal - worth).quantize(CENT, rounding=ROUND_HALF_UP))
