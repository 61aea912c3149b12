"""The record of a decision: canonical JSON, its digest, what of the inputs it keeps, and whether it can be made again.

What is written: the right and the rule with version and digest, the parameters used with their legal reference, the inputs with
their source, each step of the calculation, the amounts, who decided, the reasons, the mention, the appeal routes. Values that the
definition discards are left out, with every number calculated from them: of such a step only what it decided (yes or no)
remains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mandat.apps.rights.schema import Right

FORMAT = 1


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
