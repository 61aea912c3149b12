"""Fill a box with synthetic ballots, for demonstrations and benchmarks: roll and box stay equal, as if each had been cast."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat.apps.ballots import boxing, contents
from mandat.apps.ballots.models import Boxed, Channel, Mark, Nullifier, Poll, Voter
from mandat.apps.ballots.models.fields import KEYS
from mandat.apps.ballots.services import casting
from mandat.apps.ballots.services.rolls import nullifier
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

CHUNK = 1000


@transaction.atomic
def fill(
    poll: Poll,
    ballots: Iterable[Mapping[str, Any] | tuple[Mapping[str, Any], str]],
    *,
    channel: str = Channel.ACCOUNT,
    seed: str = "",
) -> int:
    """Cast one ballot for each of so many invented voters; each is a ballot, or a ballot and the voter's area. Returns how many.

    The keys follow from ``seed`` (the poll's reference by default): the same demonstration is the same each time. Raises InputError for a poll
    that is not synthetic, or takes no vote now; BallotError for a ballot that nobody could have cast.
    """
    if not poll.synthetic:
        raise InputError(
            Text("on ne remplit que l'urne d'un vote de démonstration", "only the box of a demonstration may be filled")
        )
    casting.poll_lock(poll, alone=True)
    casting._taking(poll, timezone.now())
    on = timezone.localdate()
    total = 0
    areas: Counter[str] = Counter()
    stream = iter(ballots)
    while chunk := list(islice(stream, CHUNK)):
        voters, names, marks, boxed = [], [], [], []
        for n, given in enumerate(chunk, total):
            ballot, area = given if isinstance(given, tuple) else (given, "")
            content = contents.checked(ballot, rules=poll.rules, options=poll.by_code, budget=poll.budget)
            voter = Voter(
                id=_key(poll, seed, "voter", n), roll_id=poll.roll_id, channel=channel, area=area, enrolled_on=on
            )
            value = nullifier(roll=poll.roll, identity=f"synthetic:{seed or poll.reference}|{n}")
            voters.append(voter)
            names.append(Nullifier(id=_key(poll, seed, "nullifier", n), roll_id=poll.roll_id, value=value, voter=voter))
            marks.append(Mark(id=_key(poll, seed, "mark", n), poll=poll, voter=voter, channel=channel, on=on))
            number = _key(poll, seed, "ballot", n)
            data = boxing.sealed(
                reference=poll.reference, key=poll.key, number=number, content=contents.canonical(content)
            )
            boxed.append(Boxed(id=number, poll=poll, sealed=data))
            areas[area] += 1
        Voter.objects.bulk_create(voters)
        Nullifier.objects.bulk_create(names)
        Mark.objects.bulk_create(marks)
        Boxed.objects.bulk_create(sorted(boxed, key=lambda one: one.pk))
        total += len(chunk)
    for area, count in sorted(areas.items()):
        casting.turnout_add(poll, channel, area, count)
    return total


def _key(poll: Poll, seed: str, what: str, n: int) -> int:
    drawn = hashlib.sha256(f"{seed or poll.reference}|{what}|{n}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % KEYS
