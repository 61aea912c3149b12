"""Questions on offers: the proof that none is forgotten nor invited twice, coverage told, slots open to an invitation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.functions import Left

from mandat.apps.offers import codes
from mandat.apps.offers.models import (
    Establishment,
    Invitation,
    Member,
    Place,
    RollClosure,
    Slot,
    Standing,
    Tally,
)


@dataclass(frozen=True, slots=True)
class RollLine:
    """The roll of an establishment, in invitations (persons or groups). ``departed`` left and are in no other count."""

    establishment: Establishment
    roll: int
    invited: int
    declined: int
    waiting: int
    departed: int
    late: int
    closed: bool
    #: Members invited without an invitation, and waiting with one.
    wrong: int

    @property
    def holds(self) -> bool:
        """Invited, declined and waiting make up the roll, and each invited has exactly one first invitation."""
        return self.invited + self.declined + self.waiting == self.roll and self.wrong == 0


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The proof for a round, establishment by establishment and in all."""

    lines: tuple[RollLine, ...]
    #: Members with more than one first invitation: the database refuses them, and they are counted all the same.
    twice: int

    def total(self, name: str) -> int:
        return sum(int(getattr(line, name)) for line in self.lines)

    @property
    def holds(self) -> bool:
        return self.twice == 0 and all(line.holds for line in self.lines)

    @property
    def forgotten(self) -> int:
        """Members of closed rolls still without invitation."""
        return sum(line.waiting for line in self.lines if line.closed)


def reconciliation(offer: str, round: str, establishments: list[int] | None = None) -> Reconciliation:
    """Count rolls, standings and invitations apart, and compare. Four queries, whatever the size."""
    members = Member.objects.filter(offer=offer, round=round)
    invitations = Invitation.objects.filter(member__offer=offer, member__round=round, rank=1)
    if establishments is not None:
        members = members.filter(establishment__in=establishments)
        invitations = invitations.filter(member__establishment__in=establishments)
    # Standings and invitations come from two tables, so that one cannot vouch for itself.
    counted = (
        members.order_by()
        .values("establishment")
        .annotate(
            roll=Count("pk", filter=Q(present=True)),
            invited=Count("pk", filter=Q(present=True, standing=Standing.INVITED)),
            declined=Count("pk", filter=Q(present=True, standing=Standing.DECLINED)),
            waiting=Count("pk", filter=Q(present=True, standing=Standing.WAITING)),
            departed=Count("pk", filter=Q(present=False)),
            late=Count("pk", filter=Q(present=True, late=True)),
            ought=Count("pk", filter=Q(standing=Standing.INVITED)),
        )
    )
    asked: dict[int, dict[str, Any]] = {
        row["member__establishment"]: dict(row)
        for row in invitations.order_by()
        .values("member__establishment")
        .annotate(
            invited=Count("pk", filter=Q(member__standing=Standing.INVITED)),
            early=Count("pk", filter=Q(member__standing=Standing.WAITING)),
        )
    }
    closed = set(
        RollClosure.objects.filter(offer=offer, round=round).order_by("pk").values_list("establishment", flat=True)
    )
    rows: dict[int, dict[str, Any]] = {row["establishment"]: dict(row) for row in counted}
    none = {"invited": 0, "early": 0}
    lines = []
    for school in Establishment.objects.filter(pk__in=rows).order_by("department", "name", "code"):
        row, found = rows[school.pk], asked.get(school.pk, none)
        wrong = abs(row.pop("ought") - found["invited"]) + found["early"]
        row["establishment"] = school
        lines.append(RollLine(closed=school.pk in closed, wrong=wrong, **row))
    # Over all rounds: the constraint's own index answers, member by member.
    repeated = Invitation.objects.filter(rank=1).order_by().values("member").annotate(n=Count("pk")).filter(n__gt=1)
    return Reconciliation(tuple(lines), repeated.count())


def tallied(offer: str, round: str) -> QuerySet[Tally]:
    """Tallies with their establishment, by département and name."""
    return (
        Tally.objects.filter(offer=offer, round=round)
        .exclude(listed=0, told_listed=0)
        .select_related("establishment")
        .order_by("establishment__department", "establishment__name", "pk")
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What was published of a département besides its establishments."""

    invited: int
    declined: int
    attended: int


def folded(offer: str, round: str) -> dict[str, Told]:
    """Pupils told by département because they were too few in their establishments."""
    rows = (
        Tally.objects.filter(offer=offer, round=round)
        .order_by()
        .values("establishment__department")
        .annotate(invited=Sum("folded_invited"), declined=Sum("folded_declined"), attended=Sum("folded_attended"))
    )
    return {
        row["establishment__department"]: Told(row["invited"], row["declined"], row["attended"])
        for row in rows
        if row["invited"] or row["declined"] or row["attended"]
    }


def invitation_of(code: str) -> Invitation | None:
    """The invitation a typed code opens; None for what opens none."""
    found = codes.hashes(code)
    if not found:
        return None
    return Invitation.objects.select_related("member__establishment").filter(code__in=found).first()


def open_slots(
    *, offer: str, round: str, establishment: int, after: dt.datetime, place: int | None = None
) -> QuerySet[Slot]:
    """Slots with room at the places that serve an establishment, soonest first."""
    slots = Slot.objects.filter(
        offer=offer,
        round=round,
        place__serves=establishment,
        starts_at__gte=after,
        withdrawn=False,
        taken__lt=F("capacity"),
    )
    if place is not None:
        slots = slots.filter(place=place)
    return slots.select_related("place").order_by("starts_at", "place_id", "pk")


def places_for(establishment: int) -> QuerySet[Place]:
    """Places that serve an establishment."""
    return Place.objects.filter(serves=establishment).order_by("name", "code")


def occupancy(offer: str, round: str, *, now: dt.datetime) -> dict[int, dict[str, int]]:
    """By place: slots to come, their places, those taken."""
    rows = (
        Slot.objects.filter(offer=offer, round=round, withdrawn=False)
        .order_by()
        .values("place")
        .annotate(
            slots=Count("pk", filter=Q(starts_at__gte=now)),
            room=Sum(Case(When(starts_at__gte=now, then=F("capacity")), default=0, output_field=IntegerField())),
            taken=Sum(Case(When(starts_at__gte=now, then=F("taken")), default=0, output_field=IntegerField())),
        )
    )
    return {row["place"]: {"slots": row["slots"], "room": row["room"] or 0, "taken": row["taken"] or 0} for row in rows}


def batch_sizes(batches: list[int]) -> dict[int, tuple[int, int]]:
    """By batch: its invitations, and those whose letter is still to be handed over."""
    rows = (
        Invitation.objects.filter(batch__in=batches)
        .order_by()
        .values("batch")
        .annotate(all=Count("pk"), left=Count("pk", filter=Q(handed_at=None, pending__isnull=False)))
    )
    return {row["batch"]: (row["all"], row["left"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Class:
    """A class of an establishment in a round, in members."""

    group: str
    members: int
    waiting: int
    declined: int
    letters: int


def classes(offer: str, round: str, establishment: int) -> list[Class]:
    """Classes of an establishment, by name. Two queries."""
    members = Member.objects.filter(offer=offer, round=round, establishment=establishment, present=True)
    counted = (
        members.order_by()
        .values("group")
        .annotate(
            members=Count("pk"),
            waiting=Count("pk", filter=Q(standing=Standing.WAITING)),
            declined=Count("pk", filter=Q(standing=Standing.DECLINED)),
        )
    )
    pending = Invitation.objects.filter(
        member__offer=offer,
        member__round=round,
        member__establishment=establishment,
        handed_at=None,
        pending__isnull=False,
    )
    letters = {
        row["member__group"]: row["n"] for row in pending.order_by().values("member__group").annotate(n=Count("pk"))
    }
    return [Class(letters=letters.get(row["group"], 0), **row) for row in sorted(counted, key=lambda row: row["group"])]


def index_keys_in_use() -> list[str]:
    """Index keys under which members of rounds or codes of open invitations are still known: they may not be retired yet.

    A code cannot be hashed anew, for it is nowhere kept: its key serves until its round is over.
    """
    keys = {
        key.partition(":")[0] for key in Member.objects.order_by().values_list(Left("key", 17), flat=True).distinct()
    }
    codes_kept = Invitation.objects.filter(closed=False).order_by().values_list(Left("code", 17), flat=True).distinct()
    return sorted(keys | {code.partition(":")[0] for code in codes_kept})
