"""Invite every member that waits, once: establishment by establishment, each in one transaction with its fact.

A batch that stops, whatever stopped it, goes on where it was: who is invited is in the database with its code, who is not still waits.
That none is invited twice rests on the unique constraint on member and rank, not on this code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.offers import codes, telling
from mandat.apps.offers.access import require_establishment
from mandat.apps.offers.definitions import PublishedOffer, published_offer
from mandat.apps.offers.models import (
    Attendance,
    Batch,
    Establishment,
    Identity,
    Invitation,
    Member,
    PendingCode,
    Standing,
)
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

CHUNK = 500


@transaction.atomic
def batch_open(*, actor: User, offer: str, round: str, establishments: Sequence[str] = (), rank: int = 1) -> Batch:
    """Open a batch of invitations: to all who wait (``rank`` 1), or to those who missed their appointment (``rank`` 2).

    ``establishments``: codes; all those of the offer by default. The batch is then carried out by ``batch_carry_out``.
    Raises PermissionDenied; InputError for a round that is over or where nobody is left to invite.
    """
    require(actor, "offers.manage")
    published = published_offer(offer)
    period = published.round(round)
    if timezone.localdate() > period.closes:
        raise InputError(Text("ce tour est terminé", "this round is over"))
    if rank == 2 and published.offer.second_invitation is None:
        raise InputError(Text("cette offre n'a pas de seconde invitation", "this offer has no second invitation"))
    known = set(
        Establishment.objects.filter(code__in=establishments, kind=published.offer.target.establishments).values_list(
            "code", flat=True
        )
    )
    for code in establishments:
        if code not in known:
            raise InputError(Text(f"établissement inconnu : {code}", f"unknown establishment: {code}"))
    batch = Batch(programme=published.programme, offer=offer, round=round, rank=rank, codes=sorted(known), actor=actor)
    if not any(True for _ in _due(published, batch)):
        raise InputError(Text("personne n'attend d'invitation ici", "nobody waits for an invitation here"))
    batch.save()
    return batch


def batch_carry_out(*, batch: Batch) -> int:
    """Invite those of a batch who are not yet; from its beginning or from where it stopped. Returns how many this time."""
    published = published_offer(batch.offer, batch.programme)
    Batch.objects.filter(pk=batch.pk, state=Batch.State.WAITING).update(state=Batch.State.RUNNING)
    done = 0
    touched: list[int] = []
    for school in list(_due(published, batch)):
        touched.append(school)
        done += _invite(published, batch, school)
    with transaction.atomic():
        all_schools = set(batch.invitations.order_by().values_list("member__establishment", flat=True).distinct())
        telling.tell(published, batch.round, all_schools | set(touched))
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, finished_at=timezone.now())
    batch.refresh_from_db()
    return done


def _due(published: PublishedOffer, batch: Batch) -> Iterator[int]:
    """Establishments where the batch has someone to invite, in order."""
    members = _members(published, batch)
    if batch.codes:
        members = members.filter(establishment__code__in=batch.codes)
    found = members.order_by("establishment_id").values_list("establishment_id", flat=True).distinct()
    if batch.rank == 1:
        yield from found
        return
    yield from (school for school in found if _missed(published, batch, school))


def _members(published: PublishedOffer, batch: Batch):  # type: ignore[no-untyped-def]  # a QuerySet of Member
    members = Member.objects.filter(offer=batch.offer, round=batch.round, present=True)
    if batch.rank == 1:
        return members.filter(standing=Standing.WAITING)
    second = Invitation.objects.filter(member=OuterRef("pk"), rank=2)
    return members.filter(standing=Standing.INVITED, invitations__closed=True).exclude(Exists(second)).distinct()


def _missed(published: PublishedOffer, batch: Batch, school: int) -> list[int]:
    """Members of an establishment whose appointment was missed long enough ago. Attendance is sealed: it is opened one by one."""
    again = published.offer.second_invitation
    if again is None:
        return []
    before = timezone.now() - dt.timedelta(days=again.after_days)
    waiting = _members(published, batch).filter(establishment=school).order_by("pk")
    rows = Attendance.objects.filter(
        appointment__invitation__member__in=waiting, appointment__slot__starts_at__lte=before
    ).select_related("appointment__invitation")
    missed: dict[int, bool] = {}
    for row in rows.order_by("pk"):
        member = row.appointment.invitation.member_id
        missed[member] = missed.get(member, True) and row.outcome == "missed"
    return [member for member, only in sorted(missed.items()) if only]


@transaction.atomic
def _invite(published: PublishedOffer, batch: Batch, school: int) -> int:
    """Invite those of one establishment, and tell it. Rows are locked: two batches cannot both take them."""
    members = Member.objects.select_for_update().filter(establishment=school)
    if batch.rank == 1:
        members = members.filter(offer=batch.offer, round=batch.round, present=True, standing=Standing.WAITING)
    else:
        members = members.filter(pk__in=_missed(published, batch, school)).exclude(
            Exists(Invitation.objects.filter(member=OuterRef("pk"), rank=2))
        )
    taken = list(members.order_by("group", "pk"))
    now = timezone.now()
    for at in range(0, len(taken), CHUNK):
        part = taken[at : at + CHUNK]
        drawn = [codes.new_code() for _ in part]
        invitations = Invitation.objects.bulk_create(
            [
                Invitation(member=member, batch=batch, rank=batch.rank, code=codes.hashed(code), created_at=now)
                for member, code in zip(part, drawn, strict=True)
            ]
        )
        PendingCode.objects.bulk_create(
            [PendingCode(invitation=one, code=code) for one, code in zip(invitations, drawn, strict=True)]
        )
        Member.objects.filter(pk__in=[member.pk for member in part]).update(standing=Standing.INVITED)
    if batch.rank == 1 and taken:
        telling.recount(batch.offer, batch.round, [school])
        telling.tell(published, batch.round, [school], fold=False, enrolled=True)
    return len(taken)


@transaction.atomic
def letters_hand_over(*, actor: User, batch: Batch, establishment: Establishment, group: str = "") -> int:
    """Letters were handed over: their codes, no longer needed, are erased. Returns how many.

    ``group`` limits to one class. Raises PermissionDenied.
    """
    require_establishment(actor, establishment)
    invitations = Invitation.objects.filter(batch=batch, member__establishment=establishment, handed_at=None)
    if group:
        invitations = invitations.filter(member__group=group)
    pks = list(invitations.order_by("pk").values_list("pk", flat=True))
    now = timezone.now()
    for at in range(0, len(pks), CHUNK):
        part = pks[at : at + CHUNK]
        Invitation.objects.filter(pk__in=part).update(handed_at=now)
        PendingCode.objects.filter(invitation__in=part).delete()
    return len(pks)


@transaction.atomic
def code_renew(*, actor: User, invitation: Invitation) -> str:
    """A new code for an invitation whose letter is lost: the old one stops working. Raises PermissionDenied, InputError."""
    require_establishment(actor, invitation.member.establishment)
    if invitation.closed:
        raise InputError(Text("cette invitation n'est plus en cours", "this invitation is no longer open"))
    code = codes.new_code()
    Invitation.objects.filter(pk=invitation.pk).update(code=codes.hashed(code), handed_at=None)
    PendingCode.objects.filter(invitation=invitation).delete()
    PendingCode.objects.create(invitation=invitation, code=code)
    return code


def named(members: Sequence[int]) -> dict[int, dict[str, str]]:
    """Who members are, by primary key: opened, for those who may see them."""
    return {row.member_id: row.person for row in Identity.objects.filter(member__in=members).order_by("pk")}
