"""One questionnaire over many rules: what to ask next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from mandat.engines.rules.document import Input
from mandat.engines.rules.evaluation import Evaluation
from mandat.engines.rules.needs import Missing


@dataclass(frozen=True, slots=True)
class Question:
    """One answer to ask for: ``input`` is None where the members themselves are (who, how many).

    ``rules`` are the codes of the rules still waiting for it.
    """

    missing: Missing
    input: Input | None
    rules: tuple[str, ...]


def next_questions(evaluations: Iterable[Evaluation]) -> tuple[Question, ...]:
    """What many rules still need, the answer that settles most soonest first.

    A rule that waits for few answers weighs more on each, most on the one it needs first. Members come
    before what is asked of them. Ties go to the order of the rules, then of their documents.
    """
    weights: dict[Missing, Fraction] = {}
    rules: dict[Missing, list[str]] = {}
    inputs: dict[Missing, Input | None] = {}
    for evaluation in evaluations:
        wanted = evaluation.missing
        for rank, missing in enumerate(wanted):
            weights[missing] = weights.get(missing, Fraction(0)) + Fraction(1, (rank + 1) * len(wanted))
            rules.setdefault(missing, []).append(evaluation.rule.code)
            inputs[missing] = evaluation.rule.known.get(missing.input)
    order = sorted(weights, key=lambda missing: -weights[missing])
    return tuple(Question(missing, inputs[missing], tuple(dict.fromkeys(rules[missing]))) for missing in order)
