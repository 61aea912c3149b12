"""The badge of a label for other sites: whose it is, which label, until when or since when no longer."""

from __future__ import annotations

from mandat.apps.registers.models import Label
from mandat.kernel.text import Text, current_language
from mandat.web import formats
from mandat.web.charts.svg import COLOURS, INK, PAPER, el, picture, words
from mandat.web.typography import typeset

LONGEST = 44
_FONT = {"font-family": "sans-serif"}


def badge(label: Label, mark: str, *, held: bool) -> str:
    """A picture of its own, 64 pixels high: it changes by itself when the label ends."""
    holder = label.holder.name
    name = holder if len(holder) <= LONGEST else holder[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
    day = label.until if held else label.ended_on or label.until
    moment = formats.day(day)
    said = (
        Text(f"valable jusqu'au {moment}", f"valid until {moment}")
        if held
        else Text(f"terminé le {moment}", f"ended on {moment}")
    )
    line = typeset(str(said), current_language())
    colour = COLOURS["kept"] if held else COLOURS["broken"]
    width = 84 + max(8.0 * len(mark), 7.1 * len(name), 7.2 * len(line))
    sign = "M14 33 l8 9 l18 -22" if held else "M16 20 l22 22 M38 20 l-22 22"
    parts = [
        el("rect", x=0.5, y=0.5, width=width - 1, height=63, fill=PAPER, stroke=INK),
        el("rect", x=8, y=10, width=44, height=44, fill=PAPER, stroke=colour, stroke_width=2),
        el("path", d=sign, fill="none", stroke=colour, stroke_width=5, stroke_linecap="round", stroke_linejoin="round"),
        el(
            "text",
            words(mark),
            x=68,
            y=20,
            font_size=14,
            font_weight=600,
            fill=INK,
            **{"font-family": "Georgia, serif"},
        ),
        el("text", words(name), x=68, y=38, font_size=13, fill=INK, **_FONT),
        el("text", words(line), x=68, y=55, font_size=12, font_weight=600, fill=colour, **_FONT),
    ]
    return picture("".join(parts), width=round(width), height=64, title=f"{mark} – {holder} – {line}", name="label")
