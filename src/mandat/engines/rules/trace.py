"""The steps of an evaluation as a tree, and the conditions that made it fail.

Only what was evaluated is in the trace: an ``et`` stops at its first false part, a choice shows the branch taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from mandat.engines.rules.document import Dated
from mandat.engines.rules.evaluation import outward, outward_unknown
from mandat.engines.rules.records import MEMBERS
from mandat.engines.rules.tree import (
    Add,
    Aggregate,
    And,
    Constant,
    Expr,
    FormulaRef,
    If,
    InputRef,
    NumberType,
    Or,
    ParameterRef,
    Today,
    children,
)
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.rules.evaluation import Evaluation

_KINDS = {
    "InputRef": "input", "ParameterRef": "parameter", "FormulaRef": "formula", "And": "and", "Or": "or", "Not": "not",
    "Compare": "condition", "OneOf": "condition", "InPerimeter": "condition", "If": "choice", "ScaleOf": "scale",
    "Aggregate": "members", "Constant": "constant", "Today": "today",
}  # fmt: skip


class Step(NamedTuple):
    """One node and what it was worth.

    ``member`` is the rank of the member it was evaluated for (None for what is no member); ``children`` are the parts
    it was worked out from, in the order they are written. The root has no node: its children are the outputs.
    """

    evaluation: Evaluation
    node: Expr | None
    name: str
    member: int | None
    raw: Any
    exact: bool
    children: tuple[Step, ...] = ()

    @property
    def kind(self) -> str:
        """input, parameter, formula, condition, and, or, not, choice, scale, members, calculation, outputs…"""
        return "outputs" if self.node is None else _KINDS.get(type(self.node).__name__, "calculation")

    @property
    def value(self) -> Any:
        """Decimal, bool, str, date, UNKNOWN; a Fraction for a division not rounded yet."""
        if self.node is None:
            return None
        return (outward if self.exact else outward_unknown)(self.raw, self.node.type)

    @property
    def unit(self) -> str:
        type_ = self.node.type if self.node is not None else None
        return str(type_.unit) if isinstance(type_, NumberType) and not type_.unit.plain else ""

    @property
    def label(self) -> Text | None:
        """What the document calls it, for an input, a parameter or a formula."""
        tree = self.evaluation.rule.tree
        match self.kind:
            case "input":
                return tree.inputs[self.name].label.text
            case "parameter" | "scale":
                return tree.parameters[self.name].label.text
            case "formula":
                return tree.formulas[self.name].label
        return None

    @property
    def dated(self) -> Dated | None:
        """The value of the parameter in force, with its reference."""
        if self.kind not in ("parameter", "scale"):
            return None
        return self.evaluation.rule.tree.parameters[self.name].at(self.evaluation.as_of)

    @property
    def text(self) -> Text:
        """The step in one sentence."""
        from mandat.engines.rules.explain import step_sentence

        return step_sentence(self, {})

    def as_json(self) -> dict[str, Any]:
        """Plain values to be kept with a decision: exact numbers are texts."""
        value = self.value
        label = self.label
        found: dict[str, Any] = {"kind": self.kind}
        if self.name:
            found["name"] = self.name
        if label is not None:
            found["label"] = {"fr": label.fr, "en": label.en}
        if self.node is not None:
            found["value"] = value if isinstance(value, bool) else getattr(value, "value", None) or str(value)
        if self.unit:
            found["unit"] = self.unit
        if self.member is not None:
            found["member"] = self.member
        if (dated := self.dated) is not None:
            found["reference"] = dated.reference.model_dump(mode="json", exclude_none=True)
        if self.children:
            found["steps"] = [child.as_json() for child in self.children]
        return found


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition that is false: the document's own words or a sentence made from it, and what it rests on."""

    text: Text
    formula: str = ""
    details: tuple[Text, ...] = ()


class Tracer:
    """Makes the steps of one evaluation."""

    def __init__(self, evaluation: Evaluation, p: Any, h: Any, *, exact: bool, every: bool = False) -> None:
        prepared = evaluation._prepared
        compiler = prepared.exact if exact else prepared.unknown
        self.evaluation = evaluation
        self.tree = evaluation.rule.tree
        self.of: Mapping[int, Callable[[Any, Any], Any]] = compiler.of
        self.inner = compiler.inner
        self.exact = exact
        #: Whether all parts of an ``et`` are wanted, not only those that decide it.
        self.every = every
        self.p, self.h = p, h
        self.ranks = {id(record): rank for rank, record in enumerate(h[MEMBERS] or ())}
        self.made: dict[tuple[str, int], Step] = {}

    def step(self, node: Expr, p: Any) -> Step | None:
        """The step of a node; None for constants, which need no explaining."""
        kind = type(node)
        if kind is Constant or kind is Today:
            return None
        if kind is FormulaRef:
            return self.formula(node.name, p, node)  # type: ignore[union-attr]
        raw = self.of[id(node)](p, self.h)
        rank = self.ranks.get(id(p))
        if kind is InputRef:
            own = node.entity == self.inner  # type: ignore[union-attr]
            return Step(self.evaluation, node, node.name, rank if own else None, raw, self.exact)  # type: ignore[union-attr]
        if kind is ParameterRef:
            return Step(self.evaluation, node, node.name, None, raw, self.exact)  # type: ignore[union-attr]
        parts = tuple(self._parts(node, p))
        name = getattr(node, "name", "")
        return Step(self.evaluation, node, name, rank, raw, self.exact, parts)

    def formula(self, name: str, p: Any, node: Expr) -> Step:
        """The step of a formula, made once however often it is referred to."""
        formula = self.tree.formulas[name]
        own = formula.entity == self.inner
        key = (name, id(p) if own else 0)
        found = self.made.get(key)
        if found is None:
            inside = self.step(formula.expr, p)
            raw = inside.raw if inside is not None else self.of[id(formula.expr)](p, self.h)
            rank = self.ranks.get(id(p)) if own else None
            parts = () if inside is None else (inside,)
            found = self.made[key] = Step(self.evaluation, node, name, rank, raw, self.exact, parts)
        return found

    def _parts(self, node: Expr, p: Any) -> list[Step]:
        if isinstance(node, And | Or):
            return self._until(node.items, p, stop=isinstance(node, Or))
        if isinstance(node, If):
            truth = self.of[id(node.condition)](p, self.h)
            taken = (node.then, node.otherwise) if truth is None else ((node.then if truth else node.otherwise),)
            return self._steps((node.condition, *taken), p)
        if isinstance(node, Aggregate):
            if isinstance(node.body, Constant):
                return []
            return [step for member in self.h[MEMBERS] or () for step in self._steps((node.body,), member)]
        return self._steps(node.terms if isinstance(node, Add) else children(node), p)

    def _steps(self, nodes: tuple[Expr, ...], p: Any) -> list[Step]:
        return [step for node in nodes if (step := self.step(node, p)) is not None]

    def _until(self, nodes: tuple[Expr, ...], p: Any, *, stop: bool) -> list[Step]:
        found = []
        for node in nodes:
            step = self.step(node, p)
            if step is not None:
                found.append(step)
            # Without unknowns a later part may rest on an earlier one being so: it was not evaluated.
            if self.exact and self.of[id(node)](p, self.h) is stop:
                break
        if not self.every and any(step.raw is stop for step in found):
            return [step for step in found if step.raw is not None]
        return found


def _root(name: str, tree: Any) -> FormulaRef:
    formula = tree.formulas[name]
    return FormulaRef(type=formula.expr.type, span=formula.expr.span, name=name, entity=formula.entity)


def trace(evaluation: Evaluation) -> Step:
    """The steps of every output."""
    tracer = Tracer(evaluation, evaluation._p, evaluation._h, exact=evaluation.complete)
    tree = evaluation.rule.tree
    steps = tuple(tracer.formula(name, evaluation._p, _root(name, tree)) for name in tree.outputs)
    return Step(evaluation, None, "", None, None, evaluation.complete, steps)


def _fresh(evaluation: Evaluation) -> tuple[Any, Any]:
    """The same answers in records where nothing is computed yet."""
    tree, slots = evaluation.rule.tree, evaluation._prepared.exact.slots
    computed = {name: [slots[n] for n, f in tree.formulas.items() if f.entity == name] for name in _entities(tree)}

    def copy(record: Any, entity: str) -> Any:
        again = list(record)
        for slot in computed.get(entity, ()):
            again[slot] = None
        return again

    outer = (tree.holder or tree.subject).name
    h = copy(evaluation._h, outer)
    p = evaluation._p
    inner = tree.member.name if tree.member is not None else ""
    members = evaluation._h[MEMBERS]
    copies = [copy(member, inner) for member in members or ()]
    if members is not None:
        h[MEMBERS] = copies
    for member, again in zip(members or (), copies, strict=True):
        if member is p:
            return again, h
    return (copy(p, inner) if p is not None else None), h


def _entities(tree: Any) -> list[str]:
    return [entity.name for entity in (tree.subject, tree.holder, tree.member) if entity is not None]


def reasons(evaluation: Evaluation) -> tuple[Reason, ...]:
    """Why the output of role eligible is false: each condition that alone makes it so, in document order."""
    from mandat.engines.rules.explain import step_sentence

    name = evaluation.rule.output("eligible")
    if name is None or evaluation.eligible is not False:
        return ()
    p, h = _fresh(evaluation)
    tracer = Tracer(evaluation, p, h, exact=False, every=True)
    own = evaluation.rule.document.reasons

    def collect(step: Step, wanted: bool) -> list[Reason]:
        """The steps that explain why ``step`` is not ``wanted``."""
        if step.raw is not (not wanted):
            return []
        if step.kind == "formula" and wanted and step.name in own and step.name != name:
            details = tuple(reason.text for child in step.children for reason in collect(child, wanted))
            return [Reason(own[step.name].text, step.name, details)]
        if step.kind in ("formula", "and", "or"):
            found = [reason for child in step.children for reason in collect(child, wanted)]
        elif step.kind == "not":
            found = [reason for child in step.children for reason in collect(child, not wanted)]
        elif step.kind == "choice":
            found = [reason for child in step.children[1:] for reason in collect(child, wanted)]
        else:
            found = []
        return found or [Reason(step_sentence(step, {}), step.name if step.kind == "formula" else "")]

    found = collect(tracer.formula(name, p, _root(name, evaluation.rule.tree)), True)
    if name in own:
        found = [Reason(own[name].text, name, tuple(reason.text for reason in found))]
    return tuple(dict.fromkeys(found))
