"""Make a decision on a case again, years later: the same rule, vocabularies and day, on the answers its record keeps, compared line by line.

The record's digest is verified first, so that what is compared is what was decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mandat.apps.custody.records import plain
from mandat.apps.grants.models import Decision
from mandat.apps.grants.recording import record_of
from mandat.apps.rulebook import recording as calculation
from mandat.apps.rulebook.published import rule_as_recorded


@dataclass(frozen=True, slots=True)
class Row:
    """One step: what was recorded, what comes out now."""

    label: str
    recorded: Any
    now: Any

    @property
    def agrees(self) -> bool:
        return bool(self.recorded == self.now)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``verdict``: same, different, or none where the decision rests on no calculation. ``same_rule``: digests match as well."""

    verdict: Literal["same", "different", "none"]
    rows: tuple[Row, ...] = ()
    same_rule: bool = True


def recompute(decision: Decision) -> Comparison:
    """Make ``decision`` again. Raises InputError where its record was altered or a version is missing, ErasedError where its key is gone."""
    record = record_of(decision)
    made = record["calculation"]
    if made is None:
        return Comparison("none")
    wanted = made["rule"]
    held = rule_as_recorded(
        decision.case.programme,
        wanted["code"],
        wanted["version"],
        {one["code"]: one["version"] for one in wanted["vocabularies"]},
    )
    if held.rule is None:
        return Comparison("different", same_rule=False)
    same_rule = held.ref.digest == wanted["digest"] and all(
        ref.digest == one["digest"] for ref, one in zip(held.words, wanted["vocabularies"], strict=True)
    )
    as_of = dt.date.fromisoformat(record["as_of"])
    evaluation = held.rule.evaluate(_situation(held, made["inputs"]), as_of=as_of, trace=False)
    rested = calculation.rests(held.document, held.inputs)
    steps = calculation.steps(held.document, held.rule, evaluation, rested, entity=held.document.entity)
    now = {step["name"]: plain(step["value"]) for step in steps}
    rows = tuple(Row(step["label"], step["value"], now.get(step["name"])) for step in made["steps"])
    same = same_rule and all(row.agrees for row in rows)
    return Comparison("same" if same else "different", rows, same_rule)


def _situation(held: Any, inputs: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The answers a record keeps, as the rule takes them."""
    keys = {entity.name: entity.key for entity in held.entities.values()}
    found: dict[str, Any] = {}
    for row in inputs:
        item, value = held.inputs[row["name"]], row["value"]
        if item.type == "number" and value is not None:
            value = Decimal(str(value))
        elif item.type == "date" and isinstance(value, str):
            value = dt.date.fromisoformat(value)
        found.setdefault(keys[row["entity"]], {})[row["name"]] = value
    return found
