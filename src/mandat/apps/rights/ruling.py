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

from mandat.apps.rights.terms import Terms
from mandat.apps.rulebook import recording
from mandat.apps.rulebook.compiling import perimeters
from mandat.definitions.models import DefinitionVersion
from mandat.engines.rules import Input, RuleDocument, VocabularyDocument, compile_rule
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule and the vocabularies it was read with, each in its version."""

    code: str
    version: int
    digest: str
    vocabularies: tuple[DefinitionRef, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "version": self.version,
            "digest": self.digest,
            "vocabularies": [
                {"code": ref.code, "version": ref.version, "digest": ref.digest} for ref in self.vocabularies
            ],
        }


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule ready to be applied, with its documents."""

    ref: RuleRef
    document: RuleDocument
    rule: Any
    inputs: Mapping[str, Input]
    #: Keys of a situation by entity, and whether there are several members.
    keys: Mapping[str, tuple[str, bool]]
    #: Inputs that each formula rests on, directly or not.
    rests: Mapping[str, frozenset[str]]
    places: Mapping[str, frozenset[str]]

    @property
    def entity(self) -> str:
        return self.document.entity


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule gives: ``eligible`` None and ``amount`` None are unknown; ``missing`` says what would tell."""

    rule: RuleRef
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


_COMPILED: dict[tuple[Any, ...], Compiled] = {}


def compiled(programme: str, code: str, *, version: int = 0, vocabularies: Mapping[str, int] | None = None) -> Compiled:
    """A rule in a version (0: the published one) with its vocabularies in theirs. Raises InputError where it cannot be read."""
    row = _version(programme, "rule", code, version)
    body = row.body
    uses = [
        _version(programme, "rule-vocabulary", name, (vocabularies or {}).get(name, 0)) for name in body.get("uses", [])
    ]
    places = perimeters(programme)
    key = (row.code, row.digest, *(used.digest for used in uses))
    found = _COMPILED.get(key)
    if found is None or found.places is not places:
        found = _compile(row, uses, places)
        if len(_COMPILED) > 500:
            _COMPILED.clear()
        _COMPILED[key] = found
    if (found.ref.version, *(ref.version for ref in found.ref.vocabularies)) != (
        row.version,
        *(u.version for u in uses),
    ):
        # The same text published again under another number.
        found = _compile(row, uses, places)
    return found


def _version(programme: str, kind: str, code: str, version: int) -> DefinitionVersion:
    rows = DefinitionVersion.objects.filter(programme=programme, kind=kind, code=code)
    row = rows.filter(version=version).first() if version else rows.filter(current=True).first()
    if row is None:
        raise InputError(Text(f"règle introuvable : {code}", f"rule not found: {code}"))
    return row


def _compile(row: DefinitionVersion, uses: list[DefinitionVersion], places: Mapping[str, frozenset[str]]) -> Compiled:
    document = RuleDocument.model_validate(row.body)
    words = {used.code: VocabularyDocument.model_validate(used.body) for used in uses}
    rule, problems = compile_rule(document, list(words.values()), perimeters=places, run_cases=False)
    if rule is None:
        raise InputError(
            Text(
                f"la règle {row.code} ne s'applique pas : {problems[0]}",
                f"rule {row.code} does not apply: {problems[0]}",
            )
        )
    inputs = {item.name: item for used in words.values() for item in used.inputs}
    inputs |= {item.name: item for item in document.inputs}
    entities = [entity for used in words.values() for entity in used.entities] + list(document.entities)
    keys = {entity.name: (entity.key, entity.within is not None or entity.kind == "person") for entity in entities}
    refs = tuple(DefinitionRef(used.kind, used.code, used.version, used.digest) for used in uses)
    ref = RuleRef(row.code, row.version, row.digest, refs)
    return Compiled(ref, document, rule, inputs, keys, recording.rests(document, inputs), places)


def rule_on(
    terms: Terms, answers: Mapping[str, Any], *, as_of: dt.date, programme: str, at: Compiled | None = None
) -> Ruling:
    """Apply the right's rule to a situation. Raises InputError for answers the rule refuses.

    ``at`` applies another version than the published one.
    """
    held = at or compiled(programme, terms.right.rule)
    evaluation = held.rule.evaluate(live(held, answers), as_of=as_of, trace=False)
    eligible = recording.known(evaluation.value(terms.right.outputs.eligible))
    amount_name = terms.right.outputs.amount
    amount = recording.known(evaluation.value(amount_name)) if amount_name and eligible is not False else None
    unit = next((out.unit or "" for out in held.document.outputs if out.name == amount_name), "")
    wanted = eligible is None or (eligible and amount_name is not None and amount is None)
    return Ruling(
        rule=held.ref,
        as_of=as_of,
        eligible=eligible if isinstance(eligible, bool) else None,
        amount=amount if isinstance(amount, Decimal) else None,
        unit=unit or "",
        missing=tuple(evaluation.missing) if wanted else (),
        failed=tuple(_failed(held, evaluation)) if eligible is False else (),
        contradictions=tuple(evaluation.contradictions),
        parameters=list(recording.parameters(held.document, as_of)),
        inputs=list(_inputs(held, answers, terms)),
        steps=list(recording.steps(held.document, held.rule, evaluation, held.rests, entity=held.entity)),
    )


def live(held: Compiled, answers: Mapping[str, Any]) -> dict[str, Any]:
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


def members(held: Compiled, answers: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Each block of a situation that the rule knows: entity, rank of the member, its answers."""
    for entity, (key, many) in held.keys.items():
        block = answers.get(key)
        if many and isinstance(block, list | tuple):
            for rank, member in enumerate(block):
                if isinstance(member, Mapping):
                    yield entity, rank, member
        elif not many and isinstance(block, Mapping):
            yield entity, 0, block


def _inputs(held: Compiled, answers: Mapping[str, Any], terms: Terms) -> Iterator[dict[str, Any]]:
    used = frozenset().union(*held.rests.values()) if held.rests else frozenset()
    proofs = {name: evidence for evidence in terms.right.evidence for name in evidence.proves}
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


def _failed(held: Compiled, evaluation: Any) -> Iterator[Text]:
    """Why not: the document's own words for each condition that is false, else what was not met."""
    told = [name for name in held.document.reasons if evaluation.value(name) is False]
    if told:
        yield from (held.document.reasons[name].text for name in told)
        return
    outputs = {output.name for output in held.document.outputs}
    for line in held.document.formulas:
        if line.name not in outputs and line.entity in (None, held.entity) and evaluation.value(line.name) is False:
            label = line.label.text
            yield Text(f"condition non remplie : {label.fr}", f"condition not met: {label.en}")
