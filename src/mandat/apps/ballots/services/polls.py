"""Polls: opened with rules that never change again, cancelled before anyone voted."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.permissions import require
from mandat.apps.ballots import boxing, bundle, choices, telling
from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.models import Mark, Poll, Roll
from mandat.apps.ballots.schema import BallotRules
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

__all__ = ["Option", "poll_cancel", "poll_open"]


def reference_of(process: str, code: str) -> str:
    """The address of a poll: at most 40 characters, the same each time."""
    whole = f"{process}-{code}"
    if len(whole) <= 40:
        return whole
    mark = hashlib.sha256(f"{process}/{code}".encode()).hexdigest()[:8]
    return f"{code[:31].rstrip('-')}-{mark}"


@transaction.atomic
def poll_open(
    *,
    actor: Any,
    roll: Roll,
    code: str,
    title: Text,
    question: Text | None,
    rules: BallotRules,
    options: Sequence[Option],
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    budget: Decimal | None = None,
    source: str = "",
    measures: Sequence[int] = (),
    commitments: Sequence[str] = (),
    synthetic: bool | None = None,
) -> Poll:
    """Freeze a poll and publish what it will be: votes are taken from ``opens_at`` until ``closes_at`` (aware), not a second more.

    ``actor`` None: a process opens it by its own definition. Opening the same poll twice gives the first one where nothing differs.

    Raises PermissionDenied; InputError for rules and options that do not fit, or a code already taken.
    """
    if actor is not None:
        require(actor, "ballots.manage")
    if opens_at.tzinfo is None or closes_at.tzinfo is None:
        raise InputError(Text("les heures d'un vote ont leur fuseau", "the hours of a vote have their time zone"))
    if closes_at <= opens_at:
        raise InputError(Text("un vote ferme après avoir ouvert", "a vote closes after it opens"))
    if roll.forgotten_at is not None:
        raise InputError(Text("cette liste est effacée", "this roll is erased"))
    kept = choices.checked(tuple(options), type=rules.type, budget=budget)
    if rules.most is not None and rules.most > len(kept):
        raise InputError(Text("on ne peut en choisir plus qu'il n'y en a", "one cannot choose more than there are"))
    definition = {
        "code": code,
        "process": roll.process,
        "title": {"fr": title.fr, "en": title.en},
        "question": {"fr": question.fr, "en": question.en} if question is not None else None,
        "rules": rules.model_dump(mode="json"),
        "options": [one.plain() for one in kept],
        "budget": format(budget, "f") if budget is not None else None,
        "opens_at": opens_at.astimezone(dt.UTC).isoformat(),
        "closes_at": closes_at.astimezone(dt.UTC).isoformat(),
    }
    digest = bundle.digest_of(definition)
    known = Poll.objects.filter(roll=roll, code=code).first()
    if known is not None:
        if known.digest == digest:
            return known
        raise InputError(Text(f"un vote porte déjà ce code : {code}", f"a vote already has this code: {code}"))
    reference = reference_of(roll.process, code)
    poll = Poll(
        roll=roll,
        code=code,
        reference=reference,
        programme=roll.programme,
        source=source,
        definition=definition,
        digest=digest,
        measures=list(measures),
        commitments=list(commitments),
        opens_at=opens_at,
        closes_at=closes_at,
        key=boxing.new_key(reference),
        synthetic=settings.MANDAT_DEMO if synthetic is None else synthetic,
    )
    try:
        with transaction.atomic():
            poll.save()
    except IntegrityError:
        raise InputError(
            Text(f"un vote porte déjà ce code : {code}", f"a vote already has this code: {code}")
        ) from None
    journal.append([telling.opened(poll)])
    return poll


@transaction.atomic
def poll_cancel(*, actor: Any, poll: Poll, why: str) -> Poll:
    """Give up a poll in which nobody has voted. Raises PermissionDenied, InputError."""
    require(actor, "ballots.manage")
    if not why.strip():
        raise InputError(Text("dites pourquoi ce vote est annulé", "say why this vote is cancelled"))
    locked = Poll.objects.select_for_update().get(pk=poll.pk)
    if locked.state != Poll.State.OPEN:
        raise PermissionDenied("ballots.manage")
    if Mark.objects.filter(poll=locked).exists():
        raise InputError(
            Text(
                "on a déjà voté : un vote commencé va jusqu'à son dépouillement",
                "votes were cast: a vote that has begun goes on to its count",
            )
        )
    locked.state, locked.cancelled_why = Poll.State.CANCELLED, why.strip()[:500]
    locked.save(update_fields=["state", "cancelled_why"])
    journal.append([telling.cancelled(locked, timezone.localdate())])
    poll.refresh_from_db()
    return poll
