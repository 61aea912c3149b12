"""The record of a decision: canonical JSON, its digest, what of the inputs it keeps, and whether it can be made again.

What is written: the right and the rule with version and digest, the parameters used with their legal reference, the inputs with
their source, each step of the calculation, the amounts, who decided, the reasons, the mention, the appeal routes. Values that the
definition discards are left out, with every number calculated from them: of such a step only what it decided (yes or no)
remains.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mandat.apps.rights.schema import Right
from mandat.facts.base import decimal_text

FORMAT = 1


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


def discarded(right: Right) -> frozenset[str]:
    """Inputs whose values no decision keeps: those the definition names, and those proved by evidence that is discarded."""
    proved = {
        name for evidence in right.evidence if evidence.discard != "end" or evidence.special for name in evidence.proves
    }
    return frozenset(right.discards) | proved


def reduced_inputs(inputs: Sequence[Mapping[str, Any]], dropped: frozenset[str]) -> list[dict[str, Any]]:
    """The inputs, those dropped without their value. Each has entity, member, name, label, value and source."""
    return [
        {**{k: v for k, v in given.items() if k not in ("value", "said")}, "value": None, "said": "", "kept": False}
        if given["name"] in dropped
        else {**given, "kept": True}
        for given in inputs
    ]


def reduced_steps(steps: Sequence[Mapping[str, Any]], dropped: frozenset[str]) -> list[dict[str, Any]]:
    """The steps, without what would tell a dropped value: each step has name, label, value, inputs (names it rests on), text.

    A step that rests on a dropped input keeps its value only where that is yes or no; its sentence goes with the value.
    """
    found = []
    for step in steps:
        if not dropped.intersection(step["inputs"]):
            found.append({**step, "kept": True})
            continue
        value = step["value"] if isinstance(step["value"], bool) else None
        found.append({**step, "value": value, "text": None, "kept": False})
    return found
