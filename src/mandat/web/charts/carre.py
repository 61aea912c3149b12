"""The carré des cent: every measure of the programme in its order, one cell each.

A hundred measures make a 10 × 10 square; any other number the nearest rectangle. The pillar is the
weight of a cell's border, the status its colour and weave. Linked, the cells are walked with the Tab key.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mandat.kernel.text import Text
from mandat.web.charts.svg import COLOURS, INK, PAPER, el, picture, weave, weaves, words
from mandat.web.components import Chart, Column, Link, StatusCell, Table

SIZE, GAP = 40, 4
STEP = SIZE + GAP
WEIGHTS = (1.0, 2.4, 4.2)


@dataclass(frozen=True, slots=True)
class Cell:
    """A measure: ``rank`` is its pillar's number from 1, ``word`` its status in words."""

    number: int
    title: str
    status: str
    word: str
    url: str = ""
    rank: int = 1
    pillar: str = ""


def grid(count: int) -> tuple[int, int]:
    """Columns and rows of the rectangle nearest to a square, at least as wide as high, wasting least."""
    if count <= 0:
        return 1, 1
    low = math.isqrt(count - 1) + 1
    candidates = [(columns, -(-count // columns)) for columns in range(low, min(count, 2 * low) + 1)]
    return min(candidates, key=lambda g: (g[0] * g[1] - count + g[0] - g[1], g[0]))


def _weight(rank: int) -> float:
    return WEIGHTS[min(max(rank, 1), len(WEIGHTS)) - 1]


def _tally(cells: Sequence[Cell]) -> str:
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell.word] = counts.get(cell.word, 0) + 1
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items(), key=lambda item: -item[1]))


def carre(cells: Sequence[Cell], *, name: str = "carre", lit: int | None = None, numbers: bool = True) -> str:
    """SVG of the carré. Cells with ``url`` are links; ``lit`` is the number of the measure to point out."""
    columns, rows = grid(len(cells))
    width, height = columns * STEP + 2, rows * STEP + 2
    linked = any(cell.url for cell in cells)
    parts = [weaves(name, [cell.status for cell in cells])]
    for place, cell in enumerate(cells):
        parts.append(_cell(cell, place % columns * STEP + 3, place // columns * STEP + 3, name=name, numbers=numbers))
    lit_at = next((place for place, cell in enumerate(cells) if cell.number == lit), None)
    if lit_at is not None:
        x, y = lit_at % columns * STEP, lit_at // columns * STEP
        parts.append(el("rect", x=x, y=y, width=SIZE + 6, height=SIZE + 6, class_="lit", stroke_width=6))
    total = len(cells)
    if lit_at is None:
        title = Text(f"Les {total} mesures du programme", f"The {total} measures of the programme")
    else:
        title = Text(f"Mesure {lit} parmi les {total}", f"Measure {lit} among the {total}")
    return picture(
        "".join(parts), width=width, height=height, title=str(title), desc=_tally(cells), name=name, linked=linked
    )


def _cell(cell: Cell, x: int, y: int, *, name: str, numbers: bool) -> str:
    weight = _weight(cell.rank)
    inside = SIZE - weight
    fill = weave(name, cell.status)
    at = {"x": x + weight / 2, "y": y + weight / 2, "width": inside, "height": inside}
    content = el("rect", class_="cell", stroke_width=weight, **at)
    if fill:
        content += el("rect", class_="cell-weave", fill=fill, stroke="none", **at)
    if numbers:
        kind = f"no no--{cell.status}"
        content += el("text", str(cell.number), x=x + SIZE / 2, y=y + 25, class_=kind)
    if not cell.url:
        return content
    return el("a", el("title", words(f"{cell.number}. {cell.title} – {cell.word}")) + content, href=cell.url)


def strip(cells: Sequence[Cell], *, name: str) -> str:
    """A few measures as one row of small cells, told in words by its title."""
    size, step = 13, 15
    parts = [weaves(name, [cell.status for cell in cells])]
    for place, cell in enumerate(cells):
        at = {"x": place * step + 1, "y": 1, "width": size - 1.5, "height": size - 1.5}
        fill = weave(name, cell.status)
        parts.append(el("rect", class_=f"ground-{cell.status} tone", fill=fill or "none", stroke_width=1.5, **at))
    return picture("".join(parts), width=len(cells) * step, height=size + 1, title=_tally(cells), name=name).replace(
        "<svg ", '<svg class="strip" ', 1
    )


def carre_chart(cells: Sequence[Cell], *, name: str = "carre", caption: str = "") -> Chart:
    """The linked picture with its table."""
    table = Table(
        Text("Les mesures et leur statut", "The measures and their status"),
        [Column(Text("N°", "No."), right=True), Column(Text("Mesure", "Measure")), Column(Text("Pilier", "Pillar")), Column(Text("Statut", "Status"))],
        [[str(cell.number), Link(cell.title, cell.url), cell.pillar, StatusCell(cell.status)] for cell in cells],
    )  # fmt: skip
    return Chart(svg=carre(cells, name=name), table=table, caption=caption, size="carre")


def badge(cells: Sequence[Cell], number: int, *, brand: str = "Mandat") -> str:
    """A picture of its own for other sites: the carré with the measure lit, its number and its status in words."""
    own = next(cell for cell in cells if cell.number == number)
    columns, rows = grid(len(cells))
    step = 52 / max(columns, rows)
    dots = []
    for place, cell in enumerate(cells):
        x, y = 6 + place % columns * step, 6 + place // columns * step
        fill = COLOURS[cell.status] if cell.status != "not_begun" else "none"
        lit = cell.number == number
        dots.append(
            el(
                "rect",
                x=x,
                y=y,
                width=step * 0.78,
                height=step * 0.78,
                fill=fill if lit or cell.status != "not_begun" else "none",
                fill_opacity=None if lit else 0.35,
                stroke=INK if lit else COLOURS[cell.status],
                stroke_width=1.6 if lit else 0.4,
            )
        )
    label = Text(f"Mesure {number}", f"Measure {number}")
    title = own.title if len(own.title) <= 44 else own.title[:43].rsplit(" ", 1)[0] + "…"
    width = 84 + max(7.1 * len(title), 8.2 * (len(str(label)) + len(own.word) + 4), 120)
    font = "font-family"
    parts = [
        weaves("badge", [own.status], colours=True),
        el("rect", x=0.5, y=0.5, width=width - 1, height=63, fill=PAPER, stroke=INK),
        *dots,
        el("text", words(f"{label} – {brand}"), x=72, y=19, font_size=11, fill="#4d5751", **{font: "sans-serif"}),
        el("text", words(title), x=72, y=36, font_size=14, font_weight=600, fill=INK, **{font: "Georgia, serif"}),
        el("rect", x=72.5, y=44.5, width=10, height=10, fill=PAPER, stroke=COLOURS[own.status], stroke_width=1.2),
        el("rect", x=73, y=45, width=9, height=9, fill=weave("badge", own.status) or "none"),
        el("text", words(own.word), x=88, y=54, font_size=12, font_weight=600, fill=_dark(own.status), **{font: "sans-serif"}),
    ]  # fmt: skip
    return picture(
        "".join(parts), width=round(width), height=64, title=f"{label} : {own.title} – {own.word}", name="badge"
    )


def _dark(status: str) -> str:
    """The text colour of a status on paper: the sun is darker in words than in weaves."""
    return "#8a5a12" if status == "in_progress" else COLOURS[status]
