"""Receive the list of an establishment's pupils or classes; declare it complete."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.custody.sealing import blind_index, blind_indexes
from mandat.apps.offers import reading, telling
from mandat.apps.offers.definitions import PublishedOffer, published_offer
from mandat.apps.offers.models import (
    Establishment,
    Identity,
    Member,
    RefusedRollLine,
    RollClosure,
    RollImport,
    Standing,
)
from mandat.apps.offers.schema import Round
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

PURPOSE = "offers.member"
#: Lines looked up and written at once.
CHUNK = 500
#: A file that refuses more lines than this is not a list: the others are counted, not kept.
MOST_REFUSED = 10_000


class _TrialError(Exception):
    """Undoes what a trial wrote."""


def roll_import(
    *, actor: User, offer: str, round: str, stream: BinaryIO, filename: str, complete: bool, dry_run: bool = False
) -> RollImport:
    """Read a list of members into a round: all of it in one transaction, or nothing.

    The same person in two lists is one member, who moves to the establishment of the list read last. ``complete``: those of the list's
    establishments who are not in it have left. Bad lines are left out and kept by number; ``dry_run`` reports alike and changes nothing.
    Facts tell the rolls of the establishments touched.

    Raises PermissionDenied; InputError for an unknown offer or round, or what is no list.
    """
    require(actor, "offers.manage")
    published = published_offer(offer)
    period = published.round(round)
    run = RollImport(
        programme=published.programme,
        offer=offer,
        round=round,
        filename=Path(filename.replace("\\", "/")).name[:255],
        actor=actor,
        complete=complete,
        dry_run=dry_run,
    )
    refused: list[tuple[int, Text]] = []
    try:
        with transaction.atomic():
            _Reading(published, period, run, refused).execute(stream)
            if dry_run:
                raise _TrialError
            _keep(run, refused)
    except _TrialError:
        with transaction.atomic():
            _keep(run, refused)
    return run


def _keep(run: RollImport, refused: Sequence[tuple[int, Text]]) -> None:
    run.save()
    RefusedRollLine.objects.bulk_create(
        [RefusedRollLine(run=run, line=line, fr=why.fr[:300], en=why.en[:300]) for line, why in refused],
        batch_size=CHUNK,
    )


class _Reading:
    """One list on its way into a round."""

    def __init__(
        self, published: PublishedOffer, period: Round, run: RollImport, refused: list[tuple[int, Text]]
    ) -> None:
        self.published, self.period, self.run, self.refused = published, period, run, refused
        kind = published.offer.target.establishments
        self.schools = dict(Establishment.objects.filter(kind=kind).order_by("pk").values_list("code", "pk"))
        self.closed = set(
            RollClosure.objects.filter(offer=run.offer, round=run.round).values_list("establishment", flat=True)
        )
        self.seen: set[bytes] = set()
        self.named: set[str] = set()
        self.listed: set[int] = set()
        self.touched: set[int] = set()

    def execute(self, stream: BinaryIO) -> None:
        found = reading.entries(stream, offer=self.published.offer, round=self.period, known=self.schools.keys())
        good = self._good(found)
        while chunk := list(islice(good, CHUNK)):
            self._apply(chunk)
        if self.run.complete:
            self._leave()
        telling.recount(self.run.offer, self.run.round, self.touched)
        telling.tell(self.published, self.run.round, self.touched, fold=False, enrolled=True)

    def _good(self, found: Iterator[reading.Entry | tuple[int, Text]]) -> Iterator[reading.Entry]:
        """Entries, each person once; the others are counted, refused lines kept."""
        for item in found:
            self.run.lines += 1
            if isinstance(item, tuple):
                self.run.refused += 1
                if len(self.refused) < MOST_REFUSED:
                    self.refused.append(item)
                continue
            mark = hashlib.blake2b(item.identity.encode(), digest_size=16).digest()
            if mark in self.seen:
                self.run.repeated += 1
                if len(self.refused) < MOST_REFUSED:
                    again = Text("déjà plus haut dans ce fichier", "already above in this file")
                    self.refused.append((item.line, again))
                continue
            self.seen.add(mark)
            yield item

    def _apply(self, chunk: list[reading.Entry]) -> None:
        keys = {entry.identity: blind_indexes(entry.identity, purpose=PURPOSE) for entry in chunk}
        wanted = [key for known in keys.values() for key in known]
        same = Member.objects.filter(offer=self.run.offer, round=self.run.round, key__in=wanted)
        found = {member.key: member for member in same.select_for_update().order_by("pk")}
        fresh: list[tuple[Member, reading.Entry]] = []
        kept: list[tuple[Member, reading.Entry]] = []
        changed: list[Member] = []
        for entry in chunk:
            school = self.schools[entry.establishment]
            self.listed.add(school)
            self.touched.add(school)
            self.named.add(blind_index(entry.identity, purpose=PURPOSE))
            member = next((found[key] for key in keys[entry.identity] if key in found), None)
            if member is None:
                self.run.arrived += 1
                fresh.append((self._new(entry, school), entry))
            else:
                kept.append((member, entry))
                if self._update(member, entry, school):
                    changed.append(member)
        Member.objects.bulk_create([member for member, _ in fresh], batch_size=CHUNK)
        self._identify(fresh, kept)
        fields = ["key", "establishment", "group", "size", "gender", "age", "present", "late"]
        Member.objects.bulk_update(changed, fields, batch_size=CHUNK)

    def _identify(self, fresh: list[tuple[Member, reading.Entry]], kept: list[tuple[Member, reading.Entry]]) -> None:
        """Seal who new members are; correct what a later list says otherwise. Who declined is not named again."""
        named = {member.pk: entry.person for member, entry in kept if member.standing != Standing.DECLINED}
        for identity in Identity.objects.filter(member__in=named).order_by("pk"):
            person = named.pop(identity.member_id)
            if identity.person != person:
                identity.person = person
                identity.save(update_fields=["person"])
        fresh = [*fresh, *((member, entry) for member, entry in kept if member.pk in named)]
        Identity.objects.bulk_create(
            [Identity(member=member, person=cast(Any, entry.person)) for member, entry in fresh if entry.person],
            batch_size=CHUNK,
        )

    def _new(self, entry: reading.Entry, school: int) -> Member:
        return Member(
            offer=self.run.offer,
            round=self.run.round,
            key=blind_index(entry.identity, purpose=PURPOSE),
            establishment_id=school,
            group=entry.group,
            size=entry.size,
            gender=entry.gender,
            age=entry.age,
            late=school in self.closed,
        )

    def _update(self, member: Member, entry: reading.Entry, school: int) -> bool:
        """Whether something changed: moved, returned, another class or size, or a newer index key."""
        key = blind_index(entry.identity, purpose=PURPOSE)
        now = (key, school, entry.group, entry.size, entry.gender, entry.age, True)
        before = (
            member.key,
            member.establishment_id,
            member.group,
            member.size,
            member.gender,
            member.age,
            member.present,
        )
        if not member.present:
            self.run.returned += 1
        elif member.establishment_id != school:
            self.run.moved += 1
        else:
            self.run.unchanged += 1
        if before == now:
            return False
        if member.establishment_id != school:
            self.touched.add(member.establishment_id)
            member.late = school in self.closed
        member.key, member.establishment_id, member.group, member.size, member.gender, member.age, member.present = now
        return True

    def _leave(self) -> None:
        """Those of the establishments listed whom the list does not name have left."""
        here = Member.objects.filter(
            offer=self.run.offer, round=self.run.round, establishment__in=self.listed, present=True
        )
        gone = [
            pk
            for pk, key in here.order_by("pk").values_list("pk", "key").iterator(chunk_size=5000)
            if key not in self.named
        ]
        for at in range(0, len(gone), CHUNK):
            Member.objects.filter(pk__in=gone[at : at + CHUNK]).update(present=False)
        self.run.departed = len(gone)


@transaction.atomic
def roll_close(*, actor: User, offer: str, round: str, establishments: Sequence[str] = ()) -> int:
    """Declare rolls complete (of all establishments that have one, by default); arrivals after are late. Returns how many.

    Raises PermissionDenied; InputError for an unknown offer, round or establishment, or an establishment without a roll.
    """
    require(actor, "offers.manage")
    published = published_offer(offer)
    period = published.round(round)
    rolls = Member.objects.filter(offer=offer, round=round, present=True).order_by().values("establishment__code")
    counted = dict(rolls.annotate(n=Sum("size")).values_list("establishment__code", "n"))
    wanted = list(establishments) or sorted(counted)
    for code in wanted:
        if code not in counted:
            raise InputError(Text(f"aucune liste pour {code}", f"no roll for {code}"))
    if not wanted:
        raise InputError(Text("aucune liste à clore", "no roll to close"))
    schools = dict(Establishment.objects.filter(code__in=wanted).order_by("pk").values_list("code", "pk"))
    closed = set(
        RollClosure.objects.filter(offer=offer, round=round, establishment__in=schools.values()).values_list(
            "establishment__code", flat=True
        )
    )
    fresh = [code for code in wanted if code not in closed]
    RollClosure.objects.bulk_create(
        [
            RollClosure(offer=offer, round=round, establishment_id=schools[code], actor=actor, members=counted[code])
            for code in fresh
        ]
    )
    telling.recount(offer, round, schools.values())
    telling.tell(published, round, schools.values(), fold=False, enrolled=True)
    if fresh:
        journal.append([_closed(published, period, len(fresh))])
    return len(fresh)


def _closed(published: PublishedOffer, period: Round, establishments: int) -> Fact:
    offer = published.offer
    return Fact(
        kind="offers.rolls_closed.v1",
        occurred_on=timezone.localdate(),
        programme=published.programme,
        data={"offer": offer.code, "title": offer.title.fr, "round": period.title.fr},
        measures=offer.measures,
        commitments=offer.commitments,
        area=telling.region_of(published),
        quantity=Decimal(establishments),
        unit="organisation",
        definition=published.ref,
        synthetic=settings.MANDAT_DEMO,
    )
