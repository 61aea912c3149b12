"""Choropleth maps as SVG, light enough for a page and readable without colour. No framework, no script.

Areas are painted in a few classes, each a tint and a weave. Where areas are not links, those
of one class are written as one path, so that a map of 1,754 communes is a handful of elements. Links are
for maps a keyboard can walk: departments, EPCI, the surroundings of a commune.
The legend is text beside the picture, and the same data stand in a table under it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.charts.svg import el, n, picture, words
from mandat.web.components import Column, Link, Table

#: Classes of a map besides "nothing" (0) and "unknown" (None).
CLASSES = 5
#: Rows of the table under a map; the rest is on the whole table's page.
ROWS = 8
#: Below this many areas a map may be walked with the Tab key.
MOST_LINKS = 120

NOTHING = Text("aucun", "none")
UNKNOWN = Text("inconnu", "unknown")


@dataclass(frozen=True, slots=True)
class Frame:
    """The whole map in its units. ``lines`` are borders drawn over every area (those of departments)."""

    width: int
    height: int
    lines: str = ""


@dataclass(frozen=True, slots=True)
class Patch:
    """An area of the map: its path, its value (None: unknown), where it leads, what to write at (x, y)."""

    code: str
    name: str
    path: str
    value: Decimal | None = None
    url: str = ""
    label: str = ""
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend: ``mark`` is the little picture."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Map:
    """A map ready to be shown by ``{% map %}``: picture, legend, table, and where the whole table is."""

    svg: str
    caption: str = ""
    legend: Sequence[Key] = ()
    table: Table | None = None
    whole: Link | None = None
    size: str = ""


def breaks(values: Sequence[Decimal], classes: int = CLASSES) -> list[Decimal]:
    """Upper bounds (included) of at most ``classes`` classes of positive values, none of them empty.

    Each class holds as equal a number of areas as ties allow, so that one city does not leave every village in the
    first class.
    """
    positive = sorted(value for value in values if value > 0)
    different = sorted(set(positive))
    if len(different) <= classes:
        return different
    return sorted({positive[-(-rank * len(positive) // classes) - 1] for rank in range(1, classes + 1)})


def class_of(value: Decimal | None, bounds: Sequence[Decimal]) -> int | None:
    """0 for nothing, 1 … for the class of a positive value, None where it is unknown."""
    if value is None:
        return None
    if value <= 0:
        return 0
    return next(rank for rank, bound in enumerate(bounds, start=1) if value <= bound)


def bounds_of(paths: Sequence[str]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of paths written by the territory's encoder (``M x y l dx dy … z``)."""
    xs: list[int] = []
    ys: list[int] = []
    for path in paths:
        for part in path.split("M")[1:]:
            numbers = [int(number) for number in re.findall(r"-?[0-9]+", part)]
            x = y = 0
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                xs.append(x)
                ys.append(y)
    return (min(xs), min(ys), max(xs), max(ys)) if xs else (0, 0, 0, 0)


def choropleth(
    frame: Frame,
    patches: Sequence[Patch],
    *,
    name: str,
    title: str,
    desc: str = "",
    say: Callable[[Decimal], str] = formats.number,
    head: tuple[object, object] = (Text("Territoire", "Area"), Text("Valeur", "Value")),
    linked: bool = False,
    lit: str = "",
    around: Sequence[Patch] = (),
    crop: Sequence[str] = (),
    whole: Link | None = None,
    caption: str = "",
    classed: bool = True,
    point: tuple[int, int] | None = None,
    size: str = "map",
) -> Map:
    """A map of ``patches`` by value.

    ``lit`` is the code of an area to point out, ``point`` a place to mark with a dot; ``around`` are areas drawn bare for context;
    ``crop`` limits the view to the areas of these codes, with a margin. ``classed`` False draws a plain map, without
    legend or values. ``say`` writes a value. The table holds the highest ``ROWS`` values; ``whole``
    leads to all of them.
    """
    bounds = breaks([p.value for p in patches if p.value is not None]) if classed else []
    linked = linked and len(patches) <= MOST_LINKS and any(p.url for p in patches)
    view = _view(frame, patches, crop)
    unit = view[2] / 800
    parts = [_weaves(name, len(bounds), unit)] if classed else []
    parts += [el("path", d=p.path, class_="m-ground") for p in around]
    parts += _linked(name, patches, bounds, say, classed) if linked else _merged(name, patches, bounds, classed)
    if frame.lines:
        parts.append(el("path", d=frame.lines, class_="m-border"))
    shown = next((p for p in patches if p.code == lit), None) if lit else None
    if shown is not None:
        parts.append(el("path", d=shown.path, class_="m-lit"))
    parts += [_label(p, unit) for p in patches if p.label]
    if point is not None:
        parts.append(el("circle", cx=point[0], cy=point[1], r=round(28 * unit), class_="m-here"))
    drawing = picture("".join(parts), width=view[2], height=view[3], title=title, desc=desc, name=name, linked=linked)
    if view[:2] != (0, 0):
        whole_view = f'viewBox="0 0 {n(view[2])} {n(view[3])}"'
        drawing = drawing.replace(whole_view, f'viewBox="{" ".join(n(v) for v in view)}"', 1)
    return Map(
        svg=drawing,
        caption=caption,
        legend=_legend(name, patches, bounds, say) if classed else (),
        table=_table(title, patches, say, head) if classed else None,
        whole=whole,
        size=size,
    )


def _view(frame: Frame, patches: Sequence[Patch], crop: Sequence[str]) -> tuple[int, int, int, int]:
    if not crop:
        return 0, 0, frame.width, frame.height
    wanted = set(crop)
    left, top, right, bottom = bounds_of([p.path for p in patches if p.code in wanted])
    if right <= left or bottom <= top:
        return 0, 0, frame.width, frame.height
    margin = max(right - left, bottom - top) // 16 + 2
    return left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin


def _paint(name: str, rank: int | None, classed: bool) -> dict[str, object]:
    if not classed:
        return {"class": "m m-plain"}
    if rank == 0:
        return {"class": "m m-0"}
    return {"class": "m", "fill": f"url(#{name}-{'u' if rank is None else rank})"}


def _merged(name: str, patches: Sequence[Patch], bounds: Sequence[Decimal], classed: bool) -> list[str]:
    groups: dict[int | None, list[str]] = {}
    for patch in patches:
        groups.setdefault(class_of(patch.value, bounds) if classed else 0, []).append(patch.path)
    order = sorted(groups, key=lambda rank: -1 if rank is None else rank)
    return [el("path", d="".join(groups[rank]), **_paint(name, rank, classed)) for rank in order]


def _linked(
    name: str,
    patches: Sequence[Patch],
    bounds: Sequence[Decimal],
    say: Callable[[Decimal], str],
    classed: bool,
) -> list[str]:
    parts = []
    for patch in patches:
        told = patch.name
        if classed:
            told = (
                f"{patch.name} : {_said(patch.value, say)}" if _french() else f"{patch.name}: {_said(patch.value, say)}"
            )
        rank = class_of(patch.value, bounds) if classed else 0
        shape = el("path", el("title", words(told)), d=patch.path, **_paint(name, rank, classed))
        parts.append(el("a", shape, href=patch.url, aria_label=told) if patch.url else shape)
    return parts


def _french() -> bool:
    return str(Text("fr", "en")) == "fr"


def _said(value: Decimal | None, say: Callable[[Decimal], str]) -> str:
    if value is None:
        return str(UNKNOWN)
    return str(NOTHING) if value == 0 else say(value)


def _label(patch: Patch, unit: float) -> str:
    return el(
        "text",
        words(patch.label),
        x=patch.x,
        y=patch.y,
        font_size=round(22 * unit),
        text_anchor="middle",
        stroke_width=round(5 * unit),
        class_="m-label",
    )


def _weaves(name: str, classes: int, unit: float) -> str:
    """Patterns of the classes: ever darker tints under ever closer strokes, the last one solid; dots for unknown."""
    step = 9 * unit
    found = [
        el(
            "pattern",
            el("rect", width=step, height=step, class_="m-0")
            + el("circle", cx=step / 2, cy=step / 2, r=1.1 * unit, class_="m-dot"),
            id=f"{name}-u",
            width=step,
            height=step,
            patternUnits="userSpaceOnUse",
        )
    ]
    for rank in range(1, classes + 1):
        shade = round(rank * CLASSES / classes)
        tint = el("rect", width=step, height=step, class_=f"m-{shade}")
        marks = ""
        if shade == 2:
            marks = el("circle", cx=step / 2, cy=step / 2, r=1.2 * unit, class_="m-spot")
        elif shade == 3:
            marks = el("path", d=f"M0 {n(step / 2)}H{n(step)}", stroke_width=1.2 * unit, class_="m-line")
        elif shade == 4:
            marks = el(
                "path",
                d=f"M0 {n(step / 2)}H{n(step)}M{n(step / 2)} 0V{n(step)}",
                stroke_width=1.2 * unit,
                class_="m-line-2",
            )
        found.append(
            el(
                "pattern",
                tint + marks,
                id=f"{name}-{rank}",
                width=step,
                height=step,
                patternUnits="userSpaceOnUse",
                patternTransform="rotate(-45)" if marks else None,
            )
        )
    return el("defs", "".join(found))


def _legend(name: str, patches: Sequence[Patch], bounds: Sequence[Decimal], say: Callable[[Decimal], str]) -> list[Key]:
    def mark(rank: int | None) -> str:
        shape = el("rect", x=1, y=1, width=26, height=16, **_paint(f"{name}k", rank, True))
        return el("svg", shape, viewBox="0 0 28 18", width=28, height=18, aria_hidden="true", class_="m-key")

    ranks = [class_of(p.value, bounds) for p in patches]
    keys = [Key(mark(0), str(NOTHING))] if 0 in ranks else []
    lowest: dict[int, Decimal] = {}
    for patch, rank in zip(patches, ranks, strict=True):
        if rank and patch.value is not None:
            lowest[rank] = min(lowest.get(rank, patch.value), patch.value)
    for rank, bound in enumerate(bounds, start=1):
        low = lowest[rank]
        first = formats.number(low)
        text = say(bound) if low == bound else str(Text(f"{first} à {say(bound)}", f"{first} to {say(bound)}"))
        keys.append(Key(mark(rank), text))
    if None in ranks:
        keys.append(Key(mark(None), str(UNKNOWN)))
    if keys:  # the patterns of the keys: the map's own scale with its view, the legend's does not
        defs = el("svg", _weaves(f"{name}k", len(bounds), 0.8), width=0, height=0, aria_hidden="true", class_="m-defs")
        keys[0] = Key(defs + keys[0].mark, keys[0].text)
    return keys


def _table(title: str, patches: Sequence[Patch], say: Callable[[Decimal], str], head: tuple[object, object]) -> Table:
    ranked = sorted(patches, key=lambda p: (p.value is None, -(p.value or 0), p.name))
    rows = [[Link(p.name, p.url) if p.url else p.name, _said(p.value, say)] for p in ranked[:ROWS]]
    left = len(ranked) - len(rows)
    note = (
        Text(f"{left} autres lignes ne sont pas montrées ici.", f"{left} further rows are not shown here.")
        if left
        else ""
    )
    return Table(title, [Column(head[0]), Column(head[1], right=True)], rows, note=note)
