"""Bars on both sides of a line: what goes down to the left, what goes up to the right, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.svg import el, picture, weave, weaves, words
from mandat.web.components import Chart, Table

WIDTH, ROW, HEAD = 480, 30, 30
#: Room for the label of a row, and for a number at the end of a bar.
LABEL, NUMBER = 64, 66


@dataclass(frozen=True, slots=True)
class Sides:
    """One row: ``left`` and ``right`` are counts, never negative."""

    label: str
    left: Decimal | int
    right: Decimal | int


def sides(
    items: Sequence[Sides], *, left: Text, right: Text, title: str, name: str, table: Table, caption: object = ""
) -> Chart:
    """Counts of two opposite things for several groups; the left is woven, so that colour is not all that tells them apart."""
    most = max((max(item.left, item.right) for item in items), default=0) or 1
    half = Decimal(WIDTH - LABEL) / 2
    middle = LABEL + half
    longest = half - NUMBER
    height = HEAD + len(items) * ROW
    parts = [
        weaves(name, ("late",)),
        el("text", f"← {words(left)}", x=middle - 8, y=16, font_size=14, text_anchor="end", class_="t2"),
        el("text", f"{words(right)} →", x=middle + 8, y=16, font_size=14, class_="t2"),
    ]
    for rank, item in enumerate(items):
        y = HEAD + rank * ROW
        parts.append(el("text", words(item.label), x=0, y=y + 18, font_size=14))
        for count, way in ((item.left, -1), (item.right, 1)):
            long = max(Decimal(count) / Decimal(most) * longest, Decimal(1 if count else 0))  # one person is seen too
            start = middle - long if way < 0 else middle
            fill = {"fill": weave(name, "late"), "class_": "side-left"} if way < 0 else {"class_": "fill-forest"}
            if count:
                parts.append(el("rect", x=start, y=y + 5, width=long, height=18, **fill))
            end = start - 5 if way < 0 else start + long + 5
            said = formats.number(count, 0)
            parts.append(
                el("text", said, x=end, y=y + 18, font_size=13, text_anchor="end" if way < 0 else None, class_="t2")
            )
    parts.append(el("path", d=f"M{middle} {HEAD - 4}V{height}", stroke_width=1, class_="axis"))
    svg = picture("".join(parts), width=WIDTH, height=height, title=title, name=name)
    return Chart(svg=svg, table=table, caption=caption, size="sides")
