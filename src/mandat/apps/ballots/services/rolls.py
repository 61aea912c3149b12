"""The roll: open it, put people on it, find them again, forget them.

An identity is never kept: what is kept is HMAC-SHA256 of it under the roll's salt (its nullifier). Someone known in several ways has several
nullifiers and is one voter.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts.permissions import require
from mandat.apps.ballots import identities
from mandat.apps.ballots.models import Channel, Code, DeskAct, Mark, Nullifier, Poll, Roll, Voter
from mandat.apps.custody.keys import ErasedError
from mandat.apps.custody.subjects import subject_erase, subject_open
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: For how long a process remembers a salt it opened, in seconds.
TRUST = 60.0
_salts: dict[Any, tuple[float, bytes]] = {}


class AlreadyEnrolled(InputError):  # noqa: N818 - its name is the contract
    """The person is on the roll already: ``voter``, by ``channel``."""

    def __init__(self, voter: Voter) -> None:
        label = str(Channel(voter.channel).label)
        super().__init__(
            Text(f"cette personne est déjà sur la liste ({label})", f"this person is already on the roll ({label})")
        )
        self.voter, self.channel = voter, voter.channel


class RollForgottenError(InputError):
    """The salt is destroyed: nobody can be found on the roll any more."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "cette liste est effacée : le délai de recours est passé",
                "this roll is erased: the appeal period is over",
            )
        )


def roll_held(process: str) -> Roll | None:
    """The roll of a process; None where nobody was entered yet, and reading opens none."""
    return Roll.objects.filter(process=process).first()


def roll_open(
    *,
    process: str,
    title: Text,
    least_age: int | None = None,
    closed_list: bool = False,
    programme: str = "",
) -> Roll:
    """The roll of a process, opened where there is none yet: it is one for all the polls of the process."""
    found = roll_held(process)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            roll = Roll(
                process=process,
                programme=programme or settings.MANDAT_PROGRAMME,
                title_fr=title.fr[:300],
                title_en=title.en[:300],
                least_age=least_age,
                closed_list=closed_list,
                holder=subject_open(),
                salt=secrets.token_hex(32),
                opened_on=timezone.localdate(),
            )
            roll.save()
            return roll
    except IntegrityError:
        # Another process opened it in the same second.
        return Roll.objects.get(process=process)


def salt_of(roll: Roll) -> bytes:
    """The salt of a roll. Raises RollForgottenError."""
    held = _salts.get(roll.reference)
    if held is not None and held[0] > time.monotonic():
        return held[1]
    try:
        kept = Roll.objects.select_related("holder").get(pk=roll.pk)
        salt = bytes.fromhex(kept.salt or "")
    except ErasedError:
        raise RollForgottenError from None
    if kept.forgotten_at is not None or not salt:
        raise RollForgottenError
    if len(_salts) > 500:
        _salts.clear()
    _salts[roll.reference] = (time.monotonic() + TRUST, salt)
    return salt


def nullifier(*, roll: Roll, identity: str) -> str:
    """HMAC-SHA256 of an identity under the roll's salt, in hexadecimal. Raises RollForgottenError."""
    return hmac.new(salt_of(roll), identity.encode(), hashlib.sha256).hexdigest()


def found(*, roll: Roll, known_as: Iterable[str]) -> Voter | None:
    """The voter known by any of these identities, or None. Raises RollForgottenError."""
    salt = salt_of(roll)
    wanted = [hmac.new(salt, one.encode(), hashlib.sha256).hexdigest() for one in known_as if one]
    row = (
        Nullifier.objects.filter(roll_id=roll.pk, value__in=wanted)
        .select_related("voter")
        .order_by("-voter__listed", "voter_id")
        .first()
    )
    return None if row is None else row.voter


def voter_of(*, roll: Roll, user: Any) -> Voter | None:
    """Who an account is on the roll; None where it is not on it, or the roll is forgotten."""
    if not getattr(user, "is_authenticated", False):
        return None
    try:
        return found(roll=roll, known_as=identities.of_user(user))
    except RollForgottenError:
        return None


def enrol(
    *,
    roll: Roll,
    channel: str,
    identity: str,
    area: str = "",
    age_band: str = "",
    actor: Any = None,
    reason: str = "",
    also: Sequence[str] = (),
) -> Voter:
    """Put someone on the roll. ``identity`` and ``also`` are writings of ``identities``: all the ways the same person is known.

    At a desk an agent acts, with a reason, which is kept. A closed list takes new names from a desk and from lists alone. What a known
    person was not known by yet is added to them.

    Raises AlreadyEnrolled with the voter and the channel; InputError, PermissionDenied, RollForgottenError.
    """
    Channel(channel)
    known_as = [one for one in dict.fromkeys([identity, *also]) if one]
    if not known_as:
        raise InputError(Text("personne n'est nommé", "nobody is named"))
    if channel == Channel.DESK:
        if actor is None:
            raise PermissionDenied("ballots.desk")
        require(actor, "ballots.desk")
        if not reason.strip():
            raise InputError(Text("dites pourquoi cette personne est inscrite au guichet", "say why"))
    values = [nullifier(roll=roll, identity=one) for one in known_as]
    try:
        with transaction.atomic():
            voter = _met(roll, values)
            if voter is None:
                if roll.closed_list and channel not in (Channel.DESK, Channel.ROLL, Channel.CODE):
                    raise InputError(
                        Text(
                            "vous n'êtes pas sur la liste de ce vote ; voyez le guichet si c'est une erreur",
                            "you are not on the roll of this vote; see the desk if this is a mistake",
                        )
                    )
                voter = Voter.objects.create(
                    roll=roll,
                    channel=channel,
                    area=area[:80],
                    age_band=age_band[:10],
                    listed=channel == Channel.ROLL,
                    enrolled_on=timezone.localdate(),
                )
                Nullifier.objects.bulk_create([Nullifier(roll=roll, value=one, voter=voter) for one in values])
                if channel == Channel.DESK:
                    _noted(roll, actor, DeskAct.What.ENROLLED, reason)
                return voter
    except IntegrityError:
        # The same person came by another channel in the same second.
        voter = _met(roll, values)
        if voter is None:
            raise
    raise AlreadyEnrolled(voter)


def known(*, roll: Roll, channel: str, known_as: Sequence[str], area: str = "", age_band: str = "") -> Voter:
    """The voter of these identities, put on the roll where they are not on it yet. Raises as ``enrol``, but for AlreadyEnrolled."""
    try:
        return enrol(roll=roll, channel=channel, identity=known_as[0], also=known_as[1:], area=area, age_band=age_band)
    except AlreadyEnrolled as already:
        return already.voter


def _met(roll: Roll, values: Sequence[str]) -> Voter | None:
    """The voter any of these nullifiers names, all of them theirs from now on; two rows of one person become one."""
    rows = list(Nullifier.objects.filter(roll=roll, value__in=values).select_related("voter").order_by("pk"))
    if not rows:
        return None
    voters = {row.voter_id: row.voter for row in rows}
    kept = next(iter(voters.values())) if len(voters) == 1 else _merged(roll, list(voters))
    missing = set(values) - {row.value for row in rows}
    # A desk or a list may know someone by less: nothing is taken away.
    Nullifier.objects.bulk_create([Nullifier(roll=roll, value=one, voter=kept) for one in sorted(missing)])
    return kept


def _merged(roll: Roll, ids: Sequence[int]) -> Voter:
    """Voters who turn out to be one person: one row is left, with every vote that was cast, and no more than one in a poll."""
    voters = list(Voter.objects.select_for_update().filter(pk__in=ids).order_by("-listed", "pk"))
    marked = set(Mark.objects.filter(voter__in=voters).order_by().values_list("voter_id", flat=True))
    voters.sort(key=lambda one: one.pk not in marked)
    kept, others = voters[0], voters[1:]
    taken = set(Mark.objects.filter(voter=kept).order_by().values_list("poll_id", flat=True))
    for other in others:
        theirs = list(Mark.objects.filter(voter=other).order_by("pk"))
        if any(mark.poll_id in taken for mark in theirs):
            # Voted twice as two people before it was known: nothing can be taken out of a box. Both rows stay, and both have voted.
            continue
        Mark.objects.filter(voter=other).update(voter=kept)
        taken |= {mark.poll_id for mark in theirs}
        Nullifier.objects.filter(voter=other).update(voter=kept)
        Code.objects.filter(voter=other).update(voter=kept)
        kept.listed = kept.listed or other.listed
        kept.area, kept.age_band = kept.area or other.area, kept.age_band or other.age_band
        other.delete()
    kept.save(update_fields=["listed", "area", "age_band"])
    return kept


def _noted(roll: Roll, agent: Any, what: str, reason: str) -> None:
    DeskAct.objects.create(roll=roll, agent=agent, what=what, reason=reason.strip()[:300], on=timezone.localdate())


def desk_noted(*, roll: Roll, agent: Any, what: str, reason: str) -> None:
    """Keep what an agent did at a desk, and why."""
    _noted(roll, agent, what, reason)


def voters_count(roll: Roll) -> int:
    """How many are on the roll, also once it is forgotten."""
    return roll.voters_then if roll.voters_then is not None else Voter.objects.filter(roll=roll).count()


@transaction.atomic
def salt_destroy(*, roll: Roll) -> bool:
    """Destroy the salt's key, the nullifiers, the codes, the voters and their marks; figures stay. False where it was done already.

    Raises InputError while a poll of the roll is open, or may still be contested.
    """
    locked = Roll.objects.select_for_update().select_related("holder").get(pk=roll.pk)
    if locked.forgotten_at is not None:
        return False
    now = timezone.now()
    for poll in Poll.objects.filter(roll=locked).order_by("pk"):
        over = poll.appeal_until
        if poll.state == Poll.State.OPEN or (over is not None and over > now):
            raise InputError(Text("un vote de cette liste n'est pas définitif", "a vote of this roll is not final yet"))
    locked.voters_then = Voter.objects.filter(roll=locked).count()
    locked.forgotten_at = now
    locked.salt = None
    locked.save(update_fields=["salt", "voters_then", "forgotten_at"])
    Mark.objects.filter(poll__roll=locked).delete()
    Code.objects.filter(batch__roll=locked).delete()
    Nullifier.objects.filter(roll=locked).delete()
    Voter.objects.filter(roll=locked).delete()
    subject_erase(subject=locked.holder)
    _salts.pop(locked.reference, None)
    return True
