"""The picture of the board: one bar a line, its states one inside the other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mandat.apps.funds.board import Sums
from mandat.apps.ledger.models import major
from mandat.web import formats
from mandat.web.charts.svg import el, picture, words

#: Narrow, so that its words can be read on a phone.
WIDTH, ROW = 400, 44
#: Letters of a label that fit beside its amount.
LONGEST = 38
STATES = ("paid", "engaged", "awarded", "reserved")


def whole(cents: int) -> str:
    """Euros without their cents, which a sum of hundreds of cases does not need; details have them."""
    return formats.euros(round(major(cents, "EUR")))


def textures() -> str:
    """The textures of what is engaged and awarded: drawn once a page."""
    engaged = el("path", d="M0 0L6 6M-1 5L1 7M5 -1L7 1", class_="money-stroke", stroke_width=2)
    awarded = el("circle", cx=3, cy=3, r=1.2, class_="money-dot")
    return el(
        "defs",
        el("pattern", engaged, id="money-engaged", width=6, height=6, patternUnits="userSpaceOnUse")
        + el("pattern", awarded, id="money-awarded", width=6, height=6, patternUnits="userSpaceOnUse"),
    )


def swatch(state: str) -> str:
    """The texture of a state beside its word."""
    return el(
        "svg", el("rect", x=0.5, y=0.5, width=19, height=11, class_=f"money-{state}"),
        width=20, height=12, viewBox="0 0 20 12", aria_hidden="true",
    )  # fmt: skip


def parts(sums: Sums) -> list[tuple[str, int]]:
    """What a bar is made of, from the left: each state less what it became."""
    paid, engaged, awarded = sums.paid, sums.engaged or 0, sums.awarded or 0
    found = [("paid", paid), ("engaged", engaged - paid), ("awarded", awarded - max(engaged, paid)), ("reserved", sums.reserved or 0)]  # fmt: skip
    return [(state, cents) for state, cents in found if cents > 0]


def bars(items: Sequence[tuple[str, Sums]], *, title: str, name: str) -> str:
    """Bars on one scale; the ground reaches to what was voted, where that is known."""
    most = max((sums.reach for _, sums in items), default=0) or 1
    drawn = []
    for rank, (label, sums) in enumerate(items):
        y = rank * ROW
        shown = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
        said = whole(sums.voted if sums.voted is not None else (sums.awarded or sums.paid))
        mark = el("text", words(shown), x=0, y=y + 14, font_size=13)
        mark += el("text", words(said), x=WIDTH, y=y + 14, font_size=13, text_anchor="end", font_weight=600)
        if sums.voted:
            mark += el(
                "rect", x=0, y=y + 21, width=Decimal(sums.voted) / most * WIDTH, height=14, class_="money-ground"
            )
        at = Decimal(0)
        for state, cents in parts(sums):
            width = Decimal(cents) / most * WIDTH
            mark += el("rect", x=at, y=y + 22, width=width, height=12, class_=f"money-{state}")
            at += width
        drawn.append(mark)
    return picture(textures() + "".join(drawn), width=WIDTH, height=max(len(items) * ROW, 1), title=title, name=name)
