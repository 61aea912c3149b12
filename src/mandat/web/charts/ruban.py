"""The ruban of a commitment: time from left to right over the mandate.

Acts, money, outputs and outcomes are four rows, never mixed. The row of the commitment's own truth carries
its figure: the straight path to the goal as a thin line, the value as steps, dashed where no fact
came for too long. Facts are points, decisions small flags, milestones diamonds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.svg import el, n, picture, words
from mandat.web.components import Chart, Column, Link, Table

Truth = Literal["act", "money", "output", "outcome"]
TRUTHS: Mapping[Truth, Text] = {
    "act": Text("Actes", "Acts"),
    "money": Text("Argent", "Money"),
    "output": Text("Réalisations", "Outputs"),
    "outcome": Text("Effets constatés", "Outcomes"),
}
WIDTH, LEFT, RIGHT = 720, 8, 16
TALL, LOW = 130, 34
#: Points closer than this many units are drawn as one: a row stays light whatever its number of facts.
NEAREST = 5.0


@dataclass(frozen=True, slots=True)
class Point:
    """A fact on a row: its day, sentence and address; ``flag`` marks decisions."""

    day: dt.date
    label: str
    url: str = ""
    flag: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone: its due day, and the day it was reached."""

    label: str
    due: dt.date
    reached: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a ruban draws. ``series`` is the value after each day it changed; ``stale_after_days`` the longest fresh gap."""

    truth: Truth
    unit: str
    start: dt.date
    due: dt.date
    end: dt.date
    today: dt.date
    goal: Decimal
    baseline: Decimal | None = None
    promised: bool = True
    series: Sequence[tuple[dt.date, Decimal]] = ()
    stale_after_days: int = 548
    points: Mapping[Truth, Sequence[Point]] = field(default_factory=dict)
    milestones: Sequence[Step] = ()


class _Scale:
    def __init__(self, course: Course) -> None:
        self.first = min([course.start, *(day for day, _ in course.series)])
        self.last = max(course.end, course.today, course.due)
        self.days = max((self.last - self.first).days, 1)

    def x(self, day: dt.date) -> float:
        inside = min(max(day, self.first), self.last)
        return LEFT + (inside - self.first).days / self.days * (WIDTH - LEFT - RIGHT)


def ruban(course: Course, *, name: str) -> Chart:
    """The picture and its table."""
    scale = _Scale(course)
    course = replace(course, series=_columns(course.series, scale))
    parts: list[str] = []
    top = 18.0
    shown: list[Truth] = [truth for truth in TRUTHS if truth == course.truth or course.points.get(truth)]
    if course.milestones and "act" not in shown:
        shown.insert(0, "act")
    ends: dict[Truth, float] = {}
    for truth in shown:
        tall = truth == course.truth
        parts.append(el("text", words(TRUTHS[truth]), x=LEFT, y=top - 5, font_size=12, class_="t2", font_weight=600))
        bottom = top + (TALL if tall else LOW)
        if tall:
            parts.append(_value(course, scale, top, bottom))
        else:
            parts.append(el("path", d=f"M{LEFT} {n(bottom - 12)}H{WIDTH - RIGHT}", class_="grid"))
        base = bottom - 12 if not tall else bottom
        if truth == "act":
            parts += [_milestone(step, scale, base, course.today) for step in course.milestones]
        parts += _points(course.points.get(truth, ()), scale, base)
        ends[truth] = bottom
        top = bottom + 26
    bottom = max(ends.values())
    parts.insert(0, _time(scale, course, 18, bottom))
    height = bottom + 22
    sentence = _sentence(course)
    svg = picture("".join(parts), width=WIDTH, height=round(height), title=sentence, desc=_desc(course), name=name, linked=True)  # fmt: skip
    return Chart(svg=svg, table=_table(course), size="ruban")


def _columns(series: Sequence[tuple[dt.date, Decimal]], scale: _Scale) -> Sequence[tuple[dt.date, Decimal]]:
    """The last value in each three pixels: more cannot be seen, and a million facts change a value every day."""
    if len(series) <= WIDTH // 3:
        return series
    kept = {round(scale.x(day) / 3): (day, value) for day, value in series[:-1]}
    return [series[0], *kept.values(), series[-1]]


def _time(scale: _Scale, course: Course, top: float, bottom: float) -> str:
    parts = []
    first = scale.first.year + (scale.first > dt.date(scale.first.year, 1, 1))
    years = range(first, scale.last.year + 1)
    every = max(1, len(years) // 8)
    for year in years:
        x = scale.x(dt.date(year, 1, 1))
        parts.append(el("path", d=f"M{n(x)} {n(top)}V{n(bottom)}", class_="grid"))
        if (year - first) % every == 0 and x < WIDTH - 34:
            parts.append(el("text", str(year), x=x, y=bottom + 16, font_size=12, class_="t2"))
    today = scale.x(course.today)
    parts.append(el("path", d=f"M{n(today)} {n(top - 4)}V{n(bottom)}", class_="now", stroke_width=1.5))
    anchor = "end" if today > WIDTH * 0.6 else "start"
    shift = -5 if anchor == "end" else 5
    label = Text("aujourd’hui", "today")
    parts.append(el("text", words(label), x=today + shift, y=top - 6, font_size=11, class_="t2", text_anchor=anchor))
    return "".join(parts)


def _value(course: Course, scale: _Scale, top: float, bottom: float) -> str:
    start = course.baseline if course.baseline is not None else (course.series[0][1] if course.series and course.truth == "outcome" else min(Decimal(0), course.goal))  # fmt: skip
    figures = [start, course.goal, *(value for _, value in course.series)]
    low, high = min(figures), max(figures)
    span = (high - low) or Decimal(1)

    def y(value: Decimal) -> float:
        return bottom - 10 - float((value - low) / span) * (bottom - top - 26)

    goal, due = y(course.goal), scale.x(course.due)
    parts = [el("path", d=f"M{LEFT} {n(bottom)}H{WIDTH - RIGHT}", class_="axis")]
    begin = course.series[0][0] if course.baseline is None and course.truth == "outcome" and course.series else course.start  # fmt: skip
    parts.append(el("path", d=f"M{n(scale.x(begin))} {n(y(start))}L{n(due)} {n(goal)}", class_="path", fill="none",
                    stroke_dasharray=None if course.promised else "1 4"))  # fmt: skip
    parts.append(el("path", d=f"M{n(due - 9)} {n(goal)}H{n(due + 9)}", class_="path", stroke_width=2))
    words_of_goal = formats.quantity(course.goal, course.unit)
    label = Text(f"promis : {words_of_goal}", f"promised: {words_of_goal}") if course.promised else Text(f"critère : {words_of_goal}", f"criterion: {words_of_goal}")  # fmt: skip
    parts.append(el("text", words(label), x=min(due + 9, WIDTH - RIGHT), y=goal - 6 if goal - 6 > top + 8 else goal + 15, font_size=12, text_anchor="end"))  # fmt: skip
    parts.append(_steps(course, scale, y))
    return "".join(parts)


def _steps(course: Course, scale: _Scale, y: object) -> str:
    if not course.series:
        return ""
    assert callable(y)
    solid, dashed = [], []
    days = [*(day for day, _ in course.series), max(course.today, course.series[-1][0])]
    for (day, value), following in zip(course.series, days[1:], strict=True):
        x, height = scale.x(day), y(value)
        fresh = day + dt.timedelta(days=course.stale_after_days)
        until = min(following, fresh)
        solid.append(f"M{n(x)} {n(height)}H{n(scale.x(until))}")
        if following > fresh:
            dashed.append(f"M{n(scale.x(fresh))} {n(height)}H{n(scale.x(following))}")
    rises = [
        f"M{n(scale.x(day))} {n(y(before))}V{n(y(after))}"
        for (_, before), (day, after) in zip(course.series, course.series[1:], strict=False)
    ]
    parts = el("path", d="".join(solid + rises), class_="series", fill="none", stroke_width=2.4)
    if dashed:
        parts += el("path", d="".join(dashed), class_="series", fill="none", stroke_width=2.4, stroke_dasharray="3 4")
    last_day, last = course.series[-1]
    text = formats.quantity(last, course.unit)
    x = scale.x(max(course.today, last_day))
    anchor = "end" if x > WIDTH * 0.5 else "start"
    parts += el("text", words(text), x=x + (-5 if anchor == "end" else 5), y=y(last) - 7, font_size=13, font_weight=600, text_anchor=anchor, class_="halo")  # fmt: skip
    return parts


def _points(points: Sequence[Point], scale: _Scale, base: float) -> list[str]:
    kept: list[str] = []
    at = {True: -100.0, False: -100.0}
    for point in sorted(points, key=lambda point: point.day):
        x = scale.x(point.day)
        if x - at[point.flag] < NEAREST:
            continue
        at[point.flag] = x
        if point.flag:
            mark = el("path", d=f"M{n(x)} {n(base)}v-17l9 4-9 4z", class_="flag dot", stroke_width=1.2)
        else:
            mark = el("circle", cx=x, cy=base, r=4.5, class_="dot", stroke_width=1.5)
        title = el("title", words(f"{formats.day(point.day)} – {point.label}"))
        kept.append(el("a", title + mark, href=point.url) if point.url else el("g", title + mark))
    return kept


def _milestone(step: Step, scale: _Scale, base: float, today: dt.date) -> str:
    x = scale.x(step.reached or step.due)
    state = "milestone done" if step.reached else "milestone missed" if step.due < today else "milestone"
    mark = el("path", d=f"M{n(x)} {n(base - 6)}l6 6-6 6-6-6z", class_=state, stroke_width=1.8)
    return el("g", el("title", words(_milestone_words(step, today))) + mark)


def _milestone_words(step: Step, today: dt.date) -> str:
    due = formats.day(step.due)
    if step.reached:
        when = formats.day(step.reached)
        return str(Text(f"Jalon atteint le {when} : {step.label}", f"Milestone reached on {when}: {step.label}"))
    if step.due < today:
        return str(Text(f"Jalon manqué ({due}) : {step.label}", f"Milestone missed ({due}): {step.label}"))
    return str(Text(f"Jalon prévu le {due} : {step.label}", f"Milestone due on {due}: {step.label}"))


def _sentence(course: Course) -> str:
    goal, due = formats.quantity(course.goal, course.unit), formats.day(course.due)
    if not course.series:
        return str(Text(f"Aucune valeur connue ; cible : {goal} au {due}", f"No known value; goal: {goal} by {due}"))
    value = formats.quantity(course.series[-1][1], course.unit)
    return str(Text(f"{value} aujourd’hui ; cible : {goal} au {due}", f"{value} today; goal: {goal} by {due}"))


def _desc(course: Course) -> str:
    facts = sum(len(points) for points in course.points.values())
    return str(
        Text(
            f"Du {formats.day(course.start)} au {formats.day(course.end)}, {facts} faits montrés.",
            f"From {formats.day(course.start)} to {formats.day(course.end)}, {facts} facts shown.",
        )
    )


def _table(course: Course) -> Table:
    rows: list[tuple[dt.date, str, object, str]] = []
    values = dict(course.series)
    for truth, points in course.points.items():
        for point in points:
            told: object = Link(point.label, point.url) if point.url else point.label
            value = values.pop(point.day, None) if truth == course.truth else None
            rows.append((point.day, str(TRUTHS[truth]), told, "" if value is None else formats.quantity(value, course.unit)))  # fmt: skip
    reached = Text("valeur calculée", "computed value")
    rows += [(day, str(TRUTHS[course.truth]), str(reached), formats.quantity(value, course.unit)) for day, value in _thin(values)]  # fmt: skip
    for step in course.milestones:
        rows.append((step.reached or step.due, str(TRUTHS["act"]), _milestone_words(step, course.today), ""))
    rows.sort(key=lambda row: row[0])
    return Table(
        Text("Ce que montre le ruban, jour par jour", "What the ribbon shows, day by day"),
        [Column(Text("Jour", "Day")), Column(Text("Nature", "Nature")), Column(Text("Fait", "Fact")), Column(Text("Valeur", "Value"), right=True)],
        [[formats.day(day), truth, told, value] for day, truth, told, value in rows],
    )  # fmt: skip


def _thin(values: Mapping[dt.date, Decimal], most: int = 24) -> list[tuple[dt.date, Decimal]]:
    """At most ``most`` of the values, the first and last kept: the whole series is in the download."""
    ordered = sorted(values.items())
    if len(ordered) <= most:
        return ordered
    stride = (len(ordered) - 1) / (most - 1)
    return [ordered[round(rank * stride)] for rank in range(most)]
