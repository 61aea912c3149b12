"""What a person's signature is kept under: numbers that tell nobody who signed, and that nobody can follow from one petition to another.

Someone is first known to the process's roll. ``nullifier`` then makes what one petition knows of them, under the petition's own sealed salt;
``elector`` what an authority knows, for the rule of one request a quarter. Both are HMAC-SHA256, the same whenever they are made again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from mandat.apps.petitions.models import Petition, Seal


def _keyed(salt: str, text: str) -> str:
    return hmac.new(bytes.fromhex(salt), text.encode(), hashlib.sha256).hexdigest()


def nullifier(petition: Petition, person: str) -> str:
    """What this petition knows ``person`` (as the roll knows them) by."""
    return _keyed(petition.salt, f"petition\n{person}")


def elector(authority: str, person: str) -> str:
    """What an authority knows an elector by, whatever the petition."""
    return _keyed(_salt_of(authority), f"elector\n{person}")


def _salt_of(authority: str) -> str:
    found = Seal.objects.filter(scope=authority).first() or Seal.objects.get_or_create(scope=authority)[0]
    return str(found.salt)


@lru_cache(maxsize=64)
def _of_day(day: dt.date) -> bytes:
    return hmac.new(
        settings.SECRET_KEY.encode(), f"petitions.origin\n{day.isoformat()}".encode(), hashlib.sha256
    ).digest()


def origin(address: str) -> str:
    """A network on a day, as a keyed hash that means nothing the day after: what finds floods. Empty where it is not known."""
    if not address or address == "unknown":
        return ""
    network = address.rpartition(".")[0] if "." in address else address
    return hmac.new(_of_day(timezone.localdate()), network.encode(), hashlib.sha256).hexdigest()[:32]


def quarter_of(day: dt.date) -> str:
    """A quarter of the calendar: ``2026T4``."""
    return f"{day.year}T{(day.month + 2) // 3}"
