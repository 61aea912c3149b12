"""Apply a rule to one situation, and say the answer in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mandat.apps.programme.published import published
from mandat.apps.rulebook.asking import Value, commune_name
from mandat.apps.rulebook.places import REGION
from mandat.apps.rulebook.published import PublishedRule
from mandat.apps.rulebook.saying import value_words
from mandat.apps.territory.selectors import current_region
from mandat.engines.rules import explain
from mandat.engines.rules.document import Input
from mandat.web.templatetags.formats import say


@dataclass(frozen=True, slots=True)
class Applied:
    """What the rule answers: each output in words, why not, how, and what is still missing."""

    eligible: bool | None
    decides: bool
    outputs: Sequence[tuple[str, str, str]]
    reasons: Sequence[str]
    explanation: Sequence[str]
    missing: Sequence[str]
    contradictions: Sequence[str]


def exact(given: Input, value: Value) -> Any:
    """A kept answer as the engine takes it."""
    if given.type in ("number", "integer"):
        return Decimal(str(value))
    return dt.date.fromisoformat(str(value)) if given.type == "date" else value


def apply(found: PublishedRule, situation: Mapping[str, Any], *, as_of: dt.date) -> Applied:
    """Evaluate with the full trace. Raises InputError for a situation the rule refuses."""
    assert found.rule is not None
    evaluation = found.rule.evaluate(situation, as_of=as_of, trace=True)
    lines = {line.name: line for line in found.document.formulas}
    outputs = []
    for output in found.document.outputs:
        words = value_words(evaluation.value(output.name), output.unit or lines[output.name].unit or "1")
        outputs.append((output.role, say(lines[output.name].label), words))
    eligible_name = found.output("eligible")
    eligible = evaluation.value(eligible_name) if eligible_name else None
    decided = eligible if isinstance(eligible, bool) else None
    missing = []
    for one in evaluation.missing:
        question = say(found.inputs[one.input].question) if one.input else _("Who else lives in the household.")
        if question not in missing:
            missing.append(question)
    return Applied(
        eligible=decided,
        decides=bool(eligible_name),
        outputs=outputs,
        reasons=[say(reason.text) for reason in evaluation.failed] if decided is False else [],
        explanation=[say(line) for line in explain(evaluation, names=names_of(situation))],
        missing=missing,
        contradictions=[say(said) for said in evaluation.contradictions],
    )


def names_of(situation: Mapping[str, Any]) -> dict[str, str]:
    """The names of the communes of a situation and of the perimeters rules may name, for explanations."""
    region = current_region(published().programme.region)
    found = {REGION: region.name if region else REGION}
    for block in situation.values():
        for member in block if isinstance(block, list) else [block] if isinstance(block, Mapping) else []:
            for value in member.values():
                if isinstance(value, str) and len(value) == 5:
                    name = commune_name(value)
                    if name != value:
                        found[value] = name
    return found
