"""A compiled rule: evaluate it for one situation, run its golden cases, reform it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from mandat.engines.rules import calendar
from mandat.engines.rules.compiling import compile_tree
from mandat.engines.rules.document import Dated, Input, Output, Parameter, RuleDocument, VocabularyDocument
from mandat.engines.rules.evaluation import UNKNOWN, Evaluation, Unknown
from mandat.engines.rules.exact import Compiler
from mandat.engines.rules.records import Closure
from mandat.engines.rules.situation import SituationError, SituationReader
from mandat.engines.rules.syntax import RuleProblem
from mandat.engines.rules.tree import BooleanType, DateType, NumberType, Tree
from mandat.engines.rules.unknown import UnknownCompiler
from mandat.engines.rules.writing import Strict
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


class Prepared:
    """A rule on days when none of its parameters changes: closures made once, for as many situations as there are."""

    def __init__(self, rule: Rule, parameters: Mapping[str, Dated]) -> None:
        self.rule = rule
        self.parameters = parameters
        self.exact = Compiler(rule.tree, parameters)
        self.outputs: tuple[tuple[str, Closure], ...] = tuple(
            (name, self.exact.formulas[name]) for name in rule.tree.outputs
        )

    @cached_property
    def unknown(self) -> UnknownCompiler:
        return UnknownCompiler(self.rule.tree, self.parameters)

    @cached_property
    def exact_checks(self) -> dict[str, Closure]:
        return {name: self.exact.emit(check.expr) for name, check in self.rule.tree.checks.items()}

    @cached_property
    def unknown_checks(self) -> dict[str, Closure]:
        return {name: self.unknown.emit(check.expr) for name, check in self.rule.tree.checks.items()}


class Rule:
    """A checked rule. ``tree`` is what back ends evaluate; ``known`` every input its vocabularies and itself declare.

    ``digest`` is the SHA-256 of the canonical JSON of the document and of the vocabularies and perimeters it uses: it
    changes with anything that may change an answer. ``version`` is whatever the caller numbers it.
    """

    def __init__(
        self,
        document: RuleDocument,
        vocabularies: Sequence[VocabularyDocument],
        tree: Tree,
        *,
        version: str = "",
    ) -> None:
        self.document = document
        self.vocabularies = tuple(v for v in vocabularies if v.code in document.uses)
        self.tree = tree
        self.code = document.code
        self.version = version
        declared = [item for vocabulary in self.vocabularies for item in vocabulary.inputs]
        self.known: dict[str, Input] = {item.name: item for item in (*declared, *document.inputs)}
        self._reader = SituationReader(tree, self.known)
        self._prepared: dict[tuple[int, ...], Prepared] = {}
        self._days: dict[dt.date, Prepared] = {}

    @property
    def title(self) -> Text:
        return self.document.title.text

    @property
    def outputs(self) -> tuple[Output, ...]:
        return self.document.outputs

    @property
    def inputs(self) -> Mapping[str, Input]:
        """The inputs that formulas and checks use, in the order they are declared."""
        return self.tree.inputs

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        return {parameter.name: parameter for parameter in self.document.parameters}

    def output(self, role: str) -> str | None:
        """The name of the output that has a role, if any."""
        return next((output.name for output in self.document.outputs if output.role == role), None)

    @cached_property
    def digest(self) -> str:
        body = {
            "rule": self.document.model_dump(mode="json", exclude_none=True),
            "vocabularies": [v.model_dump(mode="json", exclude_none=True) for v in self.vocabularies],
            "perimeters": {name: sorted(codes) for name, codes in self.tree.perimeters.items()},
        }
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def prepare(self, as_of: dt.date) -> Prepared:
        """The closures for a day. Raises InputError on days the rule does not apply."""
        found = self._days.get(as_of)
        if found is not None:
            return found
        if type(as_of) is not dt.date or not self.document.applies.covers(as_of):
            applies = self.document.applies
            until = applies.until or "…"
            raise InputError(
                Text(
                    f"la règle {self.code} s'applique du {applies.from_} au {until}, pas le {as_of}",
                    f"the rule {self.code} applies from {applies.from_} to {until}, not on {as_of}",
                )
            )
        stretch = tuple(
            sum(dated.from_ <= as_of for dated in parameter.values) for parameter in self.tree.parameters.values()
        )
        if stretch not in self._prepared:
            self._prepared[stretch] = Prepared(self, self.tree.parameters_on(as_of))
        if len(self._days) >= 4096:
            self._days.clear()
        self._days[as_of] = self._prepared[stretch]
        return self._days[as_of]

    def evaluate(
        self, situation: Mapping[str, Any], *, as_of: dt.date, trace: bool = False, ignore_unknown: bool = False
    ) -> Evaluation:
        """What the rule says of a situation on a day.

        ``ignore_unknown`` leaves aside names the rule and its vocabularies do not declare, for answers
        gathered for many rules. Raises SituationError (an InputError) listing every answer that cannot be, and
        InputError on days the rule does not apply. Never fails otherwise.
        """
        prepared = self._days.get(as_of) or self.prepare(as_of)
        today = calendar.number(as_of)
        p, h, complete = self._reader.read(situation, today=today, ignore_unknown=ignore_unknown)
        evaluation = Evaluation(self, prepared, as_of, p, h, complete)
        if trace:
            evaluation.trace  # noqa: B018  (made now, kept)
        return evaluation

    def run_cases(self) -> list[RuleProblem]:
        """Run the golden cases; each answer that is not the expected one is a problem at its place."""
        problems: list[RuleProblem] = []
        for rank, case in enumerate(self.document.cases):
            place = ("cases", rank)
            try:
                evaluation = self.evaluate(case.given, as_of=case.as_of)
            except InputError as error:
                problems.append(RuleProblem((*place, "given"), error.text))
                continue
            for name, expected in case.expect.items():
                if name not in self.tree.formulas:
                    text = Text(f"aucune formule ne s'appelle {name}", f"no formula is called {name}")
                    problems.append(RuleProblem((*place, "expect", name), text))
                    continue
                got = evaluation.value(name)
                if not _same(got, expected, self.tree.formulas[name].expr.type):
                    text = Text(
                        f"{name} vaut {_said(got).fr}, {_said(expected).fr} était attendu",
                        f"{name} is {_said(got).en}, {_said(expected).en} was expected",
                    )
                    problems.append(RuleProblem((*place, "expect", name), text))
            if evaluation.contradictions:
                contradiction = evaluation.contradictions[0]
                text = Text(
                    f"réponses contradictoires : {contradiction.fr}", f"contradictory answers: {contradiction.en}"
                )
                problems.append(RuleProblem((*place, "given"), text))
        return problems

    def reformed(self, parameters: Mapping[str, Any]) -> Rule:
        """The same rule with some parameters worth something else over its whole life.

        A number or date parameter takes a value, a scale a list of brackets (``[{"from": 0, "rate": …}, …]``).
        Raises InputError for an unknown name or a value that cannot be; golden cases are not run again.
        """
        changed = [_reformed(parameter, parameters) for parameter in self.document.parameters]
        unknown = set(parameters) - {parameter.name for parameter in self.document.parameters}
        if unknown:
            name = min(unknown)
            raise InputError(Text(f"paramètre inconnu : {name}", f"unknown parameter: {name}"))
        document = self.document.model_copy(update={"parameters": tuple(changed)})
        rule, problems = compile_rule(
            document, self.vocabularies, perimeters=self.tree.perimeters, version=self.version, run_cases=False
        )
        if rule is None:
            raise InputError(problems[0].text)
        return rule


def _reformed(parameter: Parameter, new: Mapping[str, Any]) -> Parameter:
    if parameter.name not in new:
        return parameter
    first = parameter.values[0]
    value = new[parameter.name]
    key = "brackets" if parameter.kind == "scale" else "value"
    if isinstance(value, list | tuple):
        value = [item.model_dump(exclude_none=True) if isinstance(item, Strict) else item for item in value]
    data = parameter.model_dump(exclude={"values"}, exclude_none=True)
    reference = {"text": "Réforme simulée / Simulated reform"}
    data["values"] = [{"from": first.from_, key: value, "reference": reference, "assumption": True}]
    try:
        return Parameter.model_validate(data)
    except ValueError as error:
        message = _first(error)
        raise InputError(
            Text(f"paramètre {parameter.name} : {message.fr}", f"parameter {parameter.name}: {message.en}")
        ) from None


def _first(error: ValueError) -> Text:
    """The first thing a schema refuses, in words."""
    entries: list[Any] = error.errors() if hasattr(error, "errors") else []
    inner = entries[0].get("ctx", {}).get("error") if entries else error
    text = getattr(inner, "text", None)
    return text if isinstance(text, Text) else Text("valeur impossible", "impossible value")


def _same(got: object, expected: object, type_: object) -> bool:
    if expected in ("unknown", "inconnu"):
        return got is UNKNOWN
    if isinstance(type_, NumberType):
        try:
            return isinstance(got, Decimal) and not isinstance(expected, bool) and got == Decimal(str(expected))
        except ArithmeticError:
            return False
    if isinstance(type_, BooleanType):
        return got is expected
    if isinstance(type_, DateType):
        return str(got) == str(expected)
    return got == expected


def _said(value: object) -> Text:
    if isinstance(value, Unknown) or value in ("unknown", "inconnu"):
        return Text("inconnu", "unknown")
    if value is True or value is False:
        return Text("vrai", "true") if value else Text("faux", "false")
    return Text(f"{value:f}" if isinstance(value, Decimal) else str(value), str(value))


def compile_rule(
    document: RuleDocument,
    vocabularies: Sequence[VocabularyDocument],
    *,
    perimeters: Mapping[str, frozenset[str]],
    version: str = "",
    run_cases: bool = True,
) -> tuple[Rule | None, list[RuleProblem]]:
    """Check a rule and make it ready.

    Returns the rule, or None where it does not hold together, and every problem found. A rule whose golden
    cases fail is returned with their problems: it can be looked at, it should not be published.
    """
    tree, problems = compile_tree(document, vocabularies, perimeters=perimeters)
    if tree is None:
        return None, problems
    rule = Rule(document, vocabularies, tree, version=version)
    return rule, rule.run_cases() if run_cases else []


__all__ = ["Prepared", "Rule", "SituationError", "compile_rule"]
