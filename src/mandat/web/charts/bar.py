"""Horizontal bars: one quantity for several things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.svg import el, picture, words
from mandat.web.components import Chart, Column, Link, Table

WIDTH, ROW = 640, 40


@dataclass(frozen=True, slots=True)
class Bar:
    """``value`` None says that the figure is withheld or unknown, in ``said``."""

    label: str
    value: Decimal | None
    url: str = ""
    said: str = ""


def bars(items: Sequence[Bar], *, unit: str, title: str, name: str, head: Text) -> Chart:
    """Bars from zero on one scale; negative values stop at zero and are said in words."""
    most = max((item.value for item in items if item.value is not None), default=Decimal(0)) or Decimal(1)
    parts, rows = [], []
    for rank, item in enumerate(items):
        y = rank * ROW
        said = item.said if item.value is None else formats.quantity(item.value, unit)
        mark = el("text", words(item.label), x=0, y=y + 14, font_size=14)
        mark += el("text", words(said), x=WIDTH, y=y + 14, font_size=14, text_anchor="end", font_weight=600)
        mark += el("rect", x=0, y=y + 20, width=WIDTH, height=8, class_="fill-line")
        if item.value is not None and item.value > 0:
            mark += el("rect", x=0, y=y + 20, width=item.value / most * WIDTH, height=8, class_="fill-forest")
        parts.append(mark)
        rows.append([Link(item.label, item.url) if item.url else item.label, said])
    svg = picture("".join(parts), width=WIDTH, height=max(len(items) * ROW, 1), title=title, name=name)
    table = Table(title, [Column(head), Column(Text("Valeur", "Value"), right=True)], rows)
    return Chart(svg=svg, table=table, size="ruban")
