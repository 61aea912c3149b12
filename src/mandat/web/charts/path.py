"""The way from a starting point to a goal, as one bar: where it stands, and where a steady pace would be."""

from __future__ import annotations

import itertools
from decimal import Decimal

from mandat.kernel.text import Text
from mandat.kernel.units import UNITS
from mandat.web import formats
from mandat.web.charts.svg import el, picture, weave, weaves, words

WIDTH, HEIGHT, TOP, BAR = 360, 58, 22, 12
_names = itertools.count(1)


def progress(
    *,
    value: Decimal | None,
    goal: Decimal,
    unit: str,
    status: str,
    baseline: Decimal | None = None,
    expected: Decimal | None = None,
    name: str = "",
) -> str:
    """SVG of a bar from ``baseline`` (0 where unknown and the goal goes up) to ``goal``.

    Values beyond either end stop at it: the words say the true figure. ``value`` None leaves the bar empty.
    """
    name = name or f"way{next(_names) % 100_000}"
    start = baseline if baseline is not None else min(Decimal(0), goal)
    if start == goal:
        start = value if value is not None and value != goal else goal - 1
    decimals = UNITS[unit].decimals

    def say(figure: Decimal, unit: str) -> str:
        # The straight path rarely falls on a whole doctor.
        return formats.quantity(round(figure, decimals), unit)

    def place(figure: Decimal) -> Decimal:
        share = (figure - start) / (goal - start)
        return 1 + min(max(share, Decimal(0)), Decimal(1)) * (WIDTH - 2)

    parts = [weaves(name, [status])]
    parts.append(el("rect", x=1, y=TOP, width=WIDTH - 2, height=BAR, class_="cell", stroke_width=1))
    if value is not None and place(value) > 1:
        parts.append(el("rect", x=1, y=TOP, width=place(value) - 1, height=BAR, fill=weave(name, status), class_="bar"))
        parts.append(el("path", d=f"M{float(place(value)):.1f} {TOP - 4}V{TOP + BAR + 4}", class_=f"w-{status}", stroke_width=2.5))  # fmt: skip
    if expected is not None:
        x = min(max(float(place(expected)), 4.0), WIDTH - 4.0)
        parts.append(el("path", d=f"M{x:.1f} {TOP - 3}l-4 -6h8z", class_="w-in_progress", stroke="none"))
        anchor = "start" if x < WIDTH * 0.3 else "end" if x > WIDTH * 0.7 else "middle"
        label = Text(f"rythme régulier : {say(expected, unit)}", f"steady pace: {say(expected, unit)}")
        parts.append(el("text", words(label), x=min(max(x, 1), WIDTH - 1), y=9, font_size=11, text_anchor=anchor, class_="t2"))  # fmt: skip
    parts.append(el("text", words(say(start, unit)), x=1, y=HEIGHT - 4, font_size=11, class_="t2"))
    parts.append(el("text", words(say(goal, unit)), x=WIDTH - 1, y=HEIGHT - 4, font_size=11, text_anchor="end"))
    told = "" if value is None else formats.quantity(value, unit)
    reached = Text("inconnu", "unknown") if value is None else Text(told, told)
    title = Text(f"{reached.fr} sur {say(goal, unit)}", f"{reached.en} of {say(goal, unit)}")
    desc = Text(f"Départ : {say(start, unit)}.", f"Start: {say(start, unit)}.")
    if expected is not None:
        desc = Text(
            f"{desc.fr} À rythme régulier, ce serait aujourd’hui {say(expected, unit)}.",
            f"{desc.en} At a steady pace it would be {say(expected, unit)} today.",
        )
    return picture("".join(parts), width=WIDTH, height=HEIGHT, title=str(title), desc=str(desc), name=name)
