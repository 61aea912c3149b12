"""Make a decision again, years later: the same rule, vocabularies and day, on the inputs its record keeps, compared line by line.

Where the definition discarded inputs, the calculation may no more conclude; what it still tells must agree with what was
decided. The record's digest is verified first, so that what is compared is what was decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mandat.apps.custody.records import plain
from mandat.apps.rights.models import Decision
from mandat.apps.rights.ruling import Ruling, compiled, rule_on
from mandat.apps.rights.services.decisions import record_of
from mandat.apps.rights.terms import terms_at
from mandat.apps.rulebook.published import PublishedRule


@dataclass(frozen=True, slots=True)
class Row:
    """One step: what was recorded, what comes out now. ``agrees`` None: one of the two is not known any more."""

    label: str
    unit: str
    recorded: Any
    now: Any
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """``verdict``: same (everything agrees), compatible (nothing differs, but inputs were discarded), different."""

    verdict: Literal["same", "compatible", "different"]
    rows: tuple[Row, ...]
    discarded: tuple[str, ...]
    same_rule: bool
    changed_since: bool


def recompute(decision: Decision, *, supplied: Mapping[str, Any] | None = None) -> Comparison:
    """Make ``decision`` again. ``supplied`` gives values of discarded inputs of the applicant, where the person brings them back.

    Raises InputError where the record was altered or a version is missing, ErasedError where its key is destroyed.
    """
    record = record_of(decision)
    programme = decision.claim.programme
    terms = terms_at(programme, decision.right, decision.right_version)
    held = compiled(
        programme,
        decision.rule,
        version=decision.rule_version,
        vocabularies={one["code"]: one["version"] for one in record["rule"]["vocabularies"]},
    )
    ruling = rule_on(
        terms,
        situation(held, record, supplied or {}),
        as_of=dt.date.fromisoformat(record["as_of"]),
        programme=programme,
        at=held,
    )
    rows = [*_steps(record, ruling), _row("résultat", "", record["eligible"], ruling.eligible)]
    if record["rule_amount"] is not None:
        rows.append(_row("montant", record["unit"], record["rule_amount"], plain(ruling.amount)))
    discarded = tuple(row["label"] for row in record["inputs"] if not row["kept"])
    same_rule = held.ref.digest == record["rule"]["digest"] == decision.rule_digest
    if not same_rule or any(row.agrees is False for row in rows):
        verdict: Literal["same", "compatible", "different"] = "different"
    else:
        verdict = "same" if all(row.agrees for row in rows) else "compatible"
    now = compiled(programme, decision.rule)
    return Comparison(verdict, tuple(rows), discarded, same_rule, now.ref.digest != held.ref.digest)


def situation(held: PublishedRule, record: Mapping[str, Any], supplied: Mapping[str, Any]) -> dict[str, Any]:
    """The situation a record keeps."""
    found: dict[str, Any] = {}
    for row in record["inputs"]:
        value = row["value"] if row["kept"] else supplied.get(row["name"])
        key, many = held.keys[row["entity"]]
        if many:
            block = found.setdefault(key, [])
            while len(block) <= row["member"]:
                block.append({})
            target = block[row["member"]]
        else:
            target = found.setdefault(key, {})
        if value is not None:
            target[row["name"]] = value
    if record.get("applicant"):
        found["demandeur"] = record["applicant"]
    return found


def _steps(record: Mapping[str, Any], ruling: Ruling) -> list[Row]:
    now = {step["name"]: step["value"] for step in ruling.steps}
    return [_row(step["label"], step["unit"], step["value"], plain(now.get(step["name"]))) for step in record["steps"]]


def _row(label: str, unit: str, recorded: Any, now: Any) -> Row:
    if recorded is None and now is None:
        agrees: bool | None = True
    elif recorded is None or now is None:
        agrees = None
    else:
        agrees = _same(recorded, now)
    return Row(label, unit, recorded, now, agrees)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except ArithmeticError:
        return str(one) == str(other)
