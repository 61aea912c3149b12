"""A quantity over time as steps: the value holds until the next is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.svg import el, n, picture, words
from mandat.web.components import Chart, Column, Table

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 200, 4, 22, 26


def line(series: Sequence[tuple[dt.date, Decimal]], *, unit: str, title: str, name: str, until: dt.date) -> Chart:
    """Steps from the first day of ``series`` to ``until``; the scale starts at zero unless values are negative."""
    parts: list[str] = []
    ordered = sorted(series)
    if ordered:
        first, last = ordered[0][0], max(until, ordered[-1][0])
        days = max((last - first).days, 1)
        low = min(Decimal(0), *(value for _, value in ordered))
        high = max(value for _, value in ordered)
        span = (high - low) or Decimal(1)

        def x(day: dt.date) -> float:
            return LEFT + (day - first).days / days * (WIDTH - 2 * LEFT)

        def y(value: Decimal) -> float:
            return HEIGHT - BOTTOM - float((value - low) / span) * (HEIGHT - BOTTOM - TOP)

        d = f"M{n(x(first))} {n(y(ordered[0][1]))}"
        for day, value in ordered[1:]:
            d += f"H{n(x(day))}V{n(y(value))}"
        d += f"H{n(x(last))}"
        parts.append(el("path", d=f"M{LEFT} {n(y(low))}H{WIDTH - LEFT}", class_="axis"))
        parts.append(el("path", d=d, class_="series", fill="none", stroke_width=2.4))
        parts.append(el("text", words(formats.day(first)), x=LEFT, y=HEIGHT - 6, font_size=12, class_="t2"))
        parts.append(el("text", words(formats.day(last)), x=WIDTH - LEFT, y=HEIGHT - 6, font_size=12, class_="t2", text_anchor="end"))  # fmt: skip
        final = formats.quantity(ordered[-1][1], unit)
        parts.append(el("text", words(final), x=WIDTH - LEFT, y=y(ordered[-1][1]) - 7, font_size=14, font_weight=600, text_anchor="end"))  # fmt: skip
    svg = picture("".join(parts), width=WIDTH, height=HEIGHT, title=title, name=name)
    rows = [[formats.day(day), formats.quantity(value, unit)] for day, value in ordered]
    table = Table(title, [Column(Text("Jour", "Day")), Column(Text("Valeur", "Value"), right=True)], rows)
    return Chart(svg=svg, table=table, size="ruban")
