"""How a condition is kept, as anyone may read it: counts, and legal persons by name once a breach is upheld."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q

from mandat.apps.grants.models import Breach, ConditionRecord
from mandat.apps.grants.services.awards import legal_person

#: Names of one page, the latest first.
MOST = 50


@dataclass(frozen=True, slots=True)
class Upheld:
    """A breach upheld against a legal person."""

    name: str
    on: dt.date
    reference: str
    unmet: Decimal | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Awards bound by a condition; of them, those for which it is checked, examined, put right or broken."""

    bound: int
    met: int
    examined: int
    remedied: int
    upheld: int
    named: Sequence[Upheld]


def kept(programme: str, condition: str) -> Kept:
    """Three statements. What is examined names nobody; natural persons are only counted."""
    standing = ConditionRecord.Standing
    records = ConditionRecord.objects.filter(
        case__programme=programme, condition=condition, case__awarded__isnull=False
    )
    counted = records.aggregate(
        bound=Count("pk"),
        met=Count("pk", filter=Q(standing=standing.MET)),
        remedied=Count("pk", filter=Q(standing=standing.REMEDIED)),
    )
    breaches = Breach.objects.filter(case__programme=programme, record__condition=condition)
    ended = breaches.aggregate(
        examined=Count("pk", filter=Q(outcome="")), upheld=Count("pk", filter=Q(outcome=Breach.Outcome.UPHELD))
    )
    last = (
        breaches.filter(outcome=Breach.Outcome.UPHELD)
        .select_related("case__applicant")
        .defer("grounds", "answer", "motive")
    )
    named = [
        Upheld(breach.case.applicant.name, breach.closed_on, breach.case.reference, breach.unmet)
        for breach in last.order_by("-closed_on", "-pk")[:MOST]
        if legal_person(breach.case) and breach.case.applicant is not None and breach.closed_on is not None
    ]
    return Kept(**counted, **ended, named=named)
