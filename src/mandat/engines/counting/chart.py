"""The money of each project as one SVG: what it costs, what is paid, what its supporters still hold.

Solid: elected; hatched: money its supporters have left; outline: what is missing. Colours are
presentation attributes, for pages that forbid inline style, and classes for those that set their own.
"""

from __future__ import annotations

from html import escape

from mandat.engines.counting.explain import explain
from mandat.engines.counting.result import Count
from mandat.engines.counting.sentences import spell
from mandat.kernel.text import Text, current_language

_WIDTH, _LEFT, _RIGHT, _ROW, _BAR = 960, 300, 110, 26, 16


def money_chart(result: Count, *, most: int = 60) -> str:
    """An accessible SVG; elected projects first, then the nearest to election, ``most`` at most."""
    election = result.election
    reasons = explain(result)
    held = {j: float(reasons[i].data.get("supporters_money", 0.0)) for j, i in enumerate(election.ids)}
    elected = set(result.winners)
    others = sorted(
        (j for j in range(len(election)) if j not in elected),
        key=lambda j: (-held[j] / (float(election.projects[j].cost) or 1), -election.votes[j], j),
    )
    rows = [*result.winners, *others][:most]
    largest = max((float(election.projects[j].cost) for j in rows), default=0.0) or 1.0
    scale = (_WIDTH - _LEFT - _RIGHT) / largest
    height = _ROW * len(rows) + 44
    title = Text("L’argent de chaque projet", "The money of each project")
    told = Text(
        f"{len(elected)} projets retenus sur {len(election)}, {spell(result.total_cost, 'fr')} "
        f"dépensés sur {spell(election.budget, 'fr')}.",
        f"{len(elected)} projects elected out of {len(election)}, {spell(result.total_cost, 'en')} "
        f"spent out of {spell(election.budget, 'en')}.",
    )
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'aria-labelledby="money-title money-desc" font-size="13">',
        f'<title id="money-title">{escape(str(title))}</title><desc id="money-desc">{escape(str(told))}</desc>',
        '<defs><pattern id="held" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="chart-held" width="3" height="6" fill="#b7791f"/></pattern></defs>',
        *_legend(),
    ]
    for place, j in enumerate(rows):
        out.append(_bar(result, j, 40 + place * _ROW, scale, held[j], j in elected))
    return "".join([*out, "</svg>"])


def _legend() -> list[str]:
    words = (
        ("#1f5d4c", Text("payé", "paid")),
        ("url(#held)", Text("reste aux soutiens", "left to supporters")),
        ("none", Text("manque", "missing")),
    )
    out, x = [], _LEFT
    for fill, word in words:
        out.append(
            f'<rect x="{x}" y="8" width="14" height="14" fill="{fill}" stroke="#1f5d4c"/>'
            f'<text x="{x + 20}" y="20" fill="currentColor">{escape(str(word))}</text>'
        )
        x += 190
    return out


def _bar(result: Count, j: int, y: int, scale: float, held: float, elected: bool) -> str:
    project = result.election.projects[j]
    cost = float(project.cost)
    width = max(1.0, cost * scale)
    name = project.name or project.id
    short = name if len(name) <= 40 else name[:39] + "…"
    solid = width if elected else 0.0
    part = 0.0 if elected else min(held, cost) * scale
    return (
        f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end" fill="currentColor">{escape(short)}</text>'
        f'<rect class="chart-cost" x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="none" stroke="#7a7f78"/>'
        + (
            f'<rect class="chart-paid" x="{_LEFT}" y="{y}" width="{solid:.1f}" height="{_BAR}" fill="#1f5d4c"/>'
            if solid
            else ""
        )
        + (f'<rect x="{_LEFT}" y="{y}" width="{part:.1f}" height="{_BAR}" fill="url(#held)"/>' if part else "")
        + f'<text x="{_LEFT + width + 6:.1f}" y="{y + 12}" fill="currentColor">'
        f"{escape(spell(project.cost, current_language()))}</text>"
    )
