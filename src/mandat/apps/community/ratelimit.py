"""How much one person, or one address, may do in an hour: counted in the database, so that every process counts alike.

``taken(user, "petitions.sign", per_hour=20)`` before the work, and outside the act's transaction where a refusal should count too: the place
is taken, or ``TooManyError`` says so in plain words. Accounts are counted by their number. Addresses are kept only as keyed hashes of the day:
what is kept of one tells nothing the day after, and goes with ``community_day``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.community.models import Allowance
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Places are counted by five minutes, so that an hour is any hour, not the clock's.
SLOT = 300
SLOTS = 12


class TooManyError(InputError):
    """Too much in an hour; ``wait_minutes`` until a place is free."""

    def __init__(self, wait_minutes: int) -> None:
        self.wait_minutes = wait_minutes
        minutes = "une minute" if wait_minutes == 1 else f"{wait_minutes} minutes"
        english = "a minute" if wait_minutes == 1 else f"{wait_minutes} minutes"
        super().__init__(
            Text(
                f"trop d'envois en peu de temps : réessayez dans {minutes}",
                f"too much in a short time: try again in {english}",
            )
        )


def taken(who: User | str, action: str, *, per_hour: int, at: dt.datetime | None = None) -> None:
    """Take one of the ``per_hour`` places that an account or an address (as ``address_of`` gives it) has for ``action``.

    Exact whatever the number of processes: the row of the one who acts is locked. Raises TooManyError, and takes nothing, once none is left.
    """
    moment = at or timezone.now()
    now = int(moment.timestamp()) // SLOT
    key = _key(who, action, moment)
    Allowance.objects.bulk_create([Allowance(key=key, slots={}, touched_at=moment)], ignore_conflicts=True)
    with transaction.atomic():
        row = Allowance.objects.select_for_update().get(key=key)
        slots = {int(slot): count for slot, count in row.slots.items() if now - int(slot) < SLOTS}
        if sum(slots.values()) >= per_hour:
            raise TooManyError(_wait(slots, now, moment))
        slots[now] = slots.get(now, 0) + 1
        row.slots, row.touched_at = {str(slot): count for slot, count in slots.items()}, moment
        row.save(update_fields=["slots", "touched_at"])


def taken_by(request: HttpRequest, action: str, *, per_hour: int, per_address: int | None = None) -> None:
    """``taken`` for the account of a request, if any, then for its address (``per_address``: a home or a library share one; tenfold by default)."""
    if isinstance(request.user, User):
        taken(request.user, action, per_hour=per_hour)
    taken(address_of(request), action, per_hour=per_hour * 10 if per_address is None else per_address)


def address_of(request: HttpRequest) -> str:
    """The visitor's address, past the proxies the site trusts (``MANDAT_PROXIES``); the network (/64) of an IPv6 one."""
    hops = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    raw = hops[-trusted] if trusted and len(hops) >= trusted else request.META.get("REMOTE_ADDR", "")
    try:
        found = ipaddress.ip_address(raw)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)


def _key(who: User | str, action: str, at: dt.datetime) -> str:
    if isinstance(who, User):
        return f"{action}:u{who.pk}"
    day = timezone.localdate(at).isoformat()
    hashed = hmac.new(settings.SECRET_KEY.encode(), f"{day}\n{action}\n{who}".encode(), hashlib.sha256)
    return f"{action}:a{hashed.hexdigest()[:40]}"


def _wait(slots: dict[int, int], now: int, moment: dt.datetime) -> int:
    first = min(slots, default=now)
    seconds = (first + SLOTS) * SLOT - int(moment.timestamp())
    return max(1, -(-seconds // 60))
