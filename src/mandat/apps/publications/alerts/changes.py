"""See what changed in the standing of commitments since alerts were last prepared."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.programme.schema import Commitment
from mandat.apps.programme.standing import CommitmentStanding, standings, today
from mandat.apps.publications.exports.programme import six
from mandat.apps.publications.models import Change, SeenStanding
from mandat.facts.base import decimal_text


@transaction.atomic
def observe(current: Published, *, as_of: dt.date | None = None) -> list[Change]:
    """Record the changes since the last observation. The first one of a commitment tells nothing: there was no before."""
    day = as_of or today()
    journal.lock()
    seen = {row.commitment: row for row in SeenStanding.objects.filter(programme=current.code)}
    found: list[Change] = []
    rows: list[SeenStanding] = []
    for standing in standings(current, as_of=day).values():
        for part in standing.commitments:
            now = _now(current.code, part)
            before = seen.get(now.commitment)
            if before is not None:
                found += _changes(before, now, part.commitment, day)
            if before is None or _differs(before, now):
                rows.append(now)
    SeenStanding.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["programme", "commitment"],
        update_fields=["status", "stale_since", "regressed", "value"],
    )
    return Change.objects.bulk_create(found)


def _now(programme: str, part: CommitmentStanding) -> SeenStanding:
    return SeenStanding(
        programme=programme,
        commitment=part.commitment.code,
        status=part.status.value,
        stale_since=part.standing.stale_since,
        regressed=part.standing.regressed is not None,
        value=six(part.value.value),
    )


def _differs(before: SeenStanding, now: SeenStanding) -> bool:
    names = ("status", "stale_since", "regressed", "value")
    return any(getattr(before, name) != getattr(now, name) for name in names)


def _changes(before: SeenStanding, now: SeenStanding, commitment: Commitment, day: dt.date) -> list[Change]:
    def change(what: str, old: str, new: str) -> Change:
        return Change(programme=now.programme, commitment=now.commitment, what=what, before=old, after=new, on=day)

    found = []
    if before.status != now.status:
        found.append(change(Change.What.STATUS, before.status, now.status))
    if before.stale_since is None and now.stale_since is not None:
        found.append(change(Change.What.STALE, "", now.stale_since.isoformat()))
    if now.regressed and before.value is not None and now.value is not None:
        worse = now.value > before.value if commitment.goal.direction == "down" else now.value < before.value
        if worse:
            found.append(change(Change.What.REGRESSED, decimal_text(before.value), decimal_text(now.value)))
    return found
