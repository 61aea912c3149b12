"""Paper ballots: voters sign the roll before the closing; urns are opened, counted, entered and checked by two agents after it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from mandat.apps.accounts.permissions import require
from mandat.apps.ballots import boxing, contents
from mandat.apps.ballots.models import Boxed, Channel, DeskAct, Mark, PaperBatch, Poll, Voter
from mandat.apps.ballots.models.fields import random_key
from mandat.apps.ballots.services import casting, rolls
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Papers of one urn: more are two urns.
MOST = 5000


@transaction.atomic
def batch_open(*, actor: Any, poll: Poll, place: str) -> PaperBatch:
    """A new urn with its sheet. Raises PermissionDenied, InputError."""
    require(actor, "ballots.desk")
    if Channel.PAPER not in poll.rules.channels:
        raise InputError(Text("ce vote n'a pas lieu sur papier", "this vote is not held on paper"))
    if poll.state != Poll.State.OPEN or poll.over():
        raise InputError(Text("ce vote est clos", "this vote is closed"))
    if not place.strip():
        raise InputError(Text("dites où est l'urne", "say where the urn is"))
    Poll.objects.select_for_update().get(pk=poll.pk)
    last = PaperBatch.objects.filter(poll=poll).aggregate(n=Max("number"))["n"] or 0
    return PaperBatch.objects.create(
        poll=poll, number=last + 1, place=place.strip()[:200], opened_by=actor, seal=uuid.uuid4()
    )


def paper_sign(*, actor: Any, batch: PaperBatch, voter: Voter, reason: str) -> Mark:
    """A voter takes a paper ballot: the roll is marked, and nobody votes twice. Raises NotVotingError, AlreadyVoted."""
    require(actor, "ballots.desk")
    poll = batch.poll
    if batch.state != PaperBatch.State.OPEN:
        raise InputError(Text("cette urne est fermée", "this urn is closed"))
    if not poll.takes_votes():
        raise casting.NotVotingError(Text("ce vote n'est pas ouvert", "this vote is not open"))
    try:
        with transaction.atomic():
            casting.poll_lock(poll)
            [mark] = Mark.objects.bulk_create(
                [Mark(poll=poll, voter=voter, channel=Channel.PAPER, on=timezone.localdate())]
            )
            PaperBatch.objects.filter(pk=batch.pk).update(signed=F("signed") + 1)
            casting.turnout_add(poll, Channel.PAPER, voter.area)
            rolls.desk_noted(roll=poll.roll, agent=actor, what=DeskAct.What.PAPER, reason=reason or batch.place)
    except IntegrityError:
        raise casting.AlreadyVoted(Mark.objects.filter(poll=poll, voter=voter).first()) from None
    batch.refresh_from_db()
    return mark


def _after(poll: Poll) -> None:
    if not poll.over():
        raise InputError(
            Text("une urne ne s'ouvre qu'après la clôture du vote", "an urn is opened only after the vote is closed")
        )
    if poll.state != Poll.State.OPEN:
        raise InputError(Text("ce vote est déjà dépouillé", "this vote is counted already"))


@transaction.atomic
def batch_count(*, actor: Any, batch: PaperBatch, valid: int, blank: int, spoiled: int) -> PaperBatch:
    """What was counted by hand in an urn. Raises PermissionDenied, InputError."""
    require(actor, "ballots.desk")
    locked = PaperBatch.objects.select_for_update().select_related("poll").get(pk=batch.pk)
    _after(locked.poll)
    if locked.state not in (PaperBatch.State.OPEN, PaperBatch.State.COUNTED):
        raise InputError(Text("cette urne est déjà saisie", "this urn is entered already"))
    if min(valid, blank, spoiled) < 0 or valid + blank + spoiled > MOST:
        raise InputError(Text(f"de 0 à {MOST} bulletins par urne", f"from 0 to {MOST} ballots an urn"))
    locked.valid, locked.blank, locked.spoiled = valid, blank, spoiled
    locked.state = PaperBatch.State.COUNTED
    locked.save(update_fields=["valid", "blank", "spoiled", "state"])
    batch.refresh_from_db()
    return batch


@transaction.atomic
def batch_enter(*, actor: Any, batch: PaperBatch, ballots: Sequence[Mapping[str, Any]]) -> PaperBatch:
    """Enter the papers of an urn: as many of each sort as were counted by hand. Raises PermissionDenied, InputError with the paper's number."""
    require(actor, "ballots.desk")
    locked = PaperBatch.objects.select_for_update().select_related("poll").get(pk=batch.pk)
    poll = locked.poll
    _after(poll)
    if locked.state not in (PaperBatch.State.COUNTED, PaperBatch.State.ENTERED):
        raise InputError(Text("comptez d'abord cette urne à la main", "first count this urn by hand"))
    found = []
    for number, ballot in enumerate(ballots, 1):
        try:
            found.append(
                contents.checked(ballot, rules=poll.rules, options=poll.by_code, budget=poll.budget, paper=True)
            )
        except InputError as error:
            raise InputError(error.text, line=number) from error
    blank = sum(one == contents.BLANK for one in found)
    spoiled = sum(one == contents.SPOILED for one in found)
    entered, by_hand = (len(found) - blank - spoiled, blank, spoiled), (locked.valid, locked.blank, locked.spoiled)
    if entered != by_hand:
        raise InputError(
            Text(
                "saisie : {} exprimés, {} blancs, {} nuls ; comptés à la main : {}, {}, {}".format(*entered, *by_hand),
                "entered: {} valid, {} blank, {} spoiled; counted by hand: {}, {}, {}".format(*entered, *by_hand),
            )
        )
    locked.entries = sorted(contents.canonical(one) for one in found)
    locked.entered_by, locked.state = actor, PaperBatch.State.ENTERED
    locked.save(update_fields=["entries", "entered_by", "state"])
    batch.refresh_from_db()
    return batch


@transaction.atomic
def batch_check(*, actor: Any, batch: PaperBatch, valid: int, blank: int, spoiled: int) -> PaperBatch:
    """Another agent has checked the papers against the entry, and says again how many there are: they go into the box.

    Raises PermissionDenied (also for the agent who entered them), InputError.
    """
    require(actor, "ballots.desk")
    locked = PaperBatch.objects.select_for_update().select_related("poll").get(pk=batch.pk)
    poll = locked.poll
    _after(poll)
    if locked.state != PaperBatch.State.ENTERED:
        raise InputError(Text("cette urne n'est pas à vérifier", "this urn is not to be checked"))
    if locked.entered_by_id == actor.pk:
        raise PermissionDenied("ballots.desk")
    if (valid, blank, spoiled) != (locked.valid, locked.blank, locked.spoiled):
        raise InputError(
            Text(
                "vos nombres ne sont pas ceux de la feuille : recomptez ensemble",
                "your counts are not those of the sheet: count again together",
            )
        )
    casting.poll_lock(poll, alone=True)
    entries = locked.entries or []
    rows = []
    for content in entries:
        number = random_key()
        data = boxing.sealed(reference=poll.reference, key=poll.key, number=number, content=content)
        rows.append(Boxed(id=number, poll=poll, sealed=data))
    Boxed.objects.bulk_create(rows, batch_size=500)
    locked.entries, locked.boxed, locked.checked_by = None, len(rows), actor
    locked.state = PaperBatch.State.SEALED
    locked.save(update_fields=["entries", "boxed", "checked_by", "state"])
    batch.refresh_from_db()
    return batch
