"""From documents to a checked tree: names, order of formulas, types, parameters over time, outputs.

Every problem is a value with its place; one wrong formula does not hide the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mandat.engines.rules import calls
from mandat.engines.rules.checker import TODAY_NAMES, Checker, broken
from mandat.engines.rules.document import Check, Entity, FormulaLine, Input, RuleDocument, VocabularyDocument
from mandat.engines.rules.grammar import KEYWORDS
from mandat.engines.rules.parser import parse
from mandat.engines.rules.saying import said, units_differ
from mandat.engines.rules.scope import Scope, near
from mandat.engines.rules.syntax import Ast, FormulaError, RuleProblem
from mandat.engines.rules.tree import BooleanType, NumberType, Span, Tree, TypedFormula
from mandat.engines.rules.units import parse_unit
from mandat.kernel.text import Text

Place = tuple[str | int, ...]
_RESERVED = frozenset(
    {word for words in KEYWORDS.values() for word in words}
    | {*TODAY_NAMES, *calls.MEMBERS, "en", "perimetre", "perimeter"}
)


class _Compiler:
    def __init__(
        self,
        document: RuleDocument,
        vocabularies: Sequence[VocabularyDocument],
        perimeters: Mapping[str, frozenset[str]],
    ) -> None:
        self.document = document
        self.perimeters = perimeters
        self.problems: list[RuleProblem] = []
        found = {vocabulary.code: vocabulary for vocabulary in vocabularies}
        for rank, code in enumerate(document.uses):
            if code not in found:
                hint = near(code, found)
                self.refuse(
                    ("uses", rank), f"vocabulaire inconnu : {code}{hint[0]}", f"unknown vocabulary: {code}{hint[1]}"
                )
        self.vocabularies = [found[code] for code in document.uses if code in found]
        self.entities: dict[str, Entity] = {}
        for entity in (*(e for v in self.vocabularies for e in v.entities), *document.entities):
            self.entities.setdefault(entity.name, entity)

    def refuse(self, place: Place, fr: str, en: str) -> None:
        self.problems.append(RuleProblem(place, Text(fr, en)))

    def scope(self) -> Scope | None:
        document = self.document
        subject = self.entities.get(document.entity)
        if subject is None:
            hint = near(document.entity, self.entities)
            self.refuse(
                ("entity",),
                f"entité inconnue : {document.entity}{hint[0]}",
                f"unknown entity: {document.entity}{hint[1]}",
            )
            return None
        holder = self.entities.get(subject.within) if subject.within else None
        if subject.within and (holder is None or holder.within):
            self.refuse(
                ("entity",),
                f"{subject.name} est dans {subject.within}, qui n'est pas une entité ou est elle-même dans une autre",
                f"{subject.name} is within {subject.within}, which is no entity or is itself within another",
            )
            return None
        members = [entity for entity in self.entities.values() if entity.within == (holder or subject).name]
        member = subject if holder else (members[0] if members else None)
        scope = Scope(
            subject=subject,
            holder=holder,
            member=member,
            first_day=document.applies.from_,
            last_day=document.applies.until,
            inputs={},
            parameters={},
            owners={},
            perimeters=self.perimeters,
        )
        self._names(scope)
        return scope

    def _names(self, scope: Scope) -> None:
        for vocabulary in self.vocabularies:
            for item in vocabulary.inputs:
                if scope.entity(item.entity):
                    scope.inputs.setdefault(item.name, item)
                self._free(item.name, ("uses",))
        for rank, item in enumerate(self.document.inputs):
            self._input(scope, item, rank)
        for rank, parameter in enumerate(self.document.parameters):
            place = ("parameters", rank, "name")
            if parameter.name in scope.inputs:
                self._twice(parameter.name, place)
            elif self._free(parameter.name, place):
                scope.parameters[parameter.name] = parameter
            self._over_time(rank)
        for rank, line in enumerate(self.document.formulas):
            place = ("formulas", rank, "name")
            if line.name in scope.inputs:
                self._twice(line.name, place)
            elif self._free(line.name, place):
                scope.owners[line.name] = line.entity or self.document.entity

    def _twice(self, name: str, place: Place) -> None:
        self.refuse(
            place, f"{name} est déjà une donnée du vocabulaire", f"{name} is already an input of the vocabulary"
        )

    def _free(self, name: str, place: Place) -> bool:
        if name in _RESERVED:
            self.refuse(
                place, f"« {name} » est un mot de la langue des règles", f"“{name}” is a word of the language of rules"
            )
        return name not in _RESERVED

    def _input(self, scope: Scope, item: Input, rank: int) -> None:
        place = ("inputs", rank, "entity")
        if scope.entity(item.entity) is None:
            known = ", ".join(e.name for e in (scope.subject, scope.holder, scope.member) if e is not None)
            self.refuse(
                place,
                f"entité inconnue ici : {item.entity} (connues : {known})",
                f"unknown entity here: {item.entity} (known: {known})",
            )
        elif item.name in scope.inputs:
            self._twice(item.name, ("inputs", rank, "name"))
        elif self._free(item.name, ("inputs", rank, "name")):
            scope.inputs[item.name] = item

    def _over_time(self, rank: int) -> None:
        parameter, applies = self.document.parameters[rank], self.document.applies
        first = parameter.values[0].from_
        if first > applies.from_:
            self.refuse(
                ("parameters", rank, "values"),
                f"{parameter.name} n'a pas de valeur du {applies.from_} au {first}, alors que la règle s'applique",
                f"{parameter.name} has no value from {applies.from_} to {first}, while the rule applies",
            )
        if parameter.until is not None and (applies.until is None or applies.until > parameter.until):
            self.refuse(
                ("parameters", rank, "until"),
                f"{parameter.name} n'a plus de valeur après le {parameter.until}, alors que la règle s'applique encore",
                f"{parameter.name} has no value after {parameter.until}, while the rule still applies",
            )

    # Formulas

    def formulas(self, scope: Scope) -> dict[str, TypedFormula]:
        lines = {line.name: (rank, line) for rank, line in enumerate(self.document.formulas)}
        trees: dict[str, Ast] = {}
        for name, (rank, line) in lines.items():
            owner = line.entity or self.document.entity
            if scope.entity(owner) is None:
                self.refuse(
                    ("formulas", rank, "entity"), f"entité inconnue ici : {owner}", f"unknown entity here: {owner}"
                )
                continue
            try:
                trees[name] = parse(line.formula)
            except FormulaError as error:
                self._wrong(("formulas", rank, "formula"), error)
        for name in self._order(trees, {name: rank for name, (rank, _) in lines.items()}):
            rank, line = lines[name]
            typed = self._type(scope, line, trees[name], ("formulas", rank, "formula"))
            if typed is not None:
                self._unit(typed, line, rank)
                scope.typed[name] = typed
        return scope.typed

    def _order(self, trees: Mapping[str, Ast], ranks: Mapping[str, int]) -> list[str]:
        """Formulas after those they refer to; a cycle is a problem, and its formulas are left out."""
        needs = {name: sorted(_names(tree) & trees.keys(), key=lambda n: ranks[n]) for name, tree in trees.items()}
        done: dict[str, bool] = {}
        order: list[str] = []
        for root in trees:
            path = [root] if root not in done else []
            while path:
                name = path[-1]
                done.setdefault(name, False)
                following = next((need for need in needs[name] if not done.get(need)), None)
                if following is None:
                    if not done[name]:
                        done[name] = True
                        order.append(name)
                    path.pop()
                elif following in path:
                    cycle = [*path[path.index(following) :], following]
                    shown = " → ".join(cycle[:8]) + (" …" if len(cycle) > 8 else "")
                    place = ("formulas", ranks[following], "formula")
                    self.refuse(
                        place,
                        f"ces formules se renvoient l'une à l'autre : {shown}",
                        f"these formulas refer to one another: {shown}",
                    )
                    for inside in cycle:
                        done[inside] = True
                    path.clear()
                else:
                    path.append(following)
        return order

    def _type(
        self, scope: Scope, line: FormulaLine | Check, tree: Ast, place: Place, *, vocabulary: str = ""
    ) -> TypedFormula | None:
        owner = line.entity or self.document.entity
        label = (line.label if isinstance(line, FormulaLine) else line.message).text
        try:
            expr = Checker(scope, owner).check(tree, {})
        except FormulaError as error:
            if not broken(error):
                self._wrong(place, error, vocabulary)
            return None
        return TypedFormula(line.name, owner, label, expr, line.formula.strip())

    def _wrong(self, place: Place, error: FormulaError, vocabulary: str = "") -> None:
        self.problems.append(RuleProblem(place, error.text, error.span.line, error.span.column, vocabulary))

    def _unit(self, typed: TypedFormula, line: FormulaLine, rank: int) -> None:
        if line.unit is None:
            return
        unit = parse_unit(line.unit).unit
        have = typed.expr.type
        if not isinstance(have, NumberType):
            words = said(have)
            self.refuse(
                ("formulas", rank, "unit"),
                f"{line.name} est {words.fr}, sans unité",
                f"{line.name} is {words.en}, without unit",
            )
        elif have.unit != unit:
            error = units_differ(have.unit, unit, Span(1, 1, 1, 1))
            self.refuse(("formulas", rank, "unit"), error.text.fr, error.text.en)

    def checks(self, scope: Scope) -> dict[str, TypedFormula]:
        """The rule's own checks, and those of its vocabularies that concern inputs it uses."""
        found: dict[str, TypedFormula] = {}
        for vocabulary in self.vocabularies:
            for rank, check in enumerate(vocabulary.checks):
                used = set(scope.used)
                if scope.entity(check.entity or "") is None:
                    continue
                typed = self._check(scope, check, ("checks", rank, "formula"), vocabulary.code)
                concerned = scope.used & scope.inputs.keys() <= used
                scope.used.clear()
                scope.used |= used
                if typed is not None and concerned and typed.name not in found:
                    found[typed.name] = typed
        for rank, check in enumerate(self.document.checks):
            if scope.entity(check.entity or self.document.entity) is None:
                self.refuse(
                    ("checks", rank, "entity"),
                    f"entité inconnue ici : {check.entity}",
                    f"unknown entity here: {check.entity}",
                )
                continue
            typed = self._check(scope, check, ("checks", rank, "formula"), "")
            if typed is not None:
                found[typed.name] = typed
        return found

    def _check(self, scope: Scope, check: Check, place: Place, vocabulary: str) -> TypedFormula | None:
        try:
            tree = parse(check.formula)
        except FormulaError as error:
            self._wrong(place, error, vocabulary)
            return None
        typed = self._type(scope, check, tree, place, vocabulary=vocabulary)
        if typed is not None and not isinstance(typed.expr.type, BooleanType):
            problem = Text("une vérification est une condition", "a check is a condition")
            self.problems.append(RuleProblem(place, problem, 1, 1, vocabulary))
            return None
        return typed

    # Results

    def outputs(self, scope: Scope, typed: Mapping[str, TypedFormula]) -> None:
        for rank, output in enumerate(self.document.outputs):
            if output.name not in scope.owners:
                hint = near(output.name, scope.owners)
                self.refuse(
                    ("outputs", rank, "name"),
                    f"aucune formule ne s'appelle {output.name}{hint[0]}",
                    f"no formula is called {output.name}{hint[1]}",
                )
                continue
            owner = scope.owners[output.name]
            if owner not in (scope.subject.name, scope.holder.name if scope.holder else ""):
                self.refuse(
                    ("outputs", rank, "name"),
                    f"{output.name} est de chaque {owner} : un résultat est de {scope.subject.name}",
                    f"{output.name} is of each {owner}: an output is of {scope.subject.name}",
                )
            if output.name in typed:
                self._output(rank, typed[output.name])
        for name in self.document.reasons:
            if name not in scope.owners:
                self.refuse(("reasons", name), f"aucune formule ne s'appelle {name}", f"no formula is called {name}")

    def _output(self, rank: int, typed: TypedFormula) -> None:
        output, type_ = self.document.outputs[rank], typed.expr.type
        place = ("outputs", rank)
        words = said(type_)
        if output.role == "eligible" and not isinstance(type_, BooleanType):
            self.refuse(
                (*place, "role"),
                f"eligible est vrai ou faux, {typed.name} est {words.fr}",
                f"eligible is true or false, {typed.name} is {words.en}",
            )
        if output.role == "amount" and not isinstance(type_, NumberType):
            self.refuse(
                (*place, "role"),
                f"amount est un nombre, {typed.name} est {words.fr}",
                f"amount is a number, {typed.name} is {words.en}",
            )
        if not isinstance(type_, NumberType):
            return
        if type_.ratio:
            self.refuse(
                (*place, "name"),
                f"{typed.name} est une division : arrondissez-la, par exemple arrondi(…, 0.01, proche)",
                f"{typed.name} is a division: round it, for instance round(…, 0.01, nearest)",
            )
        if output.unit is not None and parse_unit(output.unit).unit != type_.unit:
            error = units_differ(type_.unit, parse_unit(output.unit).unit, Span(1, 1, 1, 1))
            self.refuse((*place, "unit"), error.text.fr, error.text.en)


def _names(tree: Ast) -> set[str]:
    found: set[str] = set()
    pending = [tree]
    while pending:
        here = pending.pop()
        pending += here.items
        if here.kind == "name":
            found.add(str(here.value))
        elif here.kind == "member" and isinstance(here.value, tuple):
            found.add(here.value[1])
    return found


def compile_tree(
    document: RuleDocument,
    vocabularies: Sequence[VocabularyDocument],
    *,
    perimeters: Mapping[str, frozenset[str]],
) -> tuple[Tree | None, list[RuleProblem]]:
    """The checked tree of a rule, or None and every problem found."""
    compiler = _Compiler(document, vocabularies, perimeters)
    scope = compiler.scope()
    if scope is None:
        return None, compiler.problems
    typed = compiler.formulas(scope)
    compiler.outputs(scope, typed)
    checks = compiler.checks(scope)
    if compiler.problems:
        return None, compiler.problems
    tree = Tree(
        subject=scope.subject,
        holder=scope.holder,
        member=scope.member,
        inputs=MappingProxyType({name: item for name, item in scope.inputs.items() if name in scope.used}),
        parameters=MappingProxyType({name: p for name, p in scope.parameters.items() if name in scope.used}),
        formulas=MappingProxyType(dict(typed)),
        checks=MappingProxyType(checks),
        outputs=tuple(output.name for output in document.outputs),
        perimeters=MappingProxyType({name: perimeters[name] for name in sorted(scope.used_perimeters)}),
    )
    return tree, []
