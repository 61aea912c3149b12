"""The steps of an evaluation, and the reasons of a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mandat.engines.rules.tree import Expr
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.rules.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition that is false, in words a person without training understands."""

    text: Text
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One node and what it was worth."""

    node: Expr | None
    value: Any
    children: tuple[Step, ...] = ()


def trace(evaluation: Evaluation) -> Step:
    raise NotImplementedError


def reasons(evaluation: Evaluation) -> tuple[Reason, ...]:
    raise NotImplementedError
