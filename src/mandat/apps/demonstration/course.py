"""The course drawn for a commitment, and the facts made of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import numpy as np

from mandat.apps.programme.published import Published
from mandat.apps.programme.schema import Commitment
from mandat.engines.disclosure import recordable
from mandat.facts import Fact
from mandat.kernel.periods import add_months
from mandat.kernel.units import UNITS

#: The last day of the synthetic history.
END = dt.date(2026, 11, 20)
Pace = Literal["ahead", "on_path", "behind", "none", "stopped"]
PACES: Sequence[tuple[Pace, float]] = (
    ("ahead", 0.22),
    ("on_path", 0.38),
    ("behind", 0.2),
    ("none", 0.1),
    ("stopped", 0.1),
)
#: Share of the way done at END by pace, relative to the straight path.
_SPEED: Mapping[Pace, float] = {"ahead": 1.25, "on_path": 1.0, "behind": 0.55, "none": 0.0, "stopped": 0.6}
_PEOPLE = frozenset({"person", "inhabitant", "doctor", "pupil", "student", "job", "place"})


@dataclass(slots=True)
class Planned:
    """A fact to append in the week of ``on``; ``after`` names the planned fact whose index ``fill`` needs."""

    on: dt.date
    fact: Fact
    name: str = ""
    after: str = ""
    fill: Callable[[Fact, int], Fact] | None = None


@dataclass(slots=True)
class Course:
    """What is drawn for one commitment."""

    commitment: Commitment
    pace: Pace
    chance: np.random.Generator
    start: dt.date
    due: dt.date
    planned: list[Planned] = field(default_factory=list)

    @property
    def until(self) -> dt.date:
        """The last day of facts: a stopped commitment has none in its last two years."""
        last = min(self.due, END)
        return add_months(last, -26) if self.pace == "stopped" else last


def seed_of(text: str) -> int:
    """A seed that depends on nothing but ``text``."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def courses(current: Published) -> Iterator[Course]:
    """One course a commitment, in the programme's order."""
    names, weights = zip(*PACES, strict=True)
    for code, commitment in current.commitments.items():
        chance = np.random.default_rng(seed_of(f"mandat/{current.code}/{code}"))
        pace: Pace = names[int(chance.choice(len(names), p=weights))]
        yield Course(commitment, pace, chance, current.programme.mandate.start, current.due(code))


def done_share(course: Course, day: dt.date) -> float:
    """The share of the way from baseline to goal done on ``day`` at the course's pace, at most 1."""
    whole = (course.due - course.start).days
    return min(1.0, _SPEED[course.pace] * (day - course.start).days / whole)


def days_between(course: Course, count: int) -> list[dt.date]:
    """``count`` working days in order, from three months after the start to the last day of facts."""
    first = add_months(course.start, 3)
    span = max((course.until - first).days, 1)
    offsets = sorted(int(offset) for offset in course.chance.integers(0, span, size=count))
    found = [first + dt.timedelta(days=offset) for offset in offsets]
    return [day - dt.timedelta(days=max(0, day.weekday() - 4)) for day in found]


def make(
    current: Published,
    course: Course,
    kind: str,
    on: dt.date,
    data: Mapping[str, Any],
    *,
    area: str = "",
    quantity: Decimal | None = None,
    amount: Decimal | None = None,
    breakdowns: Mapping[str, Mapping[str, int]] | None = None,
    subject: str = "",
) -> Fact:
    """A synthetic fact of the course's commitment."""
    commitment = course.commitment
    return Fact(
        kind=kind,
        occurred_on=on,
        programme=current.code,
        measures=(current.measure_of(commitment.code).number,),
        commitments=(commitment.code,),
        area=area,
        quantity=quantity,
        unit=fact_unit(commitment) if quantity is not None else "",
        amount=amount,
        breakdowns=breakdowns or {},
        definition=current.ref("commitment", commitment.code),
        subject=subject,
        data=data,
        synthetic=True,
    )


def fact_unit(commitment: Commitment) -> str:
    """The unit of the facts: that of the filters where they name one, else the goal's, else what fits its aggregate."""
    for condition in commitment.indicator.where:
        if condition.field == "unit" and condition.any_of:
            return condition.any_of[0]
    if commitment.indicator.aggregate == "share":
        return "territory"
    return commitment.goal.unit if UNITS[commitment.goal.unit].dimension != "money" else "item"


def filtered(commitment: Commitment, data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with the values that the indicator's filters ask for."""
    wanted = {c.field[5:]: c.any_of[0] for c in commitment.indicator.where if c.field.startswith("data.") and c.any_of}
    return {**data, **wanted}


def people(course: Course, count: int) -> dict[str, dict[str, int]]:
    """A breakdown by gender and age of ``count`` persons, for units that are persons."""
    if course.commitment.goal.unit not in _PEOPLE or count <= 0:
        return {}
    women = int(course.chance.binomial(count, 0.52))
    ages = course.chance.multinomial(count, [0.08, 0.22, 0.33, 0.27, 0.1])
    names = ("14-17", "18-24", "25-39", "40-59", "60-74")
    drawn = {
        "gender": {"women": women, "men": count - women},
        "age": {name: int(n) for name, n in zip(names, ages, strict=True) if n},
    }
    return recordable(drawn)
