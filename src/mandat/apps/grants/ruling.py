"""What a scheme's rule gives for the answers of a form: eligible or not and why, how much, and what is still missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mandat.apps.grants.schema import Scheme
from mandat.apps.rulebook import recording
from mandat.apps.rulebook.published import PublishedRule, published_rules, rule_version
from mandat.engines.rules import Evaluation
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule gives on a day: ``eligible`` and ``amount`` None where it cannot tell yet; ``missing`` says what would tell."""

    rule: PublishedRule
    as_of: dt.date
    eligible: bool | None
    amount: Decimal | None
    missing: tuple[Any, ...]
    contradictions: tuple[Text, ...]
    failed: tuple[Text, ...]
    evaluation: Evaluation

    def condition(self, name: str) -> bool | None:
        """The value of a yes-or-no formula; None where it is not known. Raises KeyError for a name the rule does not have."""
        value = self.evaluation.value(name)
        return value if isinstance(value, bool) else None


def rule_of(scheme: Scheme, version: int = 0) -> PublishedRule:
    """The scheme's rule in a version (0: the one in force). Raises InputError where there is none or it cannot be applied."""
    return (rule_version(scheme.rule, version) if version else published_rules().rule(scheme.rule)).checked()


def situation(scheme: Scheme, rule: PublishedRule, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by field, as the rule takes them: by entity's key, exact numbers and days. Answers no input asks for are left out."""
    keys = {entity.name: entity.key for entity in rule.entities.values()}
    found: dict[str, Any] = {}
    for question in scheme.form.questions:
        given = rule.inputs.get(question.input) if question.input else None
        value = answers.get(question.name)
        if given is None or value is None or value == "":
            continue
        if given.type == "number":
            value = Decimal(str(value))
        elif given.type == "date" and isinstance(value, str):
            value = dt.date.fromisoformat(value)
        found.setdefault(keys[given.entity], {})[given.name] = value
    return found


def rule_on(
    scheme: Scheme,
    answers: Mapping[str, Any],
    *,
    as_of: dt.date,
    version: int = 0,
    trace: bool = False,
    at: PublishedRule | None = None,
) -> Ruling:
    """Apply the scheme's rule to answers (by field's name). Raises InputError for answers the rule refuses.

    ``at`` is the rule already read in the version wanted.
    """
    held = at or rule_of(scheme, version)
    evaluation = held.applied.evaluate(situation(scheme, held, answers), as_of=as_of, trace=trace)
    said = evaluation.value(scheme.outputs.eligible)
    eligible = said if isinstance(said, bool) else None
    given = evaluation.value(scheme.outputs.amount) if scheme.outputs.amount and eligible is not False else None
    amount = given if isinstance(given, Decimal) else None
    wanted = eligible is None or (eligible and scheme.outputs.amount is not None and amount is None)
    return Ruling(
        rule=held,
        as_of=as_of,
        eligible=eligible,
        amount=amount,
        missing=tuple(evaluation.missing) if wanted else (),
        contradictions=tuple(evaluation.contradictions),
        failed=recording.failed(held, evaluation) if eligible is False else (),
        evaluation=evaluation,
    )
