"""Schemes that contradict themselves: what each part says alone is right, together it cannot hold.

Every finding says where in the document it stands, so that an error has its file and line. Nothing here needs a database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mandat.apps.grants.schema.condition import Condition
from mandat.apps.grants.schema.money import PlanTerms
from mandat.apps.grants.schema.parts import STAGES
from mandat.apps.grants.schema.scheme import Scheme, instant
from mandat.apps.rulebook.places import Perimeters, within
from mandat.engines.rules import Rule
from mandat.engines.rules.tree import BooleanType, FormulaRef, InputRef, NumberType, Tree, walk
from mandat.kernel.text import Text

Place = tuple[str | int, ...]
Found = Iterator[tuple[Text, Place]]
#: Local authorities, of whose investments CGCT L1111-10 asks an own share.
AUTHORITIES = frozenset({"commune", "epci", "public-body"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a scheme is read with. ``rule`` is None where it does not compile, ``places`` holds no commune where the region is not
    bundled; ``dues`` the dates by which the commitments served are due."""

    rule: Rule | None
    conditions: Mapping[str, Condition]
    places: Perimeters
    mandate_end: dt.date | None
    dues: Mapping[str, dt.date]


def contradictions(scheme: Scheme, around: Around) -> Found:
    """Everything in a scheme that cannot hold together, and where."""
    yield from _calls(scheme, around)
    yield from _rounds(scheme)
    yield from _applicants(scheme, around)
    yield from _perimeter(scheme, around.places)
    yield from _deciding(scheme)
    yield from _plan(scheme)
    yield from _evidence(scheme)
    yield from _payments(scheme)
    yield from _form(scheme)
    if around.rule is not None:
        yield from _formulas(scheme, around.rule.tree)


def _day(moment: dt.datetime | dt.date) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _calls(scheme: Scheme, around: Around) -> Found:
    applies = around.rule.document.applies if around.rule is not None else None
    for rank, call in enumerate(scheme.calls):
        place: Place = ("calls", rank)
        if around.mandate_end is not None and _day(call.opens) > around.mandate_end:
            yield Text("l'appel ouvre après la fin du mandat", "the call opens after the end of the mandate"), (*place, "opens")  # fmt: skip
        last = call.closes or call.opens
        for n, day in enumerate(call.committee_on):
            if day < _day(last):
                yield (
                    Text(f"le comité siège le {day}, avant la clôture", f"the committee sits on {day}, before the call closes"),
                    (*place, "committee_on", n),
                )  # fmt: skip
        if applies is None:
            continue
        if _day(call.opens) < applies.from_:
            yield (
                Text(f"l'appel ouvre avant que la règle s'applique ({applies.from_})", f"the call opens before the rule applies ({applies.from_})"),
                (*place, "opens"),
            )  # fmt: skip
        if applies.until is not None and (call.closes is None or _day(call.closes) > applies.until):
            yield (
                Text(f"la règle ne s'applique plus après le {applies.until}, l'appel reçoit encore", f"the rule no longer applies after {applies.until}, the call still receives"),
                (*place, "closes" if call.closes else "opens"),
            )  # fmt: skip
    for kind, terms in (("label", scheme.label), ("contract", scheme.contract)):
        if terms is None or terms.by is None:
            continue
        for code, due in around.dues.items():
            if terms.by > due:
                yield (
                    Text(f"la couverture est attendue le {terms.by}, après l'échéance de l'engagement {code} ({due})", f"the coverage is due on {terms.by}, after commitment {code} ({due})"),
                    (kind, "by"),
                )  # fmt: skip


def _rounds(scheme: Scheme) -> Found:
    codes = [one.code for one in scheme.rounds]
    if len(set(codes)) != len(codes):
        yield Text("deux tours portent le même code", "two rounds share a code"), ("rounds",)
    for rank, call in enumerate(scheme.calls):
        place: Place = ("calls", rank)
        if [one.code for one in call.rounds] != codes:
            yield (
                Text("l'appel date tous les tours du dispositif, dans leur ordre", "the call dates every round of the scheme, in order"),
                (*place, "rounds") if call.rounds else place,
            )  # fmt: skip
            continue
        if call.rounds and call.closes is None:
            yield Text("un appel à plusieurs tours se clôt", "a call with several rounds closes"), place
            continue
        before = call.closes
        for n, one in enumerate(call.rounds):
            if instant(one.closes) < instant(one.opens):
                yield Text("ce tour ferme avant d'ouvrir", "this round closes before it opens"), (*place, "rounds", n, "closes")  # fmt: skip
            if before is not None and instant(one.opens) < instant(before):
                yield Text("ce tour ouvre avant la fin du précédent", "this round opens before the one before it ends"), (*place, "rounds", n, "opens")  # fmt: skip
            for m, day in enumerate(one.committee_on):
                if day < _day(one.closes):
                    yield (
                        Text(f"le comité siège le {day}, avant la clôture", f"the committee sits on {day}, before the round closes"),
                        (*place, "rounds", n, "committee_on", m),
                    )  # fmt: skip
            before = one.closes
    order: dict[str | None, int] = {None: 0} | {code: rank + 1 for rank, code in enumerate(codes)}
    reached = 0
    for rank, section in enumerate(scheme.form.sections):
        where = ("form", "sections", rank, "round")
        if section.round not in order:
            yield Text(f"tour inconnu : {section.round}", f"unknown round: {section.round}"), where
            continue
        if order[section.round] < reached:
            yield Text("une section d'un tour passé vient après celles du suivant", "a section of an earlier round comes after those of a later one"), where  # fmt: skip
        reached = max(reached, order[section.round])
    for rank, piece in enumerate(scheme.evidence):
        if piece.round not in order:
            yield Text(f"tour inconnu : {piece.round}", f"unknown round: {piece.round}"), ("evidence", rank, "round")
        elif piece.round is not None and piece.stage != "application":
            yield Text("une pièce d'un tour se joint à la demande", "evidence of a round comes with the application"), ("evidence", rank, "stage")  # fmt: skip


def _applicants(scheme: Scheme, around: Around) -> Found:
    kinds = set(scheme.applicants.kinds)
    for rank, role in enumerate(scheme.applicants.roles):
        if role.leads and not set(role.kinds) <= kinds:
            other = min(set(role.kinds) - kinds)
            yield (
                Text(f"qui mène la demande peut la déposer : {other} n'est pas admis", f"who leads may apply: {other} is not admitted"),
                ("applicants", "roles", rank, "kinds"),
            )  # fmt: skip
    for rank, code in enumerate(scheme.conditions):
        condition = around.conditions.get(code)
        if condition is None:
            continue
        if condition.scope.applicants and not kinds & set(condition.scope.applicants):
            yield Text(f"la condition {code} ne vise aucun des demandeurs", f"condition {code} is about none of the applicants"), ("conditions", rank)  # fmt: skip
        formulas = around.rule.tree.formulas if around.rule is not None else None
        for proof in condition.proofs:
            if proof.formula is not None and formulas is not None and proof.formula not in formulas:
                yield (
                    Text(f"la condition {code} se calcule par {proof.formula}, que la règle n'a pas", f"condition {code} is computed by {proof.formula}, which the rule does not have"),
                    ("conditions", rank),
                )  # fmt: skip


def _perimeter(scheme: Scheme, places: Perimeters) -> Found:
    for name, areas in (("areas", scheme.perimeter.areas), ("excluding", scheme.perimeter.excluding)):
        for rank, area in enumerate(areas):
            if area.startswith("perimeter:") and area not in places:
                yield Text(f"périmètre inconnu : {area}", f"unknown perimeter: {area}"), ("perimeter", name, rank)
    if not scheme.perimeter.excluding:
        return
    left = [area for area in scheme.perimeter.areas if area not in scheme.perimeter.excluding]
    known = all(within(places, area) for area in left)
    inside = frozenset[str]().union(*(within(places, area) for area in left))
    outside = frozenset[str]().union(*(within(places, area) for area in scheme.perimeter.excluding))
    if not left or (known and not inside - outside):
        yield Text("ce périmètre exclut tout ce qu'il contient", "this perimeter excludes all it holds"), ("perimeter", "excluding")  # fmt: skip


def _deciding(scheme: Scheme) -> Found:
    pattern = scheme.workflow.pattern
    if scheme.scoring is not None and pattern not in ("committee", "experts"):
        yield Text("une grille de notes sans comité ni experts ne sert à personne", "a scoring grid without committee or experts serves nobody"), ("scoring",)  # fmt: skip
    if scheme.workflow.experts and pattern == "desk":
        yield Text("des avis d'experts vont avec « experts » ou « committee »", "expert opinions go with “experts” or “committee”"), ("workflow", "experts")  # fmt: skip
    if scheme.label is not None and scheme.label.visit != (pattern == "visit"):
        yield Text("« visit » du label va avec « pattern: visit »", "“visit” of the label goes with “pattern: visit”"), ("label", "visit")  # fmt: skip
    if scheme.scoring is not None and scheme.scoring.blind and not any(field.blind for field in scheme.form.questions):
        yield Text("notes à l'aveugle : dites quels champs cacher (blind)", "blind scoring: say which fields to hide (blind)"), ("scoring", "blind")  # fmt: skip


def _plan(scheme: Scheme) -> Found:
    kinds: frozenset[str] = frozenset(scheme.applicants.kinds)
    covered: set[str] = set()
    cases: list[tuple[PlanTerms, frozenset[str], Place]] = [(scheme.plan, kinds, ("plan",))]
    for rank, case in enumerate(scheme.plan.cases):
        place: Place = ("plan", "cases", rank)
        named: frozenset[str] = frozenset(case.applicants) or kinds
        cases.append((case, named, place))
        if not named & kinds:
            yield Text("ce cas ne vise aucun des demandeurs", "this case is about none of the applicants"), (*place, "applicants")  # fmt: skip
        elif named & kinds <= covered:
            yield Text("un cas placé avant l'emporte toujours sur celui-ci", "an earlier case always wins over this one"), place  # fmt: skip
        if case.when is None:
            covered |= named
    for terms, named, place in cases:
        if terms.own_of_cost is not None and terms.aid_rate is not None and terms.own_of_cost + terms.aid_rate > 100:
            yield Text("part propre et taux d'aide dépassent 100 % à eux deux", "own share and aid rate exceed 100% together"), (*place, "aid_rate")  # fmt: skip
        if terms.own_of_public is not None and not named & AUTHORITIES:
            yield (
                Text("own_of_public vaut pour les collectivités, qui ne sont pas demandeuses", "own_of_public is for local authorities, none of which may apply"),
                (*place, "own_of_public"),
            )  # fmt: skip


def _evidence(scheme: Scheme) -> Found:
    paid = {payment.stage for payment in scheme.payments}
    needed = {code for payment in scheme.payments for code in payment.needs}
    for rank, one in enumerate(scheme.evidence):
        if one.stage in ("advance", "instalment", "balance") and one.stage not in paid:
            yield Text(f"aucun versement à l'étape {one.stage} : {one.code} ne serait jamais demandée", f"no payment at stage {one.stage}: {one.code} would never be asked"), ("evidence", rank, "stage")  # fmt: skip
        if one.optional and one.code in needed:
            yield Text(f"{one.code} est facultative, un versement l'attend", f"{one.code} is optional, a payment waits for it"), ("evidence", rank, "optional")  # fmt: skip


def _payments(scheme: Scheme) -> Found:
    after_end = {report.code for report in scheme.reports if report.after == "end"}
    reached = 0
    for rank, payment in enumerate(scheme.payments):
        stage = STAGES.index(payment.stage)
        if stage < reached:
            yield Text("les versements vont de l'avance au solde", "payments go from advance to balance"), ("payments", rank, "stage")  # fmt: skip
        reached = max(reached, stage)
        if payment.stage == "advance" and payment.of == "spent":
            yield Text("une avance ne se calcule pas sur ce qui est dépensé", "an advance is not computed on what is spent"), ("payments", rank, "of")  # fmt: skip
        for n, code in enumerate(payment.needs):
            if payment.stage != "balance" and code in after_end:
                yield Text(f"{code} est rendu à la fin : seul le solde peut l'attendre", f"{code} comes at the end: only the balance may wait for it"), ("payments", rank, "needs", n)  # fmt: skip
    if scheme.repayment is not None and scheme.repayment.kind == "bullet" and scheme.repayment.instalments > 1:
        yield Text("un remboursement en une fois a une seule échéance", "a bullet repayment has one instalment"), ("repayment", "instalments")  # fmt: skip


def _form(scheme: Scheme) -> Found:
    asked: set[str] = set()
    for rank, section in enumerate(scheme.form.sections):
        for n, field in enumerate(section.fields):
            place: Place = ("form", "sections", rank, "fields", n)
            if field.input is None:
                continue
            if section.repeats is not None:
                yield Text("une question de la règle n'est posée qu'une fois : pas dans une section répétée", "a question of the rule is asked once: not in a repeated section"), (*place, "input")  # fmt: skip
            if field.input in asked:
                yield Text(f"{field.input} est déjà demandé plus haut", f"{field.input} is already asked above"), (*place, "input")  # fmt: skip
            asked.add(field.input)


def inputs_of(tree: Tree, name: str) -> set[str]:
    """Every input a formula needs, through the formulas it names."""
    found: set[str] = set()
    for node in walk(tree.formulas[name].expr):
        if isinstance(node, InputRef):
            found.add(node.name)
        elif isinstance(node, FormulaRef):
            found |= inputs_of(tree, node.name)
    return found


def _formulas(scheme: Scheme, tree: Tree) -> Found:
    """What is shown or asked ``when`` a formula holds is decided by answers given before; the amount is rounded to the cent."""
    answered: set[str] = set()
    for rank, section in enumerate(scheme.form.sections):
        place: Place = ("form", "sections", rank)
        yield from _settled(tree, section.when, answered, (*place, "when"))
        for n, field in enumerate(section.fields):
            yield from _settled(tree, field.when, answered, (*place, "fields", n, "when"))
            if field.input is not None:
                answered.add(field.input)
    asked = {field.input for field in scheme.form.questions if field.input is not None}
    own = {item.name for rule in scheme.rules for item in rule.inputs}
    for name in tree.inputs:
        if name not in asked and name not in own:
            yield Text(f"aucun champ du formulaire ne donne {name}, dont la règle a besoin", f"no field of the form gives {name}, which the rule needs"), ("form",)  # fmt: skip
    for rank, one in enumerate(scheme.evidence):
        yield from _settled(tree, one.when, asked, ("evidence", rank, "when"))
    for rank, case in enumerate(scheme.plan.cases):
        yield from _settled(tree, case.when, asked, ("plan", "cases", rank, "when"))
    amount = tree.formulas.get(scheme.outputs.amount or "")
    if (
        amount is not None
        and isinstance(amount.expr.type, NumberType)
        and (amount.expr.type.ratio or amount.expr.type.scale > 2)
    ):
        yield Text("le montant n'est pas au centime : dites l'arrondi dans sa formule", "the amount is not to the cent: say its rounding in the formula"), ("outputs", "amount")  # fmt: skip


def _settled(tree: Tree, name: str | None, answered: set[str], place: Place) -> Found:
    formula = tree.formulas.get(name or "")
    if formula is None:
        return
    if not isinstance(formula.expr.type, BooleanType):
        yield Text(f"{name} ne dit pas oui ou non", f"{name} does not say yes or no"), place
        return
    later = sorted(inputs_of(tree, formula.name) - answered)
    if later:
        yield Text(f"{name} attend une réponse qui vient plus loin : {later[0]}", f"{name} waits for an answer that comes later: {later[0]}"), place  # fmt: skip
