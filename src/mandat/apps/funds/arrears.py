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


def borne(loan: Loan, lines: Iterable[Line], moves: Iterable[LoanMove], on: dt.date) -> Overdue:
    """What a plan makes late, with the whole late interest it has borne so far: nothing paid, waived or carried counts here."""
    paid = [
        (move.on, major(move.principal + move.interest, "EUR"))
        for move in moves
        if move.kind in (LoanMove.Kind.REPAID, LoanMove.Kind.EARLY)
    ]
    due = [Instalment(due=line.due, principal=line.principal, interest=line.interest, remaining=ZERO) for line in lines]
    found = arrears(due, paid, on=on, rate=loan.late_rate)
    return Overdue(found.late, found.since, found.interest)


def overdue(loan: Loan, lines: Iterable[Line], moves: Iterable[LoanMove], on: dt.date) -> Overdue:
    """What is late on ``on`` and the late interest still owed."""
    found = borne(loan, lines, moves, on)
    settled = major(loan.late_paid + loan.late_waived - loan.late_carried, "EUR")
    return Overdue(found.late, found.since, max(ZERO, found.interest - settled))


def arrears_of(loans: Sequence[Loan], on: dt.date) -> dict[int, Overdue]:
    """What is late on each loan, by its key. Two queries for any number up to some hundreds."""
    lines: dict[int, list[Line]] = defaultdict(list)
    moves: dict[int, list[LoanMove]] = defaultdict(list)
    keys = [loan.pk for loan in loans]
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        # A line is of the plan in force where the loan says so.
        in_force = Q(loan__in=part) & Q(plan=F("loan__plan"))
        for line in DueLine.objects.filter(in_force).order_by("loan_id", "rank"):
            lines[line.loan_id].append(line.line)
        for move in LoanMove.objects.filter(loan__in=part).order_by("pk"):
            moves[move.loan_id].append(move)
    return {loan.pk: overdue(loan, lines[loan.pk], moves[loan.pk], on) for loan in loans}
