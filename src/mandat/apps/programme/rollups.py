"""Keep the rollups and figures in step with the journal, and rebuild them from it.

``apply`` is called by the journal with each batch of new facts, in their transaction.
``rebuild`` reads the facts again; both must give the same cells (tested by property).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from django.db import connection, transaction
from django.db.models import Min, QuerySet

from mandat import journal
from mandat.apps.programme.geography import geography
from mandat.apps.programme.models import Figure, RollupCell
from mandat.apps.programme.published import Published, published
from mandat.definitions.models import DefinitionVersion
from mandat.engines.indicators.expression import Expression
from mandat.engines.indicators.rollup import (
    COUNTING,
    SCALE,
    Amount,
    Cells,
    Delta,
    Key,
    Logged,
    Target,
    build,
    scaled,
    unscaled,
)
from mandat.engines.indicators.value import reached, read, suspended_since
from mandat.facts import Fact
from mandat.journal import Entry

#: Later than any fact: figures are of all facts, for none lies in the future.
END = dt.date(9999, 12, 31)


@lru_cache(maxsize=4)
def _watchers(code: str, revision: int) -> tuple[dict[int, list[str]], dict[str, list[str]]]:
    """Commitments whose indicator looks beyond itself: by measure, and by fact kind of the whole programme."""
    current = published(code)
    by_measure: dict[int, list[str]] = {}
    by_kind: dict[str, list[str]] = {}
    for commitment in current.commitments.values():
        if commitment.indicator.scope == "measure":
            by_measure.setdefault(current.measure_of(commitment.code).number, []).append(commitment.code)
        elif commitment.indicator.scope == "programme":
            for kind in commitment.indicator.facts:
                by_kind.setdefault(kind, []).append(commitment.code)
    return by_measure, by_kind


def touched(current: Published, fact: Fact) -> list[Target]:
    """The targets a fact may concern."""
    by_measure, by_kind = _watchers(current.code, current.revision)
    codes = {code: None for code in fact.commitments if code in current.commitments}
    for measure in fact.measures:
        codes |= dict.fromkeys(by_measure.get(measure, ()))
    codes |= dict.fromkeys(by_kind.get(fact.kind, ()))
    return [current.targets[code] for code in codes]


def apply(entries: Sequence[Entry]) -> None:
    """Add new facts to the rollups they concern."""
    programmes = {entry.fact.programme for entry in entries}
    loaded = DefinitionVersion.objects.filter(kind="programme", current=True, programme__in=programmes)
    known = set(loaded.values_list("programme", flat=True))
    for code in sorted(programmes & known):
        current = published(code)
        mine = [entry for entry in entries if entry.fact.programme == code]
        corrected = _corrected(mine)
        delta = Delta()
        last: dict[str, int] = {}
        for entry in mine:
            if entry.fact.corrects is not None:
                old = corrected[entry.fact.corrects]
                for target in touched(current, old.fact):
                    delta.add(target, Logged(old.index, old.fact), sign=-1)
                    last[target.commitment] = entry.index
            for target in touched(current, entry.fact):
                delta.add(target, Logged(entry.index, entry.fact))
                last[target.commitment] = entry.index
        _store(current, delta, last)


def _corrected(entries: Sequence[Entry]) -> dict[int, Entry]:
    wanted = {entry.fact.corrects for entry in entries if entry.fact.corrects is not None}
    found = {entry.index: entry for entry in entries if entry.index in wanted}
    return found | {entry.index: entry for entry in journal.entries(sorted(wanted - found.keys()))}


def _store(current: Published, delta: Delta, last: Mapping[str, int]) -> None:
    figures = {
        figure.commitment: figure
        for figure in Figure.objects.filter(programme=current.code, commitment__in=list(delta.cells))
    }
    changed: list[Figure] = []
    for commitment in sorted(delta.cells):
        cells = delta.of(commitment)
        if not cells:
            continue
        _upsert(current.code, commitment, cells)
        figure = figures.get(commitment) or Figure(programme=current.code, commitment=commitment)
        figure.digest = current.ref("commitment", commitment).digest
        figure.index = last[commitment]
        _refresh(current, figure, cells)
        changed.append(figure)
    _save(changed)


def _save(figures: list[Figure]) -> None:
    fields = ["digest", "value", "facts", "last_day", "index", "years", "points", "milestones", "suspended_since"]
    Figure.objects.bulk_create(
        figures, update_conflicts=True, unique_fields=["programme", "commitment"], update_fields=fields
    )


def _upsert(programme: str, commitment: str, cells: Cells) -> None:
    table = RollupCell._meta.db_table
    ordered = sorted(cells.items())
    for start in range(0, len(ordered), 100):
        part = ordered[start : start + 100]
        rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(part))
        values: list[str | int | dt.date] = []
        for key, amount in part:
            values += [programme, commitment, key.family, key.key, key.day, amount.value, amount.n]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (programme, commitment, family, key, day, value, n) VALUES {rows} "  # noqa: S608
                "ON CONFLICT (programme, commitment, family, key, day) DO UPDATE SET "
                f"value = {table}.value + excluded.value, n = {table}.n + excluded.n",
                values,
            )


def cells_of(programme: str, commitment: str, *families: str) -> dict[Key, Amount]:
    """The stored cells of a commitment, zero ones left out; of the named families only, where given."""
    rows = RollupCell.objects.filter(programme=programme, commitment=commitment)
    if families:
        rows = rows.filter(family__in=families)
    return {
        Key(family, key, day): Amount(value, n)
        for family, key, day, value, n in rows.values_list("family", "key", "day", "value", "n").iterator()
        if value or n
    }


def _refresh(current: Published, figure: Figure, delta: Cells) -> None:
    """Bring a figure up to date after ``delta`` was added to its cells, reading as few of them as it can."""
    commitment = current.commitments[figure.commitment]
    expression = commitment.indicator
    families = {key.family for key in delta}
    if "milestone" in families or "suspended" in families:
        cells = cells_of(current.code, figure.commitment, "milestone", "suspended")
        figure.milestones = {code: day.isoformat() for code, day in reached(cells, as_of=END).items()}
        figure.suspended_since = suspended_since(cells, as_of=END)
    counted = {key: amount for key, amount in delta.items() if key.family in COUNTING}
    if not counted:
        return
    before_last = figure.last_day
    _count(figure, counted)
    if expression.aggregate in ("sum", "count"):
        for key, amount in counted.items():
            figure.years[str(key.day.year)] = figure.years.get(str(key.day.year), 0) + amount.value
        figure.value = sum(figure.years.values()) if figure.facts else None
    elif expression.aggregate == "last":
        newer = all(amount.n > 0 and (before_last is None or key.day > before_last) for key, amount in counted.items())
        if newer and len(counted) == 1 and figure.points:
            [(key, amount)] = counted.items()
            points = [(dt.date.fromisoformat(day), unscaled(part)) for day, part in figure.points]
            _keep(figure, (*points, (key.day, unscaled(amount.value))))
            figure.years[str(key.day.year)] = amount.value
        else:
            value = read(expression, cells_of(current.code, figure.commitment, "point"), as_of=END)
            _keep(figure, value.series)
            figure.years = {str(year): scaled(part) for year, part in value.years.items()}
    else:
        _refresh_members(current, figure, expression, counted)


def _count(figure: Figure, counted: Cells) -> None:
    """How many facts, and the last day of one."""
    figure.facts += sum(amount.n for amount in counted.values())
    if any(amount.n < 0 for amount in counted.values()):
        rows = RollupCell.objects.filter(
            programme=figure.programme, commitment=figure.commitment, family__in=COUNTING, n__gt=0
        )
        figure.last_day = rows.order_by("-day").values_list("day", flat=True).first()
    else:
        figure.last_day = max([*(key.day for key in counted), *([figure.last_day] if figure.last_day else [])])


def _refresh_members(current: Published, figure: Figure, expression: Expression, counted: Cells) -> None:
    """Distinct values and areas covered: only what appears or disappears changes the figure."""
    yearly = expression.window == "year"
    before: dict[tuple[str, int], dt.date] = {}
    after: dict[tuple[str, int], dt.date] = {}
    names = sorted({key.key for key in counted})
    for start in range(0, len(names), 500):
        rows = _member_cells(figure).filter(key__in=names[start : start + 500])
        for name, day, n in rows.values_list("key", "day", "n"):
            place = (name, day.year if yearly else 0)
            added = counted.get(Key("member", name, day))
            if n > 0:
                after[place] = min(day, after.get(place, day))
            if n - (added.n if added else 0) > 0:
                before[place] = min(day, before.get(place, day))
    if expression.aggregate == "share":
        if before != after or figure.value is None:
            present = _member_cells(figure).filter(n__gt=0).values_list("key").annotate(Min("day"))
            cells = {Key("member", name, day): Amount(0, 1) for name, day in present}
            value = read(expression, cells, as_of=END, geography=geography(expression.over))
            _keep(figure, value.series)
        return
    if yearly:
        for sign, places in ((1, after.keys() - before.keys()), (-1, before.keys() - after.keys())):
            for _, year in places:
                figure.years[str(year)] = figure.years.get(str(year), 0) + sign * SCALE
        figure.value = sum(figure.years.values()) if figure.facts else None
    else:
        total = (figure.value or 0) + SCALE * (len(after) - len(before))
        figure.value = total if figure.facts else None


def _member_cells(figure: Figure) -> QuerySet[RollupCell]:
    return RollupCell.objects.filter(programme=figure.programme, commitment=figure.commitment, family="member")


def _keep(figure: Figure, series: Sequence[tuple[dt.date, Decimal]]) -> None:
    """Of a figure that can go back, keep the latest value and its first, lowest and highest points."""
    if not series:
        figure.value, figure.points = None, []
        return
    low = min(series, key=lambda point: point[1])
    high = max(series, key=lambda point: point[1])
    figure.value = scaled(round(series[-1][1], 6))
    figure.points = [
        [day.isoformat(), scaled(round(part, 6))] for day, part in sorted({series[0], low, high, series[-1]})
    ]


@transaction.atomic
def rebuild(programme: str, *, commitments: Iterable[str] | None = None) -> int:
    """Compute the rollups anew from the facts. Returns how many commitments were rebuilt."""
    current = published(programme)
    codes = sorted(current.commitments if commitments is None else set(commitments) & current.commitments.keys())
    for code in codes:
        target = current.targets[code]
        cells = build(target, _log(current, target))
        RollupCell.objects.filter(programme=programme, commitment=code).delete()
        Figure.objects.filter(programme=programme, commitment=code).delete()
        if cells:
            _upsert(programme, code, cells)
            figure = Figure(programme=programme, commitment=code, digest=current.ref("commitment", code).digest)
            _refresh(current, figure, cells)
            _save([figure])
    retired = RollupCell.objects.filter(programme=programme).exclude(commitment__in=current.commitments)
    retired.delete()
    Figure.objects.filter(programme=programme).exclude(commitment__in=current.commitments).delete()
    return len(codes)


def verify(programme: str) -> list[str]:
    """The commitments whose stored cells, or the figure made of them, differ from those computed from the facts."""
    current = published(programme)
    figures = {figure.commitment: figure for figure in Figure.objects.filter(programme=programme)}
    wrong = []
    for code in sorted(current.commitments):
        cells = build(current.targets[code], _log(current, current.targets[code]))
        anew = Figure(programme=programme, commitment=code)
        if cells_of(programme, code) == cells:
            _refresh(current, anew, cells)
            if _says(anew) == _says(figures.get(code, Figure())):
                continue
        wrong.append(code)
    return wrong


def _says(figure: Figure) -> tuple[object, ...]:
    """What a figure shows, whichever way it came to be: a year that was taken back altogether is no year."""
    years = {year: part for year, part in figure.years.items() if part}
    return figure.value, figure.facts, figure.last_day, years, figure.milestones, figure.suspended_since


def _log(current: Published, target: Target) -> Iterator[Logged]:
    """The facts a target may count, in order, with those that correct them."""
    if target.expression.scope == "programme":
        entries = journal.iterate(programme=current.code)
    elif target.expression.scope == "measure":
        entries = journal.iterate(programme=current.code, measure=target.measure)
    else:
        entries = journal.iterate(programme=current.code, commitment=target.commitment)
    for entry in entries:
        yield Logged(entry.index, entry.fact)
