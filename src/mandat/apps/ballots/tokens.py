"""The token of a ballot form: which voter, which number the ballot will have. It lives in the voter's page alone.

So the same form sent twice is the same ballot; a token of another poll, voter or session is worth nothing; and nobody can choose the number of
their ballot. The server keeps none.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from mandat.apps.ballots.models import Channel, Poll
from mandat.apps.ballots.models.fields import random_key

_CHANNELS = tuple(Channel.values)


@dataclass(frozen=True, slots=True)
class Token:
    """What a form carries."""

    voter: int
    number: int
    channel: str


def _mac(poll: Poll, holder: str, raw: bytes) -> bytes:
    return salted_hmac("ballots.form", f"{poll.reference}|{holder}|{raw.hex()}", algorithm="sha256").digest()[:16]


def made(*, poll: Poll, holder: str, voter: int, channel: str) -> str:
    """A token for a new ballot. ``holder``: the account or the session it is given to."""
    raw = voter.to_bytes(8, "big") + random_key().to_bytes(8, "big") + bytes([_CHANNELS.index(channel)])
    return base64.urlsafe_b64encode(raw + _mac(poll, holder, raw)).decode()


def read(text: str, *, poll: Poll, holder: str) -> Token | None:
    """What a token says; None for one that was forged, altered, or given to somebody else."""
    try:
        data = base64.b64decode(text[:200].encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    raw, mac = data[:17], data[17:]
    if len(data) != 33 or not hmac.compare_digest(mac, _mac(poll, holder, raw)):
        return None
    return Token(int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:16], "big"), _CHANNELS[raw[16]])
