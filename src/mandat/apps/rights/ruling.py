"""What a rule gives for one claim, as decisions record it and pages show it: each condition, its value, its source, met or not.

Rules are read in any version they were published in, with the vocabularies of the time, so that a decision of years ago can be
made again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mandat.apps.programme.published import published
from mandat.apps.rights.terms import Terms
from mandat.apps.rulebook import recording
from mandat.apps.rulebook.published import PublishedRule, published_rules, rule_as_recorded
from mandat.engines.rules import Input
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule gives: ``eligible`` None and ``amount`` None are unknown; ``missing`` says what would tell."""

    rule: PublishedRule
    as_of: dt.date
    eligible: bool | None
    amount: Decimal | None
    unit: str
    missing: tuple[Any, ...] = ()
    failed: tuple[Text, ...] = ()
    contradictions: tuple[Text, ...] = ()
    parameters: list[dict[str, Any]] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)

    def condition(self, name: str) -> bool | None:
        """The value of a yes-or-no formula or input; None where it is not known."""
        for row in (*self.steps, *self.inputs):
            if row["name"] == name:
                return row["value"] if isinstance(row["value"], bool) else None
        return None


def compiled(
    programme: str, code: str, *, version: int = 0, vocabularies: Mapping[str, int] | None = None
) -> PublishedRule:
    """A rule in force, or in a version with its vocabularies in theirs. Raises InputError where it is not known or does not compile."""
    if version:
        return rule_as_recorded(programme, code, version, vocabularies or {}).checked()
    return published_rules(published(programme)).rule(code).checked()


def rule_on(
    terms: Terms, answers: Mapping[str, Any], *, as_of: dt.date, programme: str, at: PublishedRule | None = None
) -> Ruling:
    """Apply the right's rule to a situation. Raises InputError for answers the rule refuses.

    ``at`` applies another version than the published one.
    """
    held = at or compiled(programme, terms.document.rule)
    evaluation = held.applied.evaluate(live(held, answers), as_of=as_of, trace=False)
    eligible = recording.known(evaluation.value(terms.document.outputs.eligible))
    amount_name = terms.document.outputs.amount
    amount = recording.known(evaluation.value(amount_name)) if amount_name and eligible is not False else None
    unit = next((out.unit or "" for out in held.document.outputs if out.name == amount_name), "")
    wanted = eligible is None or (eligible and amount_name is not None and amount is None)
    return Ruling(
        rule=held,
        as_of=as_of,
        eligible=eligible if isinstance(eligible, bool) else None,
        amount=amount if isinstance(amount, Decimal) else None,
        unit=unit or "",
        missing=tuple(evaluation.missing) if wanted else (),
        failed=recording.failed(held, evaluation) if eligible is False else (),
        contradictions=tuple(evaluation.contradictions),
        parameters=list(recording.parameters(held.document, as_of)),
        inputs=list(_inputs(held, answers, terms)),
        steps=list(recording.steps(held.document, held.applied, evaluation, held.rests, entity=held.entity)),
    )


def live(held: PublishedRule, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the engine takes them: kept texts become exact numbers and days again."""

    def block(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _live(held.inputs[name], value) for name, value in values.items() if name in held.inputs}

    found: dict[str, Any] = {}
    for key, value in answers.items():
        if isinstance(value, Mapping):
            found[key] = block(value)
        elif isinstance(value, list | tuple):
            found[key] = [block(member) for member in value]
        else:
            found[key] = value
    return found


def _live(item: Input, value: Any) -> Any:
    if isinstance(value, str) and item.type == "number":
        return Decimal(value)
    if isinstance(value, str) and item.type == "date":
        return dt.date.fromisoformat(value)
    return value


def members(held: PublishedRule, answers: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Each block of a situation that the rule knows: entity, rank of the member, its answers."""
    for entity, (key, many) in held.keys.items():
        block = answers.get(key)
        if many and isinstance(block, list | tuple):
            for rank, member in enumerate(block):
                if isinstance(member, Mapping):
                    yield entity, rank, member
        elif not many and isinstance(block, Mapping):
            yield entity, 0, block


def _inputs(held: PublishedRule, answers: Mapping[str, Any], terms: Terms) -> Iterator[dict[str, Any]]:
    used = frozenset().union(*held.rests.values()) if held.rests else frozenset()
    proofs = {name: evidence for evidence in terms.document.evidence for name in evidence.proves}
    for entity, rank, block in members(held, answers):
        for name, value in block.items():
            item = held.inputs.get(name)
            if item is None or item.entity != entity or name not in used or value is None:
                continue
            proof = proofs.get(name)
            yield {
                "entity": entity,
                "member": rank,
                "name": name,
                "label": item.label.fr,
                "unit": item.unit if item.type in ("number", "integer") else "",
                "value": value,
                "said": recording.said(item, value),
                "sensitive": item.sensitive,
                "source": f"pièce : {proof.label.fr}" if proof else "déclaré par la personne",
            }
