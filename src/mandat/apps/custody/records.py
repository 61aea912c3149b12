"""Records that are sealed and whose digest is published: their canonical writing, their digest, what keeps it from telling."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mandat.facts.base import decimal_text


def canonical(record: Mapping[str, Any]) -> str:
    """The text that is sealed and hashed: sorted keys, no spaces, numbers as decimal texts. Raises TypeError for a float."""
    return json.dumps(plain(record), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def nonce() -> str:
    """What makes the published digest tell nothing, however few values the record can have."""
    return secrets.token_hex(16)


def plain(value: Any) -> Any:
    """JSON values of ours: decimals and days as texts."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        raise TypeError("a float has no canonical writing")
    return value
