"""What a decision keeps of a rule's calculation: the parameters used with their reference, each step, answers in words.

Everything is JSON values of ours (``custody.records``), in French: the record of a decision is a French document.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mandat.apps.territory import selectors as territory
from mandat.engines.rules import Evaluation, Input, RuleDocument
from mandat.engines.rules.tree import NumberType
from mandat.kernel.periods import in_words
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.apps.rulebook.published import PublishedRule

_WORD = re.compile(r"[a-z][a-z0-9_]*")


def known(value: Any) -> Any:
    """A value of an evaluation, None where some missing answer decides it."""
    return value if isinstance(value, bool | Decimal | str | dt.date) else None


def rests(document: RuleDocument, inputs: Mapping[str, Input]) -> dict[str, frozenset[str]]:
    """The inputs each formula rests on, directly or not, by formula."""
    words = {line.name: set(_WORD.findall(line.formula)) for line in document.formulas}
    found: dict[str, frozenset[str]] = {}

    def of(name: str, above: frozenset[str]) -> frozenset[str]:
        if name not in found:
            own = {word for word in words[name] if word in inputs}
            for word in words[name] & words.keys() - above:
                own |= of(word, above | {word})
            if above == {name}:
                found[name] = frozenset(own)
            return frozenset(own)
        return found[name]

    return {name: of(name, frozenset([name])) for name in words}


def parameters(document: RuleDocument, as_of: dt.date) -> Iterator[dict[str, Any]]:
    """The parameters in force on a day, each with its reference."""
    for parameter in document.parameters:
        dated = parameter.at(as_of)
        if dated is None:
            continue
        row: dict[str, Any] = {
            "name": parameter.name,
            "label": parameter.label.fr,
            "unit": parameter.unit,
            "value": dated.value,
            "reference": dated.reference.text,
            "assumption": dated.assumption,
        }
        if dated.brackets:
            row["brackets"] = [
                {"from": bracket.from_, "rate": bracket.rate, "amount": bracket.amount} for bracket in dated.brackets
            ]
        yield row


def said(item: Input, value: Any) -> str:
    """An answer in French words, where its value alone says little: a choice, a commune, a day."""
    if item.type == "choice":
        return next((choice.label.fr for choice in item.choices if choice.code == value), "")
    if item.type == "commune":
        return territory.area_name(f"commune:{value}")
    return in_words(dt.date.fromisoformat(str(value))).fr if item.type == "date" else ""


def steps(
    document: RuleDocument, rule: Any, evaluation: Any, rested: Mapping[str, frozenset[str]], *, entity: str
) -> Iterator[dict[str, Any]]:
    """Each formula of ``entity`` with its value and the inputs it rests on. ``rule`` is the compiled document."""
    outputs = {output.name for output in document.outputs}
    for line in document.formulas:
        if line.entity is not None and line.entity != entity:
            continue
        yield {
            "name": line.name,
            "label": line.label.fr,
            "formula": line.formula,
            "unit": line.unit or _unit(rule, line.name),
            "value": known(evaluation.value(line.name)),
            "inputs": sorted(rested[line.name]),
            "output": line.name in outputs,
        }


def _unit(rule: Any, name: str) -> str:
    type_ = rule.tree.formulas[name].expr.type
    return str(type_.unit) if isinstance(type_, NumberType) else ""


def reference(held: PublishedRule) -> dict[str, Any]:
    """The rule and the vocabularies it was read with, each in its version."""
    words = [{"code": ref.code, "version": ref.version, "digest": ref.digest} for ref in held.words]
    return {"code": held.code, "version": held.ref.version, "digest": held.ref.digest, "vocabularies": words}


def failed(held: PublishedRule, evaluation: Evaluation) -> tuple[Text, ...]:
    """Why not: the document's own words for each condition that is false, else what was not met."""
    told = tuple(text.text for name, text in held.document.reasons.items() if evaluation.value(name) is False)
    if told:
        return told
    outputs = {output.name for output in held.document.outputs}
    return tuple(
        Text(f"condition non remplie : {line.label.fr}", f"condition not met: {line.label.text.en}")
        for line in held.document.formulas
        if line.name not in outputs and line.entity in (None, held.entity) and evaluation.value(line.name) is False
    )
