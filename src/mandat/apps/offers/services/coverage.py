"""Publish what was reached: by establishment in batches, and the share over the whole region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.offers import telling
from mandat.apps.offers.definitions import PublishedOffer, published_offer
from mandat.apps.offers.models import Attendance, CoverageRelease, Establishment, Member, Standing, Tally
from mandat.engines.disclosure import recordable
from mandat.facts import Fact

_KINDS = {"invited": "offers.coverage_invited.v1", "attended": "offers.coverage_attended.v1"}


@transaction.atomic
def coverage_publish(*, actor: User | None, offer: str, round: str) -> int:
    """Tell what is due by establishment, then the shares invited and come over the region. Returns how many facts.

    A share is told again only once it moved by nobody's being singled out: by the threshold or more. ``actor`` None is the scheduled
    task. Raises PermissionDenied, InputError.
    """
    if actor is not None:
        require(actor, "offers.manage")
    published = published_offer(offer)
    published.round(round)
    schools = list(
        Tally.objects.filter(offer=offer, round=round).order_by("pk").values_list("establishment_id", flat=True)
    )
    told = telling.tell(published, round, schools, enrolled=True)
    facts = [
        fact for fact in (_share(published, round, "invited"), _share(published, round, "attended")) if fact is not None
    ]
    if facts:
        journal.append(facts)
    return told + len(facts)


def share(reached: int, target: int) -> Decimal:
    """A share in percent to one decimal, never said to be whole while one is missing."""
    exact = Decimal(min(reached, target)) * 100 / Decimal(target)
    rounded = exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
    return Decimal("99.9") if rounded == 100 and reached < target else rounded


def _share(published: PublishedOffer, round: str, what: str) -> Fact | None:
    threshold = published.offer.publication.threshold
    members = Member.objects.filter(offer=published.code, round=round, present=True)
    target = members.aggregate(n=Sum("size"))["n"] or 0
    if what == "invited":
        reached = members.exclude(standing=Standing.WAITING).aggregate(n=Sum("size"))["n"] or 0
    else:
        sums = Tally.objects.filter(offer=published.code, round=round).aggregate(n=Sum("attended"))
        reached = sums["n"] or 0
    last = CoverageRelease.objects.filter(offer=published.code, round=round, what=what).first()
    if target < threshold or 0 < reached < threshold or (last is None and reached == 0):
        return None
    if last is not None and (last.reached, last.target) == (reached, target):
        return None
    if last is not None and 0 < abs(reached - last.reached) < threshold:
        return None
    breakdowns: dict[str, dict[str, int]] = {}
    if published.offer.unit == "person" and reached:
        counted = _invited_by(published.code, round) if what == "invited" else _attended_by(published.code, round)
        breakdowns = recordable(counted, smallest=threshold)
        if last is not None:
            breakdowns = {
                d: counts for d, counts in breakdowns.items() if _apart(counts, last.breakdowns.get(d), threshold)
            }
    CoverageRelease.objects.create(
        offer=published.code, round=round, what=what, reached=reached, target=target, breakdowns=breakdowns
    )
    period = published.round(round)
    data: dict[str, Any] = {
        "offer": published.code,
        "title": published.offer.title.fr,
        "round": period.title.fr,
        "reached": reached,
        "target": target,
        "establishments": Tally.objects.filter(offer=published.code, round=round, listed__gt=0).count(),
    }
    return Fact(
        kind=_KINDS[what],
        occurred_on=timezone.localdate(),
        programme=published.programme,
        data=data,
        measures=published.offer.measures,
        commitments=published.offer.commitments,
        area=telling.region_of(published),
        quantity=share(reached, target),
        unit="percent",
        breakdowns=breakdowns,
        definition=published.ref,
        synthetic=settings.MANDAT_DEMO,
    )


def _apart(now: Mapping[str, int], before: Mapping[str, int] | None, threshold: int) -> bool:
    """Whether no count differs from the one published before by fewer than ``threshold`` persons, but for none."""
    if before is None:
        return True
    return all(not 0 < abs(now.get(name, 0) - before.get(name, 0)) < threshold for name in {*now, *before})


def _invited_by(offer: str, round: str) -> dict[str, dict[str, int]]:
    members = Member.objects.filter(offer=offer, round=round, present=True).exclude(standing=Standing.WAITING)
    return {
        dimension: {row[dimension]: row["n"] for row in members.order_by().values(dimension).annotate(n=Sum("size"))}
        for dimension in ("gender", "age")
    }


def _attended_by(offer: str, round: str) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {"gender": Counter(), "age": Counter()}
    rows = Attendance.objects.filter(
        appointment__invitation__member__offer=offer, appointment__invitation__member__round=round
    ).select_related("appointment__invitation__member")
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        if row.outcome == "present":
            member = row.appointment.invitation.member
            counted["gender"][member.gender] += member.size
            counted["age"][member.age] += member.size
    return {dimension: dict(counts) for dimension, counts in counted.items()}


def recount_attendance(offer: str, round: str) -> dict[int, Counter[str]]:
    """Attendance counted anew from what is sealed, by establishment: what the tallies must say."""
    found: dict[int, Counter[str]] = {
        pk: Counter() for pk in Establishment.objects.order_by("pk").values_list("pk", flat=True)
    }
    rows = Attendance.objects.filter(
        appointment__invitation__member__offer=offer, appointment__invitation__member__round=round
    ).select_related("appointment__invitation__member")
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        member = row.appointment.invitation.member
        found[member.establishment_id][row.outcome] += member.size
    return found
