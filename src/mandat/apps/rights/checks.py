"""What must hold between rights and the rest of a programme folder: rules, wallets, offers, measures."""

from __future__ import annotations

from typing import Any, cast

from mandat.apps.rights.schema import MONEY, Right
from mandat.definitions.folder import Definition, Folder, folder_check
from mandat.kernel.text import Text

#: Units an amount may have, by rhythm of payment: what the rule gives is what each payment is.
_PERIODS = {"once": ("",), "monthly": ("", "month"), "quarterly": ("",), "yearly": ("", "year")}


@folder_check
def rights_name_what_exists(folder: Folder) -> None:
    """Measures, commitments, wallets and offers named by a right are in the folder, and rest on the same measures."""
    known = {
        kind: {definition.code for definition in folder.of(kind)}
        for kind in ("measure", "commitment", "offer", "wallet")
    }
    for definition in folder.of("right"):
        right = cast(Right, definition.model)
        for rank, number in enumerate(right.measures):
            if str(number) not in known["measure"]:
                message = Text(f"mesure inconnue : {number}", f"unknown measure: {number}")
                folder.problem(definition, message, "measures", rank)
        for rank, code in enumerate(right.commitments):
            if code not in known["commitment"]:
                message = Text(f"engagement inconnu : {code}", f"unknown commitment: {code}")
                folder.problem(definition, message, "commitments", rank)
            elif int(code.split(".")[0]) not in right.measures:
                message = Text(
                    f"l'engagement {code} n'est pas d'une mesure de ce droit",
                    f"commitment {code} is of no measure of this right",
                )
                folder.problem(definition, message, "commitments", rank)
        if right.benefit.wallet is not None and right.benefit.wallet not in known["wallet"]:
            message = Text(f"porte-monnaie inconnu : {right.benefit.wallet}", f"unknown wallet: {right.benefit.wallet}")
            folder.problem(definition, message, "benefit", "wallet")
        if right.benefit.offer is not None and right.benefit.offer not in known["offer"]:
            message = Text(f"offre inconnue : {right.benefit.offer}", f"unknown offer: {right.benefit.offer}")
            folder.problem(definition, message, "benefit", "offer")


@folder_check
def rights_rest_on_their_rule(folder: Folder) -> None:
    """The rule exists, is about a person or household, and has the outputs, formulas and inputs the right names."""
    rules = {definition.code: cast(Any, definition.model) for definition in folder.of("rule")}
    vocabularies = {definition.code: cast(Any, definition.model) for definition in folder.of("rule-vocabulary")}
    wallets = {definition.code: cast(Any, definition.model) for definition in folder.of("wallet")}
    for definition in folder.of("right"):
        right = cast(Right, definition.model)
        rule = rules.get(right.rule)
        if rule is None:
            folder.problem(definition, Text(f"règle inconnue : {right.rule}", f"unknown rule: {right.rule}"), "rule")
            continue
        _outputs(folder, definition, right, rule)
        _inputs(folder, definition, right, rule, vocabularies)
        wallet = wallets.get(right.benefit.wallet or "")
        if wallet is not None:
            _same_unit(folder, definition, right, rule, wallet)


def _output(rule: Any, name: str) -> Any:
    return next((output for output in rule.outputs if output.name == name), None)


def _outputs(folder: Folder, definition: Definition, right: Right, rule: Any) -> None:
    for role, name in (("eligible", right.outputs.eligible), ("amount", right.outputs.amount)):
        if name is None:
            continue
        output = _output(rule, name)
        if output is None:
            message = Text(f"la règle {rule.code} n'a pas de résultat {name}", f"rule {rule.code} has no output {name}")
            folder.problem(definition, message, "outputs", role)
        elif output.role != role:
            message = Text(
                f"le résultat {name} a le rôle {output.role}, attendu : {role}",
                f"output {name} has the role {output.role}, expected: {role}",
            )
            folder.problem(definition, message, "outputs", role)
        elif role == "amount" and right.benefit.type in MONEY:
            _period(folder, definition, right, output)


def _period(folder: Folder, definition: Definition, right: Right, output: Any) -> None:
    unit, _, period = (output.unit or "").partition("/")
    if unit not in ("EUR", "item"):
        message = Text(
            f"un versement se compte en EUR ou item, pas en {output.unit or 'nombre nu'}",
            f"a payment counts EUR or item, not {output.unit or 'a bare number'}",
        )
        folder.problem(definition, message, "outputs", "amount")
    elif period not in _PERIODS[right.benefit.rhythm]:
        message = Text(
            f"le montant est en {output.unit} mais versé {right.benefit.rhythm}",
            f"the amount is in {output.unit} but paid {right.benefit.rhythm}",
        )
        folder.problem(definition, message, "benefit", "rhythm")
    elif unit == "item" and right.benefit.paid_by == "transfer":
        message = Text("un virement est en EUR", "a transfer is in EUR")
        folder.problem(definition, message, "benefit", "paid_by")


def _same_unit(folder: Folder, definition: Definition, right: Right, rule: Any, wallet: Any) -> None:
    output = _output(rule, right.outputs.amount or "")
    if output is None:
        return
    unit = (output.unit or "").partition("/")[0]
    if unit and unit != wallet.unit:
        message = Text(
            f"le montant est en {unit}, le porte-monnaie {wallet.code} en {wallet.unit}",
            f"the amount is in {unit}, wallet {wallet.code} in {wallet.unit}",
        )
        folder.problem(definition, message, "benefit", "wallet")


def _inputs(folder: Folder, definition: Definition, right: Right, rule: Any, vocabularies: dict[str, Any]) -> None:
    inputs = {given.name for given in rule.inputs}
    for code in rule.uses:
        if code in vocabularies:
            inputs |= {given.name for given in vocabularies[code].inputs}
    formulas = {formula.name for formula in rule.formulas}
    for rank, evidence in enumerate(right.evidence):
        for name in evidence.proves:
            if name not in inputs:
                _unknown_input(folder, definition, rule, name, "evidence", rank, "proves")
        if evidence.when is not None and evidence.when not in formulas | inputs:
            message = Text(
                f"la règle {rule.code} n'a pas de condition {evidence.when}",
                f"rule {rule.code} has no condition {evidence.when}",
            )
            folder.problem(definition, message, "evidence", rank, "when")
    for rank, name in enumerate(right.discards):
        if name not in inputs:
            _unknown_input(folder, definition, rule, name, "discards", rank)


def _unknown_input(folder: Folder, definition: Definition, rule: Any, name: str, *place: str | int) -> None:
    message = Text(f"la règle {rule.code} n'a pas d'entrée {name}", f"rule {rule.code} has no input {name}")
    folder.problem(definition, message, *place)
