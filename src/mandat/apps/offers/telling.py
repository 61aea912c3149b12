"""Counts kept by establishment, and the facts that tell them: in batches, never under the offer's threshold.

What an establishment counts more since it was last told is told once it reaches the threshold. At the end of an act on many, what is
left in several establishments of a département is told together, where together they reach it; the rest waits.
So no difference between two publications is ever of fewer people than the threshold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.offers.definitions import PublishedOffer
from mandat.apps.offers.models import Establishment, Invitation, Member, Standing, Tally
from mandat.apps.programme.published import published as published_programme
from mandat.apps.territory import selectors as territory
from mandat.facts import Fact

#: Counts told in batches, and the kind of their facts.
BATCHED = {
    "invited": "offers.invited.v1",
    "declined": "offers.declined.v1",
    "attended": "offers.attended.v1",
}
#: Counts made anew from members and invitations.
RECOUNTED = ("listed", "waiting", "invited", "declined")


def tallies(offer: str, round: str, establishments: Collection[int]) -> dict[int, Tally]:
    """The tallies of these establishments, made where missing, locked until the transaction ends."""
    wanted = sorted(establishments)
    Tally.objects.bulk_create(
        [Tally(offer=offer, round=round, establishment_id=pk) for pk in wanted], ignore_conflicts=True
    )
    rows = Tally.objects.select_for_update().filter(offer=offer, round=round, establishment__in=wanted)
    return {row.establishment_id: row for row in rows.order_by("establishment_id")}


def recount(offer: str, round: str, establishments: Collection[int]) -> None:
    """Count anew who is listed, waits, was invited and declined in these establishments: one query for all."""
    kept = tallies(offer, round, establishments)
    counted: dict[int, Any] = {
        row["establishment"]: row
        for row in Member.objects.filter(offer=offer, round=round, establishment__in=list(kept), present=True)
        .annotate(asked=Exists(Invitation.objects.filter(member=OuterRef("pk"))))
        .order_by()
        .values("establishment")
        .annotate(
            listed=Sum("size"),
            waiting=Sum("size", filter=Q(standing=Standing.WAITING)),
            invited=Sum("size", filter=Q(asked=True)),
            declined=Sum("size", filter=Q(standing=Standing.DECLINED)),
        )
    }
    for pk, tally in kept.items():
        row = counted.get(pk, {})
        for name in RECOUNTED:
            setattr(tally, name, row.get(name) or 0)
    Tally.objects.bulk_update(kept.values(), RECOUNTED, batch_size=500)


def tell(
    published: PublishedOffer, round: str, establishments: Collection[int], *, fold: bool = True, enrolled: bool = False
) -> int:
    """Append the facts that are due on these establishments, in the caller's transaction. Returns how many.

    ``enrolled`` also tells rolls that are new or changed by the threshold or more.
    """
    threshold = published.offer.publication.threshold
    kept = tallies(published.code, round, establishments)
    schools = Establishment.objects.in_bulk(list(kept))
    facts: list[Fact] = []
    for pk, tally in kept.items():
        school = schools[pk]
        if enrolled and tally.listed >= threshold:
            change = abs(tally.listed - tally.told_listed)
            if tally.told_listed == 0 or change >= threshold:
                facts.append(_fact(published, round, "offers.enrolled.v1", tally.listed, [school]))
                tally.told_listed = tally.listed
        for name, kind in BATCHED.items():
            due = untold(tally, name)
            if due >= threshold:
                facts.append(_fact(published, round, kind, due, [school]))
                setattr(tally, f"told_{name}", getattr(tally, f"told_{name}") + due)
    if fold:
        facts += _folded(published, round, kept, schools, threshold)
    if facts:
        journal.append(facts)
    fields = ["told_listed", *(f"{prefix}_{name}" for name in BATCHED for prefix in ("told", "folded"))]
    Tally.objects.bulk_update(kept.values(), fields, batch_size=500)
    return len(facts)


def untold(tally: Tally, name: str) -> int:
    """How many more there are than were told; 0 where some were taken back."""
    told = getattr(tally, f"told_{name}") + getattr(tally, f"folded_{name}")
    return max(0, int(getattr(tally, name)) - int(told))


def _folded(
    published: PublishedOffer, round: str, kept: dict[int, Tally], schools: dict[int, Establishment], threshold: int
) -> list[Fact]:
    facts = []
    for department in sorted({school.department for school in schools.values()}):
        inside = [tally for pk, tally in kept.items() if schools[pk].department == department]
        for name, kind in BATCHED.items():
            few = [tally for tally in inside if untold(tally, name)]
            total = sum(untold(tally, name) for tally in few)
            if len(few) < 2 or total < threshold:
                continue
            facts.append(_fact(published, round, kind, total, [schools[tally.establishment_id] for tally in few]))
            for tally in few:
                setattr(tally, f"folded_{name}", getattr(tally, f"folded_{name}") + untold(tally, name))
    return facts


def _fact(published: PublishedOffer, round: str, kind: str, pupils: int, schools: Sequence[Establishment]) -> Fact:
    offer, folded = published.offer, len(schools) > 1
    school = schools[0]
    data: dict[str, Any] = {
        "offer": offer.code,
        "title": offer.title.fr,
        "round": published.round(round).title.fr,
        "establishment": "" if folded else school.code,
        "establishment_name": f"{len(schools)} établissements" if folded else school.name,
        "establishments": len(schools),
        "folded": folded,
    }
    return Fact(
        kind=kind,
        occurred_on=timezone.localdate(),
        programme=published.programme,
        data=data,
        measures=offer.measures,
        commitments=offer.commitments,
        area=area_of(school, folded=folded),
        quantity=Decimal(pupils),
        unit="pupil",
        definition=published.ref,
        subject="" if folded else school.code,
        synthetic=settings.MANDAT_DEMO,
    )


def area_of(school: Establishment, *, folded: bool = False) -> str:
    """Where a fact on an establishment is counted: its commune where the territory knows it, else its département."""
    commune = f"commune:{school.commune}"
    return commune if not folded and territory.exists(commune) else f"departement:{school.department}"


def region_of(published: PublishedOffer) -> str:
    """The area of the programme's region."""
    return f"region:{published_programme(published.programme).programme.region}"
