"""Say a calculation with its figures: « 42,50 € par mois (le prix de l'abonnement) × 50 % (le barème) »."""

from __future__ import annotations

from collections.abc import Callable

from mandat.engines.rules.trace import Step
from mandat.engines.rules.tree import (
    Absolute,
    Add,
    Convert,
    Divide,
    Expr,
    Extreme,
    If,
    Multiply,
    Negate,
    NumberType,
    Round,
)
from mandat.engines.rules.units import PLAIN
from mandat.engines.rules.wording import quantity
from mandat.kernel.text import Text

#: More figures than this in one sentence confuse.
MOST_FIGURES = 6
_MODES = {
    "nearest": Text("au plus proche", "to the nearest"), "even": Text("au pair le plus proche", "half to even, to"),
    "down": Text("en dessous", "down"), "up": Text("au-dessus", "up"),
}  # fmt: skip
Describe = Callable[[Expr, Step], tuple[Text, Text]]


def calculation(step: Step, describe: Describe) -> Text | None:
    """How a formula's number was worked out; None where there is nothing to show, or too much.

    ``describe`` gives the label (empty for a constant) and the value of what a calculation is made of.
    """
    if not step.children or step.children[0].node is None:
        return None
    here = step.children[0]
    while isinstance(here.node, If):
        taken = here.node.then if here.evaluation and _true(here) else here.node.otherwise
        found = next((child for child in here.children if child.node is taken), None)
        if found is None:
            return None
        here = found
    if not isinstance(here.node, Add | Multiply | Divide | Round | Convert | Extreme | Negate | Absolute):
        return None
    maker = _Maker(describe)
    text = maker.say(here.node, here)
    return text if text is not None and 0 < maker.figures <= MOST_FIGURES else None


def _true(step: Step) -> bool:
    assert isinstance(step.node, If)
    condition = step.node.condition
    found = next((c for c in step.children if c.node is condition or c.name == getattr(condition, "name", "-")), None)
    return found is not None and found.raw is True


class _Maker:
    def __init__(self, describe: Describe) -> None:
        self.describe = describe
        self.figures = 0

    def say(self, node: Expr, step: Step) -> Text | None:
        parts: list[Text | None]
        match node:
            case Add(terms=terms):
                parts = [self._part(term, step) for term in terms]
                return _joined(parts, " + ")
            case Multiply(left=left, right=right):
                return _joined([self._factor(left, step), self._factor(right, step)], " × ")
            case Divide(left=left, right=right):
                return _joined([self._factor(left, step), self._factor(right, step)], " ÷ ")
            case Convert(operand=operand, factor=factor):
                inside = self._factor(operand, step)
                if inside is None:
                    return None
                if factor.numerator == 1 and factor.denominator > 1:
                    return Text(f"{inside.fr} ÷ {factor.denominator}", f"{inside.en} ÷ {factor.denominator}")
                return Text(f"{inside.fr} × {factor}", f"{inside.en} × {factor}") if factor.denominator == 1 else None
            case Round(operand=operand, step=by, mode=mode):
                inside, how = self._part(operand, step), _MODES[mode]
                if inside is None or not isinstance(node.type, NumberType):
                    return None
                unit = quantity(by, node.type.unit if node.type.unit.money else PLAIN)
                shown = unit.fr.split(" par ")[0], unit.en.split(" per ")[0]
                return Text(f"{inside.fr}, arrondi à {shown[0]} {how.fr}", f"{inside.en}, rounded {how.en} {shown[1]}")
            case Extreme(items=items, which=which):
                inside = _joined([self._part(item, step) for item in items], " ; ")
                fr, en = (
                    ("le plus petit de", "the least of") if which == "min" else ("le plus grand de", "the greatest of")
                )
                return None if inside is None else Text(f"{fr} : {inside.fr}", f"{en}: {inside.en}")
            case Negate(operand=operand):
                inside = self._factor(operand, step)
                return None if inside is None else Text(f"− {inside.fr}", f"− {inside.en}")
        label, value = self.describe(node, step)
        self.figures += 1
        if not value.fr:
            return None
        return Text(f"{value.fr} ({label.fr})", f"{value.en} ({label.en})") if label.fr else value

    def _part(self, node: Expr, step: Step) -> Text | None:
        inner = next((child for child in step.children if child.node is node), None)
        return self.say(node, inner if inner is not None and inner.children else step)

    def _factor(self, node: Expr, step: Step) -> Text | None:
        found = self._part(node, step)
        if found is None or not isinstance(node, Add | Round | Extreme | Negate):
            return found
        return Text(f"[{found.fr}]", f"[{found.en}]")


def _joined(parts: list[Text | None], sign: str) -> Text | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if sign == " + ":
        return Text(*(sign.join(side).replace("+ − ", "− ") for side in ([t.fr for t in known], [t.en for t in known])))
    return Text(sign.join(t.fr for t in known), sign.join(t.en for t in known))
