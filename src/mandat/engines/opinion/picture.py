"""The map as shapes to draw, and the figures of the report: numbers only, no markup."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mandat.engines.opinion.dots import Dot, dots
from mandat.engines.opinion.mapping import OpinionMap
from mandat.engines.opinion.representativeness import Choice
from mandat.engines.opinion.votes import Conversation, Statement

WIDTH, HEIGHT, MARGIN = 640, 480, 36
#: Corners of each group's mark; 0 is a circle. Marks and colours repeat after five groups.
CORNERS = (0, 4, 3, 6, 5)


@dataclass(frozen=True, slots=True)
class Mark:
    """One dot of the map in the picture: centre, radius, outline (``path`` empty for a circle), its dot."""

    dot: Dot
    x: float
    y: float
    radius: float
    path: str


@dataclass(frozen=True, slots=True)
class Label:
    """Where a group's name stands in the picture."""

    group: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """``marks`` and ``labels`` in picture units; ``origin`` is the middle of the map (nobody's side)."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    origin: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A statement in a list: its words, the side, the share of that side inside and elsewhere, the counts inside.

    Shares are among those who voted on it, passes included; ``elsewhere`` is None when nobody else voted.
    """

    statement: Statement
    direction: str
    agree: int
    disagree: int
    passes: int
    inside: float
    elsewhere: float | None


def draw(opinions: OpinionMap) -> Picture:
    """Scale the dots and the origin into the frame, the same unit on both axes."""
    found = dots(opinions)
    xs, ys = [0.0, *(dot.x for dot in found)], [0.0, *(dot.y for dot in found)]
    span = max((max(xs) - min(xs)) / (WIDTH - 2 * MARGIN), (max(ys) - min(ys)) / (HEIGHT - 2 * MARGIN), 1e-9)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2

    def place(x: float, y: float) -> tuple[float, float]:
        return round(WIDTH / 2 + (x - middle_x) / span, 1), round(HEIGHT / 2 - (y - middle_y) / span, 1)

    # Fewer pixels a mark as marks grow many, so that a crowd stays readable.
    unit = min(1.0, max(0.5, math.sqrt(70 / max(1, len(found)))))
    most = max((dot.people for dot in found), default=1)
    marks = []
    for dot in found:
        x, y = place(dot.x, dot.y)
        radius = round(unit * (4 + 5 * math.sqrt(dot.people / most)), 1)
        marks.append(Mark(dot, x, y, radius, _outline(x, y, radius, CORNERS[(dot.group - 1) % len(CORNERS)])))
    return Picture(
        width=WIDTH,
        height=HEIGHT,
        marks=tuple(marks),
        labels=_labels([(group.number, *place(*group.centre)) for group in opinions.groups], marks),
        origin=place(0.0, 0.0),
    )


def _labels(wanted: list[tuple[int, float, float]], marks: list[Mark]) -> tuple[Label, ...]:
    """Names as near to their group's centre as leaves the marks and the other names free."""
    done: list[Label] = []

    def hidden(x: float, y: float) -> float:
        covered = sum(abs(mark.x - x) < 46 + mark.radius and abs(mark.y - y + 5) < 10 + mark.radius for mark in marks)
        return covered + 10.0 * sum(abs(other.x - x) < 92 and abs(other.y - y) < 22 for other in done)

    for group, x, y in wanted:
        tried = [
            (min(max(x + dx, 48.0), WIDTH - 48.0), min(max(y + dy, 20.0), HEIGHT - 12.0))
            for dy in (0, -14, 14, -28, 28, -42, 42)
            for dx in (0, -24, 24, -48, 48)
        ]
        best = min(tried, key=lambda at: (hidden(*at), abs(at[0] - x) / 2 + abs(at[1] - y)))
        done.append(Label(group, round(best[0], 1), round(best[1], 1)))
    return tuple(done)


def _outline(x: float, y: float, radius: float, corners: int) -> str:
    if not corners:
        return ""
    # Same area as the circle of that radius, so that no group looks larger for its shape.
    reach = radius * math.sqrt(2 * math.pi / (corners * math.sin(2 * math.pi / corners)))
    turn = math.pi / 4 if corners == 4 else math.pi / 2
    points = [
        f"{x + reach * math.cos(turn + 2 * math.pi * i / corners):.1f} "
        f"{y - reach * math.sin(turn + 2 * math.pi * i / corners):.1f}"
        for i in range(corners)
    ]
    return "M" + "L".join(points) + "Z"


def group_lines(opinions: OpinionMap, conversation: Conversation, group: int) -> list[Line]:
    """The representative statements of the shown group numbered ``group`` (from 1)."""
    shown = opinions.groups[group - 1]
    return [_line(opinions, conversation, one, row=group - 1) for one in shown.representative]


def consensus_lines(opinions: OpinionMap, conversation: Conversation) -> list[Line]:
    """The consensus statements, over everyone who voted."""
    return [_line(opinions, conversation, one, row=None) for one in opinions.consensus]


def _line(opinions: OpinionMap, conversation: Conversation, one: Choice, *, row: int | None) -> Line:
    elsewhere = None
    if row is not None:
        rest = opinions.counts.rest()
        seen = int(rest.seen[row, one.statement])
        side = rest.agree if one.direction == "agree" else rest.disagree
        elsewhere = int(side[row, one.statement]) / seen if seen else None
    return Line(
        statement=conversation.statements[one.statement],
        direction=one.direction,
        agree=one.agree,
        disagree=one.disagree,
        passes=one.seen - one.agree - one.disagree,
        inside=one.votes / one.seen if one.seen else 0.0,
        elsewhere=elsewhere,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A statement in the full table: votes of everyone, share who agree overall and in each shown group.

    A share is None where fewer people voted than the withholding size.
    """

    statement: Statement
    votes: int
    agree: float
    by_group: tuple[float | None, ...]
    informed: float


def statement_rows(opinions: OpinionMap, conversation: Conversation) -> list[Row]:
    """Every statement not moderated out, by decreasing group-informed consensus."""
    agree, seen = opinions.everyone.agree[0], opinions.everyone.seen[0]
    fewest = opinions.settings.withholding
    rows = []
    for j, statement in enumerate(conversation.statements):
        if opinions.votes.excluded[j]:
            continue
        counted = [
            (int(opinions.counts.agree[g, j]), int(opinions.counts.seen[g, j])) for g in range(len(opinions.groups))
        ]
        shares = tuple(ups / votes if votes >= fewest else None for ups, votes in counted)
        rows.append(
            Row(statement, int(seen[j]), int(agree[j]) / max(1, int(seen[j])), shares, float(opinions.informed[0][j]))
        )
    return sorted(rows, key=lambda row: -row.informed)
