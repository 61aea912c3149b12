"""Cast a ballot: mark the roll and drop it in the box, in one transaction, or neither.

The database's own constraints do the work: one mark a voter and poll. Nothing is read from the box, and nothing of it is returned but the
receipt. On PostgreSQL a shared lock keeps the count from beginning while a ballot that came in time is being written; on SQLite one
transaction writes at a time.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mandat.apps.ballots import boxing, contents, receipts
from mandat.apps.ballots.models import Boxed, Channel, Mark, Poll, Voter
from mandat.apps.ballots.models.fields import random_key
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Names the polls' locks on PostgreSQL, beside the poll's number.
LOCK = 0x42414C
SHARDS = 8


class NotVotingError(InputError):
    """No vote is taken now: not open yet, closed, counted, cancelled."""


class AlreadyVoted(InputError):  # noqa: N818 - as AlreadyEnrolled
    """The roll is marked already; ``channel`` and ``on`` say by which way and on which day."""

    def __init__(self, mark: Mark | None) -> None:
        super().__init__(
            Text(
                "vous avez déjà voté : un seul bulletin est compté",
                "you have already voted: one ballot only is counted",
            )
        )
        self.mark = mark


def poll_lock(poll: Poll, *, alone: bool = False) -> None:
    """Hold a poll until the transaction ends: with other voters, or ``alone`` to count."""
    if connection.vendor == "postgresql":
        name = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {name}(%s, %s)", [LOCK, poll.pk])


def cast(*, poll: Poll, voter: Voter, ballot: Mapping[str, Any], channel: str, number: int | None = None) -> str:
    """Cast a ballot for a voter. Returns its receipt, which is shown once and kept nowhere beside the voter.

    ``number`` is the random number drawn beforehand for a form, so that the same form sent twice is the same ballot.

    Raises NotVotingError, AlreadyVoted, BallotError.
    """
    Channel(channel)
    if poll.state != Poll.State.OPEN:
        # Counted or cancelled: the key of the box is gone.
        raise _closed()
    rules = poll.rules
    if channel not in rules.channels and not (channel == Channel.OIDC and Channel.ACCOUNT in rules.channels):
        raise NotVotingError(Text("ce vote n'a pas lieu par ce moyen", "this vote is not held in this way"))
    content = contents.checked(ballot, rules=rules, options=poll.by_code, budget=poll.budget)
    if voter.roll_id != poll.roll_id:
        raise InputError(Text("vous n'êtes pas sur la liste de ce vote", "you are not on the roll of this vote"))
    chosen = random_key() if number is None else number
    data = boxing.sealed(reference=poll.reference, key=poll.key, number=chosen, content=contents.canonical(content))
    try:
        with transaction.atomic():
            poll_lock(poll)
            # After the lock: a count that began is over, and its poll is not open any more.
            now = timezone.now()
            _taking(poll, now)
            Mark.objects.bulk_create([Mark(poll=poll, voter=voter, channel=channel, on=timezone.localdate(now))])
            Boxed.objects.bulk_create([Boxed(id=chosen, poll=poll, sealed=data)])
            turnout_add(poll, channel, voter.area)
    except IntegrityError:
        mark = Mark.objects.filter(poll=poll, voter=voter).first()
        if mark is None and number is None:
            # Two of 2⁶³ numbers met: the voter did nothing wrong.
            return cast(poll=poll, voter=voter, ballot=ballot, channel=channel)
        raise AlreadyVoted(mark) from None
    return receipts.receipt(chosen)


def _taking(poll: Poll, now: Any) -> None:
    row = Poll.objects.filter(pk=poll.pk).values_list("state", "opens_at", "closes_at").get()
    state, opens_at, closes_at = row
    if state == Poll.State.OPEN and opens_at <= now < closes_at:
        return
    if state == Poll.State.OPEN and now < opens_at:
        raise NotVotingError(Text("ce vote n'est pas encore ouvert", "this vote is not open yet"))
    raise _closed()


def _closed() -> NotVotingError:
    return NotVotingError(
        Text("ce vote est clos : votre bulletin n'a pas été pris", "this vote is closed: your ballot was not taken")
    )


_ADD = (
    "INSERT INTO ballots_turnout (poll_id, channel, area, shard, count) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (poll_id, channel, area, shard) DO UPDATE SET count = ballots_turnout.count + excluded.count"
)


def turnout_add(poll: Poll, channel: str, area: str, count: int = 1) -> None:
    """Count votes by channel and area, in the transaction that takes them."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [poll.pk, channel, area, secrets.randbelow(SHARDS), count])


def held(*, poll: Poll, number: int) -> bool:
    """Whether the box (or the published list) holds the ballot of a form sent again: only who holds its number can ask."""
    from mandat.apps.ballots.models import Ballot

    return Boxed.objects.filter(pk=number, poll=poll).exists() or Ballot.objects.filter(pk=number, poll=poll).exists()
