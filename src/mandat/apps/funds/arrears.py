"""Loans whose instalments are overdue, by how much, and the interest that bears."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from mandat.apps.funds.models import DueLine, Loan, LoanMove
from mandat.apps.funds.plans import Line
from mandat.apps.ledger.models import major
from mandat.engines.financing import Instalment, arrears
from mandat.kernel.money import ZERO


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is late on a loan: ``late`` euros since ``since``, and the late interest still owed, paid and waived ones taken off."""

    late: Decimal
    since: dt.date | None
    interest: Decimal


def late_loans(programme: str, today: dt.date) -> QuerySet[Loan]:
    """Running loans with a line overdue, the oldest first."""
    found = Loan.objects.filter(programme=programme, state=Loan.State.RUNNING, next_due__lt=today)
    return found.order_by("next_due", "pk")


#: What came in for a loan, late interest aside: its day and its cents.
Received = Sequence[tuple[dt.date, int]]


def received(moves: Iterable[LoanMove]) -> Received:
    """What of these moves is money received."""
    kinds = (LoanMove.Kind.REPAID, LoanMove.Kind.EARLY)
    return [(move.on, move.principal + move.interest) for move in moves if move.kind in kinds]


def borne(loan: Loan, lines: Iterable[Line], paid: Received, on: dt.date) -> Overdue:
    """What a plan makes late, with the whole late interest it has borne so far: nothing paid, waived or carried counts here."""
    due = [Instalment(due=line.due, principal=line.principal, interest=line.interest, remaining=ZERO) for line in lines]
    found = arrears(due, [(day, major(cents, "EUR")) for day, cents in paid], on=on, rate=loan.late_rate)
    return Overdue(found.late, found.since, found.interest)


def overdue(loan: Loan, lines: Iterable[Line], paid: Received, on: dt.date) -> Overdue:
    """What is late on ``on`` and the late interest still owed."""
    found = borne(loan, lines, paid, on)
    settled = major(loan.late_paid + loan.late_waived - loan.late_carried, "EUR")
    return Overdue(found.late, found.since, max(ZERO, found.interest - settled))


def arrears_of(loans: Sequence[Loan], on: dt.date) -> dict[int, Overdue]:
    """What is late on each loan, by its key. Two queries for any number up to some hundreds."""
    lines: dict[int, list[Line]] = defaultdict(list)
    paid: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
    keys = [loan.pk for loan in loans]
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        # A line is of the plan in force where the loan says so; one that is not due yet is not late.
        in_force = Q(loan__in=part) & Q(plan=F("loan__plan")) & Q(due__lt=on)
        rows = DueLine.objects.filter(in_force).order_by("loan_id", "rank")
        for loan, due, principal, interest in rows.values_list("loan_id", "due", "principal", "interest"):
            lines[loan].append(Line(due, major(principal, "EUR"), major(interest, "EUR")))
        moves = LoanMove.objects.filter(loan__in=part, kind__in=(LoanMove.Kind.REPAID, LoanMove.Kind.EARLY))
        for loan, day, principal, interest in moves.order_by("pk").values_list(
            "loan_id", "on", "principal", "interest"
        ):
            paid[loan].append((day, principal + interest))
    return {loan.pk: overdue(loan, lines[loan.pk], paid[loan.pk], on) for loan in loans}
