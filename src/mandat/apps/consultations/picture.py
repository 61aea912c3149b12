"""The picture of an opinion map and the small bars of its statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mandat.web.charts.svg import el, picture, words
from mandat.web.components import Chart, Table

BAR, HIGH = 120, 12


def map_chart(result: Mapping[str, Any], table: Table) -> Chart:
    """Marks of at least as many people as may be shown: shape and colour tell the group, its name stands beside it."""
    drawn = result["picture"]
    wide, high = drawn["width"], drawn["height"]
    across, down = drawn["origin"]
    parts = [
        el("rect", x=0, y=0, width=wide, height=high, rx=4, class_="o-frame"),
        el("path", d=f"M0 {down}H{wide}M{across} 0V{high}", class_="o-axis"),
    ]
    for group, _people, x, y, radius, path in drawn["marks"]:
        kind = f"o-mark o-{(group - 1) % 5}"
        parts.append(el("path", d=path, class_=kind) if path else el("circle", cx=x, cy=y, r=radius, class_=kind))
    for group, x, y in drawn["labels"]:
        parts.append(el("text", words(_("Group %(number)s") % {"number": group}), x=x, y=y, class_="o-label"))
    desc = _("People who vote alike are close together. The same data is in the table below.")
    svg = picture("".join(parts), width=wide, height=high, title=_("Opinion map"), desc=desc, name="opinions")
    return Chart(
        svg=svg, table=table, caption=_("Each mark gathers several neighbouring people, never one alone."), size="map"
    )


def side_bar(agree: int, passes: int, disagree: int) -> SafeString:
    """How votes divide; its figures are said beside it."""
    seen = agree + passes + disagree or 1
    parts, at = [], 0.0
    for count, kind in ((agree, "o-agree"), (passes, "o-pass"), (disagree, "o-disagree")):
        wide = BAR * count / seen
        parts.append(el("rect", x=at, y=0, width=wide, height=HIGH, class_=kind))
        at += wide
    svg = el(
        "svg",
        "".join(parts),
        viewBox=f"0 0 {BAR} {HIGH}",
        width=BAR,
        height=HIGH,
        aria_hidden="true",
        focusable="false",
    )
    return mark_safe(svg)  # noqa: S308 - made of numbers
