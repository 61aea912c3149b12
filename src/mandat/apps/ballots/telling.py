"""What the journal hears of a poll: that it opened, closed, was counted, was cancelled. Nothing of what was voted before it is counted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from mandat.apps.ballots.models import Poll, Result
from mandat.facts import Fact


def _fact(kind: str, poll: Poll, on: dt.date, *, quantity: int | None = None, unit: str = "", **data: Any) -> Fact:
    return Fact(
        kind=kind,
        occurred_on=on,
        programme=poll.programme,
        data={"poll": poll.reference, "title": poll.title.fr, "process": poll.roll.process, **data},
        measures=tuple(poll.measures),
        commitments=tuple(poll.commitments),
        quantity=Decimal(quantity) if quantity is not None else None,
        unit=unit,
        subject=poll.reference,
        synthetic=poll.synthetic,
    )


def opened(poll: Poll) -> Fact:
    return _fact(
        "ballots.opened.v1",
        poll,
        timezone.localdate(),
        ballot=poll.rules.type,
        rule=poll.rules.counting.rule,
        options=len(poll.options),
        digest=poll.digest,
        opens_at=poll.opens_at.astimezone(dt.UTC).isoformat(),
        closes_at=poll.closes_at.astimezone(dt.UTC).isoformat(),
    )


def cancelled(poll: Poll, on: dt.date) -> Fact:
    return _fact("ballots.cancelled.v1", poll, on)


def closed(poll: Poll, *, voters: int, on_roll: int) -> Fact:
    """How many voted: a total, published whatever it is, since the list of ballots is."""
    return _fact("ballots.closed.v1", poll, timezone.localdate(), quantity=voters, unit="person", on_roll=on_roll)


def counted(poll: Poll, result: Result) -> Fact:
    return _fact(
        "ballots.counted.v1",
        poll,
        timezone.localdate(),
        quantity=result.marks,
        unit="person",
        root=result.root,
        digest=poll.digest,
        winners=tuple(result.winners),
        valid=bool(result.outcome["valid"]),
        blank=int(result.outcome["blank"]),
        spoiled=int(result.outcome["spoiled"]),
    )


def explained(poll: Poll, difference: int) -> Fact:
    return _fact("ballots.difference_explained.v1", poll, timezone.localdate(), difference=difference)
