"""Say a trace in sentences that a person without training understands.

Labels are the document's (see ``document``); verbs are chosen so that no agreement with a gender is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mandat.engines.rules.evaluation import UNKNOWN
from mandat.engines.rules.sums import calculation
from mandat.engines.rules.trace import Step
from mandat.engines.rules.tree import (
    Age,
    Aggregate,
    Between,
    BooleanType,
    Compare,
    Constant,
    DateType,
    Expr,
    FormulaRef,
    InPerimeter,
    InputRef,
    NumberType,
    OneOf,
    ParameterRef,
    Today,
)
from mandat.engines.rules.units import parse_unit
from mandat.engines.rules.wording import after_de, plural, sentence, value_words
from mandat.kernel.periods import in_words
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.rules.evaluation import Evaluation

Names = Mapping[str, str]
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
#: Relation, then (singular, plural) in French with whether “de” follows, and in English.
_NUMBERS: dict[str, tuple[tuple[str, str], bool, tuple[str, str]]] = {
    "<": (("est en dessous", "sont en dessous"), True, ("is below", "are below")),
    "<=": (("ne dépasse pas", "ne dépassent pas"), False, ("does not exceed", "do not exceed")),
    ">": (("dépasse", "dépassent"), False, ("exceeds", "exceed")),
    ">=": (("atteint ou dépasse", "atteignent ou dépassent"), False, ("reaches or exceeds", "reach or exceed")),
    "=": (("vaut", "valent"), False, ("is", "are")),
    "!=": (("ne vaut pas", "ne valent pas"), False, ("is not", "are not")),
}
_DATES: dict[str, tuple[str, str]] = {
    "<": ("est avant", "is before"), "<=": ("n'est pas après", "is not after"), ">": ("est après", "is after"),
    ">=": ("n'est pas avant", "is not before"), "=": ("est", "is"), "!=": ("n'est pas", "is not"),
}  # fmt: skip


def explain(evaluation: Evaluation, *, names: Names | None = None) -> list[Text]:
    """The whole evaluation in sentences: each output, then what it rests on, each thing said once.

    ``names`` gives the names of communes and perimeters by their codes, where the caller knows them.
    """
    said: dict[Text, None] = {}
    decisive = evaluation.rule.output("eligible")
    refused = decisive is not None and evaluation.eligible is False
    for output in evaluation.trace.children:
        # What one would have had is not said to whom has nothing.
        if not refused or output.name == decisive:
            _say(output, names or {}, said)
    return list(said)


def _say(step: Step, names: Names, said: dict[Text, None]) -> None:
    pending = [step]
    seen: set[int] = set()
    while pending:
        here = pending.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if here is step or _worth_saying(here):
            said[step_sentence(here, names)] = None
        pending += reversed(here.children)


def _worth_saying(step: Step) -> bool:
    """Of what is not known yet, only the answers to give; of what is, conditions and named results."""
    if step.kind == "input":
        return step.value is UNKNOWN or (step.node is not None and isinstance(step.node.type, BooleanType))
    if step.kind == "members" and step.node is not None and not isinstance(step.node.type, BooleanType):
        return False  # the formula that holds it says the same
    return step.kind in ("formula", "condition", "scale", "members") and step.value is not UNKNOWN


def step_sentence(step: Step, names: Names) -> Text:
    """One step as a sentence, saying whose it is where it is not the applicant's."""
    text = _body(step, names)
    if step.member is not None and not _applicant(step):
        rank = step.member + 1
        text = Text(f"personne {rank} du foyer : {text.fr}", f"person {rank} of the household: {text.en}")
    return sentence(text)


def _applicant(step: Step) -> bool:
    """Whether the step is about the one the evaluation is about, whom labels call “you”."""
    evaluation = step.evaluation
    members = evaluation._h[0]
    if evaluation.rule.tree.holder is None or members is None or step.member is None:
        return evaluation.rule.tree.holder is not None and step.member is None
    index: int = next((rank for rank, record in enumerate(members) if record is evaluation._p), 0)
    return step.member == index


def _body(step: Step, names: Names) -> Text:
    node, value = step.node, step.value
    if node is None:
        return Text("résultats", "results")
    if value is UNKNOWN:
        return _unknown(step)
    match node:
        case Compare() if isinstance(node.left.type, NumberType | DateType):
            return _comparison(step, node, names)
        case Compare():
            return _same(step, node, names)
        case OneOf(codes=codes):
            shown = [_code(node.operand, code, step, names) for code in codes]
            return _choice(node.operand, step, names, shown, bool(value))
        case InPerimeter(perimeter=perimeter):
            left = _with_value(node.operand, step, names)
            where = names.get(perimeter, perimeter)
            return Text(
                f"{left.fr}, {'est' if value else 'n’est pas'} dans le périmètre « {where} »",
                f"{left.en}, {'is' if value else 'is not'} within the perimeter “{where}”",
            )
    label = _phrase(node, step)
    words = value_words(value, node.type, percent=_percent(node, step), labels=_labels(node, step, names))
    found = calculation(step, lambda part, within: _figure(part, within, names)) if step.kind == "formula" else None
    if found is not None and found.fr != words.fr:
        words = Text(f"{words.fr}, soit {found.fr}", f"{words.en}, that is {found.en}")
    return Text(f"{label.fr} : {words.fr}", f"{label.en}: {words.en}")


def _figure(node: Expr, step: Step, names: Names) -> tuple[Text, Text]:
    """What a part of a calculation is called (nothing for a constant) and what it is worth."""
    child = _child(node, step)
    value = _value_of(node, step, names)
    if not value.fr and child is None and step.node is node:
        value = value_words(step.value, node.type, percent=_percent(node, step))
    return (Text("", "") if isinstance(node, Constant) else _phrase(node, step)), value


def _same(step: Step, node: Compare, names: Names) -> Text:
    """Two codes or two conditions compared: what it is, and what was wanted where it is not that."""
    wanted = _value_of(node.right, step, names)
    return _choice(node.left, step, names, [wanted], step.value is True or node.operator == "!=")


def _choice(node: Expr, step: Step, names: Names, wanted: list[Text], right: bool) -> Text:
    label, value = _phrase(node, step), _value_of(node, step, names)
    if right:
        return Text(f"{label.fr} : {value.fr}", f"{label.en}: {value.en}")
    fr, en = _listed([text.fr for text in wanted], " ou "), _listed([text.en for text in wanted], " or ")
    return Text(f"{label.fr} : {value.fr} ; il faudrait : {fr}", f"{label.en}: {value.en}; it should be: {en}")


def _listed(words: list[str], last: str) -> str:
    return last.join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _unknown(step: Step) -> Text:
    if step.kind == "input" and step.label is not None:
        if step.node is not None and isinstance(step.node.type, BooleanType):
            return Text(f"il reste à savoir si {step.label.fr}", f"it remains to know whether {step.label.en}")
        return Text(f"il reste à connaître {step.label.fr}", f"{step.label.en} is still to be known")
    label = _phrase(step.node, step) if step.node is not None else Text("", "")
    if step.kind == "condition" and isinstance(step.node, Compare | OneOf | InPerimeter):
        node = step.node
        label = _phrase(node.left if isinstance(node, Compare) else node.operand, step)
        return Text(
            f"une condition sur {label.fr} attend d’autres réponses", f"a condition on {label.en} awaits other answers"
        )
    return Text(f"{label.fr} : il manque des réponses", f"{label.en}: answers are missing")


def _comparison(step: Step, node: Compare, names: Names) -> Text:
    operator = node.operator if step.value else _OPPOSITE[node.operator]
    left = _with_value(node.left, step, names)
    right = _with_value(node.right, step, names)
    if isinstance(node.left.type, DateType):
        fr, en = _DATES[operator]
        return Text(f"{left.fr}, {fr} {right.fr}", f"{left.en}, {en} {right.en}")
    many = plural(_phrase(node.left, step))
    french, de, english = _NUMBERS[operator]
    target = after_de(right.fr) if de else right.fr
    comma = "," if "," in left.fr else ""
    return Text(
        f"{left.fr}{comma} {french[many[0]]} {target}",
        f"{left.en}{',' if comma else ''} {english[many[1]]} {right.en}",
    )


def _phrase(node: Expr | None, step: Step) -> Text:
    """What a node is called: the document's label, or a few words."""
    tree = step.evaluation.rule.tree
    match node:
        case InputRef(name=name):
            return tree.inputs[name].label.text
        case ParameterRef(name=name):
            return tree.parameters[name].label.text
        case FormulaRef(name=name):
            return tree.formulas[name].label
        case Age(birth=InputRef()):
            return Text("votre âge", "your age") if _applicant(step) else Text("l’âge", "the age")
        case Age():
            return Text("l’âge", "the age")
        case Between(which="days"):
            return Text("le nombre de jours", "the number of days")
        case Between():
            return Text("le nombre de mois", "the number of months")
        case Aggregate(which="count", body=Constant()):
            return Text("le nombre de personnes du foyer", "the number of people in the household")
        case Aggregate(which="count"):
            return Text("le nombre de personnes du foyer concernées", "the number of people concerned in the household")
        case Aggregate(which="sum"):
            return Text("le total pour le foyer", "the total for the household")
        case Aggregate(which="any"):
            return Text(
                "une personne du foyer au moins est concernée", "one person of the household at least is concerned"
            )
        case Aggregate(which="all"):
            return Text("toutes les personnes du foyer sont concernées", "everyone in the household is concerned")
        case Today():
            return Text("la date de la demande", "the date of the request")
    scale = getattr(node, "name", "")
    if scale in tree.parameters:
        return tree.parameters[scale].label.text
    return Text("le résultat du calcul", "the result of the calculation")


def _child(node: Expr, step: Step) -> Step | None:
    return next((child for child in step.children if child.node is node or _same_ref(child.node, node)), None)


def _same_ref(a: Expr | None, b: Expr) -> bool:
    return isinstance(a, FormulaRef) and isinstance(b, FormulaRef) and a.name == b.name


def _value_of(node: Expr, step: Step, names: Names) -> Text:
    """The value of a part in words; empty where it is a constant of no step and cannot be told."""
    if isinstance(node, Constant):
        if isinstance(node.type, NumberType):
            assert not isinstance(node.value, str | bool)
            return value_words(node.value, node.type)
        other = next((child.node for child in step.children if isinstance(child.node, InputRef)), None)
        return value_words(node.value, node.type, labels=_labels(other, step, names) if other is not None else None)
    if isinstance(node, Today):
        return in_words(step.evaluation.as_of)
    child = _child(node, step)
    if child is None:
        return Text("", "")
    return value_words(child.value, node.type, percent=_percent(node, step), labels=_labels(node, step, names))


def _with_value(node: Expr, step: Step, names: Names) -> Text:
    """A part by its name and its value: “votre revenu, 850 € par mois”; a constant is its value alone."""
    value = _value_of(node, step, names)
    if isinstance(node, Constant):
        return Text(f"le {value.fr}", value.en) if isinstance(node.type, DateType) else value
    phrase = _phrase(node, step)
    return Text(f"{phrase.fr}, {value.fr}", f"{phrase.en}, {value.en}") if value.fr else phrase


def _percent(node: Expr, step: Step) -> bool:
    tree = step.evaluation.rule.tree
    match node:
        case InputRef(name=name):
            return parse_unit(tree.inputs[name].unit).percent
        case ParameterRef(name=name):
            return parse_unit(tree.parameters[name].unit).percent
        case FormulaRef(name=name):
            lines = step.evaluation.rule.document.formulas
            return any(line.name == name and line.unit is not None and parse_unit(line.unit).percent for line in lines)
    name = getattr(node, "name", "")
    return name in tree.parameters and parse_unit(tree.parameters[name].unit).percent


def _labels(node: Expr | None, step: Step, names: Names) -> Mapping[str, Text]:
    if isinstance(node, InputRef):
        item = step.evaluation.rule.tree.inputs[node.name]
        if item.type == "choice":
            return {choice.code: choice.label.text for choice in item.choices}
    return _Named(names)


class _Named(dict[str, Text]):
    """Names of codes as texts."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self.names = names

    def get(self, key: str, default: Text) -> Text:  # type: ignore[override]
        return Text(self.names[key], self.names[key]) if key in self.names else default


def _code(node: Expr, code: str, step: Step, names: Names) -> Text:
    return _labels(node, step, names).get(code, Text(code, code))


__all__ = ["explain", "step_sentence"]
