"""What must hold between schemes, conditions and the rest of a programme folder."""

from __future__ import annotations

from typing import Any, cast

from mandat.apps.grants.contradictions import Around, contradictions
from mandat.apps.grants.schema.condition import Condition
from mandat.apps.grants.schema.scheme import MONEY, Scheme
from mandat.apps.programme.schema import Commitment, Programme
from mandat.apps.rulebook.checks import perimeters_of
from mandat.apps.rulebook.places import Perimeters
from mandat.definitions.folder import Definition, Folder, folder_check
from mandat.engines.rules import Rule, RuleDocument, VocabularyDocument, compile_rule
from mandat.kernel.text import Text


@folder_check
def schemes_and_conditions_name_what_exists(folder: Folder) -> None:
    """Measures, commitments, bodies, conditions and rules named are in the folder."""
    known = {kind: {one.code for one in folder.of(kind)} for kind in ("measure", "commitment", "condition", "body")}
    for definition in [*folder.of("scheme"), *folder.of("condition")]:
        document = cast(Scheme | Condition, definition.model)
        _served(folder, definition, document, known)
        if not isinstance(document, Scheme):
            continue
        if document.service not in known["body"]:
            _unknown(folder, definition, Text("service inconnu", "unknown service"), document.service, "service")
        if document.committee is not None and document.committee.body not in known["body"]:
            body = document.committee.body
            _unknown(folder, definition, Text("instance inconnue", "unknown body"), body, "committee", "body")
        for rank, code in enumerate(document.conditions):
            if code not in known["condition"]:
                _unknown(folder, definition, Text("condition inconnue", "unknown condition"), code, "conditions", rank)


def _served(folder: Folder, definition: Definition, document: Scheme | Condition, known: dict[str, set[str]]) -> None:
    for rank, number in enumerate(document.measures):
        if str(number) not in known["measure"]:
            _unknown(folder, definition, Text("mesure inconnue", "unknown measure"), str(number), "measures", rank)
    for rank, code in enumerate(document.commitments):
        if code not in known["commitment"]:
            _unknown(folder, definition, Text("engagement inconnu", "unknown commitment"), code, "commitments", rank)


def _unknown(folder: Folder, definition: Definition, what: Text, code: str, *place: str | int) -> None:
    folder.problem(definition, Text(f"{what.fr} : {code}", f"{what.en}: {code}"), *place)


@folder_check
def schemes_rest_on_their_rule(folder: Folder) -> None:
    """The rule has the outputs a scheme names, its form asks what the rule needs, and formulas named exist."""
    rules = {one.code: cast(Any, one.model) for one in folder.of("rule")}
    vocabularies = {one.code: cast(Any, one.model) for one in folder.of("rule-vocabulary")}
    for definition in folder.of("scheme"):
        scheme = cast(Scheme, definition.model)
        rule = rules.get(scheme.rule)
        if rule is None:
            _unknown(folder, definition, Text("règle inconnue", "unknown rule"), scheme.rule, "rule")
            continue
        _outputs(folder, definition, scheme, rule)
        _formulas(folder, definition, scheme, {formula.name for formula in rule.formulas})
        inputs = {item.name: item for code in rule.uses if code in vocabularies for item in vocabularies[code].inputs}
        inputs |= {item.name: item for item in rule.inputs}
        _questions(folder, definition, scheme, set(inputs))


def _outputs(folder: Folder, definition: Definition, scheme: Scheme, rule: Any) -> None:
    outputs = {output.name: output for output in rule.outputs}
    for role, name in (("eligible", scheme.outputs.eligible), ("amount", scheme.outputs.amount)):
        if name is None:
            continue
        output = outputs.get(name)
        if output is None or output.role != role:
            message = Text(
                f"la règle {rule.code} n'a pas de résultat {name} de rôle {role}",
                f"rule {rule.code} has no output {name} of role {role}",
            )
            folder.problem(definition, message, "outputs", role)
        elif role == "amount" and scheme.type in MONEY and output.unit != "EUR":
            message = Text(
                f"le montant d'une aide est en EUR, pas en {output.unit or 'nombre nu'}",
                f"the amount of an aid is in EUR, not {output.unit or 'a bare number'}",
            )
            folder.problem(definition, message, "outputs", "amount")


def _formulas(folder: Folder, definition: Definition, scheme: Scheme, formulas: set[str]) -> None:
    named: list[tuple[str | None, tuple[str | int, ...]]] = [
        (one.when, ("evidence", rank, "when")) for rank, one in enumerate(scheme.evidence)
    ]
    named += [(case.when, ("plan", "cases", rank, "when")) for rank, case in enumerate(scheme.plan.cases)]
    for rank, section in enumerate(scheme.form.sections):
        place = ("form", "sections", rank)
        named.append((section.when, (*place, "when")))
        named += [(field.when, (*place, "fields", n, "when")) for n, field in enumerate(section.fields)]
    for name, where in named:
        if name is not None and name not in formulas:
            _unknown(folder, definition, Text("formule inconnue", "unknown formula"), name, *where)


def _questions(folder: Folder, definition: Definition, scheme: Scheme, inputs: set[str]) -> None:
    asked: set[str] = set()
    for rank, section in enumerate(scheme.form.sections):
        for n, field in enumerate(section.fields):
            if field.input is None:
                continue
            asked.add(field.input)
            if field.input not in inputs:
                place = ("form", "sections", rank, "fields", n, "input")
                _unknown(
                    folder, definition, Text("la règle ne demande pas", "the rule does not ask"), field.input, *place
                )
    for rank, rule in enumerate(scheme.rules):
        if rule.code != scheme.rule:
            continue
        for n, item in enumerate(rule.inputs):
            if item.name not in asked:
                message = Text(
                    f"aucun champ du formulaire ne donne {item.name}, dont la règle a besoin",
                    f"no field of the form gives {item.name}, which the rule needs",
                )
                folder.problem(definition, message, "rules", rank, "inputs", n)


@folder_check
def schemes_do_not_contradict_themselves(folder: Folder) -> None:
    """What a scheme says in one place holds with what it says in another (see ``contradictions``)."""
    if not folder.of("scheme"):
        return
    rules = {one.code: cast(RuleDocument, one.model) for one in folder.of("rule")}
    words = {one.code: cast(VocabularyDocument, one.model) for one in folder.of("rule-vocabulary")}
    conditions = {one.code: cast(Condition, one.model) for one in folder.of("condition")}
    commitments = {one.code: cast(Commitment, one.model) for one in folder.of("commitment")}
    programmes = folder.of("programme")
    places = perimeters_of(folder)
    for definition in folder.of("scheme"):
        scheme = cast(Scheme, definition.model)
        around = Around(
            rule=_compiled(rules.get(scheme.rule), words, places),
            conditions=conditions,
            places=places,
            mandate_end=cast(Programme, programmes[0].model).mandate.end if programmes else None,
            dues={code: due for code in scheme.commitments if code in commitments and (due := commitments[code].due)},
        )
        for message, place in contradictions(scheme, around):
            folder.problem(definition, message, *place)


def _compiled(document: RuleDocument | None, words: dict[str, VocabularyDocument], places: Perimeters) -> Rule | None:
    if document is None or not words.keys() >= set(document.uses):
        return None
    return compile_rule(document, [words[code] for code in document.uses], perimeters=places, run_cases=False)[0]
