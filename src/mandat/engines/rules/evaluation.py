"""What a rule says of one situation: values, what is missing, what failed, contradictions, the trace."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mandat.engines.rules import calendar
from mandat.engines.rules.needs import Missing, Needs
from mandat.engines.rules.records import MEMBERS
from mandat.engines.rules.tree import DateType, NumberType, Type
from mandat.engines.rules.units import parse_unit
from mandat.engines.rules.unknown import known
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.rules.rule import Prepared, Rule
    from mandat.engines.rules.trace import Reason, Step

_EXACT = Context(prec=80)


class Unknown(enum.Enum):
    """A value some missing answer decides. It is neither true nor false: testing it is an error."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown.UNKNOWN
Value = Decimal | bool | str | dt.date | Unknown


def decimal(n: int, scale: int) -> Decimal:
    """``n / 10**scale``, exactly, showing ``scale`` decimals."""
    return Decimal(n).scaleb(-scale, _EXACT) if scale else Decimal(n)


def outward(raw: Any, type_: Type) -> Any:
    """A value of the exact closures as callers see it; a ratio is a Fraction."""
    if isinstance(type_, NumberType):
        return Fraction(raw[0], raw[1] * 10**type_.scale) if type_.ratio else decimal(raw, type_.scale)
    return calendar.day(raw) if isinstance(type_, DateType) else raw


def outward_unknown(raw: Any, type_: Type) -> Any:
    """The same of the closures that know unknowns."""
    if not known(raw):
        return UNKNOWN
    if isinstance(type_, NumberType):
        value = Fraction(raw[0])
        return value if type_.ratio else decimal(int(value * 10**type_.scale), type_.scale)
    return calendar.day(raw[0]) if isinstance(type_, DateType) else raw


class Evaluation:
    """The answers of a rule. Values are computed when they are asked for, then kept."""

    __slots__ = ("__dict__", "_h", "_p", "_prepared", "as_of", "complete", "rule")

    def __init__(self, rule: Rule, prepared: Prepared, as_of: dt.date, p: Any, h: Any, complete: bool) -> None:
        self.rule = rule
        self.as_of = as_of
        #: Whether every input the rule uses is answered.
        self.complete = complete
        self._prepared = prepared
        self._p = p
        self._h = h

    def value(self, name: str) -> Value:
        """The value of an output, or of any formula of the subject or of what it is within.

        Numbers are Decimal in the unit of the output (a ratio: to 12 decimals, rounded half up, for display only).
        Raises KeyError for a name that is no formula.
        """
        formula = self.rule.tree.formulas[name]
        type_ = formula.expr.type
        if self.complete:
            value = outward(self._prepared.exact.formulas[name](self._p, self._h), type_)
        else:
            value = outward_unknown(self._prepared.unknown.formulas[name](self._p, self._h), type_)
        if isinstance(value, Fraction):
            value = decimal(int((value * 2 * 10**12 + 1) // 2), 12)
        if isinstance(value, Decimal):
            value = self._declared(name, value)
        return value  # type: ignore[no-any-return]

    def _declared(self, name: str, value: Decimal) -> Decimal:
        output = next((o for o in self.rule.document.outputs if o.name == name), None)
        if output is not None and output.unit is not None and parse_unit(output.unit).percent:
            return value.scaleb(2, _EXACT)
        return value

    def values(self) -> dict[str, Value]:
        """Every output."""
        return {name: self.value(name) for name in self.rule.tree.outputs}

    @property
    def eligible(self) -> bool | Unknown | None:
        """The output of role eligible; None where the rule has none."""
        name = self.rule.output("eligible")
        return None if name is None else self.value(name)  # type: ignore[return-value]

    @property
    def amount(self) -> Decimal | Unknown | None:
        """The output of role amount; None where the rule has none."""
        name = self.rule.output("amount")
        return None if name is None else self.value(name)  # type: ignore[return-value]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The answers still needed, in the order that settles most soonest; none once not eligible."""
        if "missing" not in self.__dict__:
            self.__dict__["missing"] = () if self.complete else self._missing()
        return self.__dict__["missing"]  # type: ignore[no-any-return]

    def _missing(self) -> tuple[Missing, ...]:
        if self.eligible is False:
            return ()
        needs = Needs(self._prepared.unknown, self.rule.tree, self._h)
        decisive = self.rule.output("eligible")
        names = sorted(self.rule.tree.outputs, key=lambda name: name != decisive)
        found = [item for name in names for item in needs.formula(name, self._p)]
        return tuple(dict.fromkeys(found))

    @property
    def contradictions(self) -> tuple[Text, ...]:
        """What the document's checks say of answers that contradict one another, once each."""
        found: list[Text] = []
        closures = self._prepared.exact_checks if self.complete else self._prepared.unknown_checks
        for name, check in self.rule.tree.checks.items():
            inner = self.rule.tree.member is not None and check.entity == self.rule.tree.member.name
            records = (self._h[MEMBERS] or [self._p]) if inner else [self._p]
            if any(record is not None or not inner for record in records) and any(
                closures[name](record, self._h) is False for record in records
            ):
                found.append(check.label)
        return tuple(found)

    @property
    def failed(self) -> tuple[Reason, ...]:
        """Why not eligible: the conditions that are false, in words; nothing otherwise."""
        from mandat.engines.rules.trace import reasons

        if "failed" not in self.__dict__:
            self.__dict__["failed"] = reasons(self)
        return self.__dict__["failed"]  # type: ignore[no-any-return]

    @property
    def trace(self) -> Step:
        """Every step of the outputs: see ``trace``."""
        from mandat.engines.rules.trace import trace

        if "trace" not in self.__dict__:
            self.__dict__["trace"] = trace(self)
        return self.__dict__["trace"]  # type: ignore[no-any-return]
