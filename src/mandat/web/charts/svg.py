"""Small helpers to write SVG: escaping, numbers, elements, the weaves of statuses."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

#: Colours of pictures that leave the site, as in tokens.css (light).
PAPER, INK, LINE = "#fbfaf6", "#1b2723", "#d6d3c7"
COLOURS = {
    "not_begun": "#666b65",
    "in_progress": "#b7791f",
    "late": "#9e3b2a",
    "kept": "#1f5d4c",
    "broken": "#9e3b2a",
    "suspended": "#245c8a",
    "unknown": "#666b65",
}


def n(value: float | int | Decimal) -> str:
    """A coordinate: at most two decimals, no trailing zeros."""
    text = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def el(tag: str, content: str = "", /, **attributes: object) -> str:
    """An element; ``class_`` and ``aria_label`` style names become ``class`` and ``aria-label``.

    ``content`` is markup already escaped; attributes None are left out.
    """
    parts = []
    for name, value in attributes.items():
        if value is None:
            continue
        text = n(value) if isinstance(value, float | Decimal) else str(value)
        parts.append(f" {name.rstrip('_').replace('_', '-')}={quoteattr(text)}")
    inside = "".join(parts)
    return f"<{tag}{inside}>{content}</{tag}>" if content else f"<{tag}{inside}/>"


def words(text: object) -> str:
    """A text fit to stand inside an element."""
    return escape(str(text))


def picture(
    content: str, *, width: float, height: float, title: str, desc: str = "", name: str, linked: bool = False
) -> str:
    """The outer ``<svg>``. ``name`` makes ids unique in the page; ``linked`` pictures are groups, so that links stay reachable."""
    ids = f"{name}-t" + (f" {name}-d" if desc else "")
    head = el("title", words(title), id=f"{name}-t") + (el("desc", words(desc), id=f"{name}-d") if desc else "")
    return el(
        "svg",
        head + content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {n(width)} {n(height)}",
        width=width,
        height=height,
        role="group" if linked else "img",
        aria_labelledby=ids,
    )


def weaves(name: str, statuses: Iterable[str], *, colours: bool = False) -> str:
    """``<defs>`` with the weave of each status as ``url(#name-status)``; ``colours`` writes them out for pictures that leave the site."""
    found = []
    for status in dict.fromkeys(statuses):
        paint: dict[str, object] = (
            {"fill": COLOURS[status], "stroke": COLOURS[status]} if colours else {"class": f"w-{status}"}
        )
        paper: dict[str, object] = {"fill": PAPER, "stroke": PAPER} if colours else {"class": "w-paper"}
        size, turn = 6, None
        if status == "in_progress":
            marks, turn = el("path", d="M0 3H6", stroke_width=2.4, **paint), "rotate(-45)"
        elif status == "late":
            size, marks = 5, el("path", d="M0 2.5H5", stroke_width=2.4, **paint)
        elif status == "suspended":
            size, marks = 8, el("path", d="M2 0V8M5.2 0V8", stroke_width=1.8, **paint)
        elif status == "unknown":
            size, marks = 6, el("circle", cx=3, cy=3, r=1.15, **{**paint, "stroke": "none"})
        elif status == "broken":
            size = 12
            marks = el("path", d="M0 0H12V12H0Z", **{**paint, "stroke": "none"}) + el(
                "path", d="M0 6H12", stroke_width=2.2, **paper
            )
            turn = "rotate(-45)"
        elif status == "kept":
            marks = el("path", d="M0 0H6V6H0Z", **{**paint, "stroke": "none"})
        else:
            continue
        found.append(
            el(
                "pattern",
                marks,
                id=f"{name}-{status}",
                width=size,
                height=size,
                patternUnits="userSpaceOnUse",
                patternTransform=turn,
            )
        )
    return el("defs", "".join(found)) if found else ""


def weave(name: str, status: str) -> str | None:
    """The ``fill`` of a status; None where it is bare paper."""
    return None if status == "not_begun" else f"url(#{name}-{status})"
