"""Options in an order of chance, the same each time for the same voter: no project gains by standing first, and nothing links the order to a ballot."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.utils.crypto import salted_hmac

from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.models import Poll


def shuffled(poll: Poll, seed: str) -> Sequence[Option]:
    """The options by a keyed hash of each with ``seed`` (a voter, or a session). Yes comes before no."""
    if poll.rules.type == "yes-no":
        return poll.options
    key = salted_hmac("ballots.order", f"{poll.reference}|{seed}", algorithm="sha256").digest()
    return sorted(poll.options, key=lambda one: hashlib.sha256(key + one.code.encode()).digest())
