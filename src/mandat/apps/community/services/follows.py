"""Follow a target, change the pace, stop."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.follow import targets
from mandat.apps.community.models import DigestDelivery, Follow, Pace
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: More than anyone follows by hand; a flood is refused.
MOST = 500
_SALT = "community.follow.stop"


@transaction.atomic
def follow(*, user: User, target: str, pace: str = Pace.WEEKLY, since: dt.datetime | None = None) -> Follow:
    """Follow ``target`` at ``pace``, or change the pace of what one follows already.

    Raises InputError for what does not exist, a pace that is none, or more than MOST targets; PermissionDenied for those who may not.
    """
    require(user, "accounts.follow")
    targets.require(target)
    if pace not in Pace.values:
        raise InputError(Text("choisissez un rythme", "choose a pace"))
    programme = settings.MANDAT_PROGRAMME
    # Held, so that two at once cannot pass the limit together.
    User.objects.select_for_update().get(pk=user.pk)
    mine = Follow.objects.filter(user=user, programme=programme)
    if mine.count() >= MOST and not mine.filter(target=target).exists():
        raise InputError(Text(f"vous suivez déjà {MOST} sujets", f"you already follow {MOST} things"))
    kept, made = Follow.objects.get_or_create(
        user=user,
        programme=programme,
        target=target,
        defaults={"pace": pace, "since": since or timezone.now()},
    )
    if not made and kept.pace != pace:
        kept.pace = pace
        kept.save(update_fields=["pace"])
    return kept


@transaction.atomic
def unfollow(*, user: User, target: str = "") -> int:
    """Stop following ``target``, or everything. Messages not yet handed over are dropped with the last one. Returns how many were followed."""
    mine = Follow.objects.filter(user=user, programme=settings.MANDAT_PROGRAMME)
    if target:
        mine = mine.filter(target=target)
    count, _rows = mine.delete()
    if not Follow.objects.filter(user=user).exclude(pace=Pace.NONE).exists():
        DigestDelivery.objects.filter(user=user, begun_at__isnull=True, sent_at__isnull=True).delete()
    return count


@transaction.atomic
def pace_all(*, user: User, pace: str) -> int:
    """One pace for all one follows; ``none`` keeps the list and sends nothing. Returns how many changed."""
    if pace not in Pace.values:
        raise InputError(Text("choisissez un rythme", "choose a pace"))
    changed = Follow.objects.filter(user=user, programme=settings.MANDAT_PROGRAMME).exclude(pace=pace).update(pace=pace)
    if pace == Pace.NONE:
        DigestDelivery.objects.filter(user=user, begun_at__isnull=True, sent_at__isnull=True).delete()
    return changed


def stop_token(user_id: int) -> str:
    """What lets the holder of a message stop all of them without signing in. It does nothing else, and never expires."""
    return signing.Signer(salt=_SALT).sign(str(user_id)).replace(":", "~")


def user_of_token(token: str) -> User | None:
    """Whose messages a link stops; None where it was not made here."""
    try:
        value = signing.Signer(salt=_SALT).unsign(token.replace("~", ":"))
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=int(value), is_active=True).first() if value.isdecimal() else None
