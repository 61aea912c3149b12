"""Read the log: one fact, a page in either direction, a stream in flat memory.

Every condition is given by keyword (see ``Where``). Pages are cut by index, newest first: a page stays what it
was while facts are added, and costs the same wherever it stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from mandat.journal.models import Line
from mandat.journal.record import WITHDRAWN, Entry
from mandat.journal.words import query_words
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: The most facts a page holds.
LARGEST_PAGE = 1000
_COLUMNS = ("index", "recorded_at", "text", "leaf", "replaced_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which facts. Conditions add up; an empty one asks nothing.

    - ``area``: exactly this code; ``areas``: one of these; ``area_prefix``: codes that begin so (``epci:2445``);
    - ``department``: facts of a department and of its communes (``45``);
    - ``since``, ``until``: days of the act, both included; ``recorded_since``, ``recorded_until``: moments of recording;
    - ``beneficiary``: exactly this name; ``text``: words found anywhere in the fact, plural and accents aside;
    - ``effective``: True keeps the facts that count, False those replaced or withdrawn and the withdrawals;
    - ``synthetic``: True or False keeps only these.

    ``measure`` and ``commitment`` need ``programme``; a correction is found under those of the fact it replaces too.
    """

    programme: str = ""
    kind: str | Sequence[str] = ()
    measure: int | None = None
    commitment: str = ""
    area: str = ""
    areas: Sequence[str] | None = None
    area_prefix: str = ""
    department: str = ""
    subject: str = ""
    beneficiary: str = ""
    source: str = ""
    text: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    recorded_since: dt.datetime | None = None
    recorded_until: dt.datetime | None = None
    effective: bool | None = None
    synthetic: bool | None = None

    def __post_init__(self) -> None:
        if (self.measure is not None or self.commitment) and not self.programme:
            raise ValueError("a measure or a commitment is one of a programme")


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first. ``older`` is the ``before`` of the next page, ``newer`` the ``after`` of the previous one; None at the ends."""

    entries: list[Entry]
    older: int | None
    newer: int | None


class UnknownFactError(InputError):
    """There is no fact at this place."""


def entry(index: int) -> Entry:
    """The fact at ``index``. Raises UnknownFactError where there is none."""
    found = entries([index])
    if not found:
        raise UnknownFactError(Text(f"il n'y a pas de fait {index}", f"there is no fact {index}"))
    return found[0]


def entries(indexes: Sequence[int]) -> list[Entry]:
    """The facts at these places, in the log's order; unknown places are left out."""
    found: list[Entry] = []
    wanted = sorted(set(indexes))
    for start in range(0, len(wanted), 500):
        found += _read(_lines(Where()).filter(index__in=wanted[start : start + 500]))
    return found


def page(*, before: int | None = None, after: int | None = None, size: int = 50, **conditions: Any) -> Page:
    """A page of at most ``size`` facts: the newest ones, those older than index ``before``, or those just newer than ``after``."""
    size = max(1, min(size, LARGEST_PAGE))
    where = Where(**conditions)
    forward = after is not None
    found = list(_read(_lines(where, above=after, below=None if forward else before), forward=forward, most=size + 1))
    further = len(found) > size
    found = found[:size]
    if not found:
        return Page([], None, None)
    if forward:
        found.reverse()
        older = _lines(where, below=found[-1].index).exists()
        return Page(found, found[-1].index if older else None, found[0].index if further else None)
    newer = before is not None and _lines(where, above=found[0].index).exists()
    return Page(found, found[-1].index if further else None, found[0].index if newer else None)


def iterate(*, start: int = 0, end: int | None = None, chunk: int = 2000, **conditions: Any) -> Iterator[Entry]:
    """Every fact that fits, oldest first, from index ``start`` to ``end`` (excluded), ``chunk`` at a time.

    No long transaction is held: what is appended meanwhile comes at the end.
    """
    where = Where(**conditions)
    above = start - 1
    while True:
        found = list(_read(_lines(where, above=above, below=end), forward=True, most=chunk))
        yield from found
        if len(found) < chunk:
            return
        above = found[-1].index


def count(**conditions: Any) -> int:
    """How many facts fit."""
    return _lines(Where(**conditions)).count()


def current(programme: str, sources: Sequence[str]) -> dict[str, Entry]:
    """By source, the latest recorded version of each line already imported (which may have been withdrawn since)."""
    found: dict[str, Entry] = {}
    wanted = [source for source in dict.fromkeys(sources) if source]
    for start in range(0, len(wanted), 500):
        # The conditions of the unique index on sources, word for word: without them every act would read the whole log.
        first = _lines(Where(programme=programme)).filter(corrects=None, source__in=wanted[start : start + 500])
        for known in _read(first.exclude(source="")):
            found[known.fact.source] = known
    replaced = {known.replaced_by: source for source, known in found.items() if known.replaced_by is not None}
    while replaced:
        later = {replaced[known.index]: known for known in entries(list(replaced)) if known.fact.kind != WITHDRAWN}
        found |= later
        replaced = {known.replaced_by: source for source, known in later.items() if known.replaced_by is not None}
    return found


def _lines(where: Where, *, above: int | None = None, below: int | None = None) -> QuerySet[Line]:
    """The lines that fit, between two indexes (excluded), with ``place``: the index to order by.

    Where a measure or a commitment is asked for, ``place`` is that of its own table, whose key gives the page at once.
    """
    links: dict[str, Any] = {}
    place = "index"
    if where.measure is not None:
        links |= {"measure_lines__programme": where.programme, "measure_lines__measure": where.measure}
        place = "measure_lines__line_id"
    if where.commitment:
        links |= {"commitment_lines__programme": where.programme, "commitment_lines__commitment": where.commitment}
        place = "commitment_lines__line_id"
    if where.text and place == "index" and connection.vendor == "sqlite":
        chosen = _from_words(where.text, above, below)
    else:
        if above is not None:
            links[f"{place}__gt"] = above
        if below is not None:
            links[f"{place}__lt"] = below
        chosen = Line.objects.filter(**links).annotate(place=F(place))
        if where.text:
            chosen = _having_words(chosen, where.text)
    same: dict[str, Any] = {
        "programme": where.programme,
        "area": where.area,
        "department": where.department,
        "subject": where.subject,
        "beneficiary": where.beneficiary,
        "source": where.source,
    }
    chosen = chosen.filter(**{name: value for name, value in same.items() if value})
    if where.kind:
        names = (where.kind,) if isinstance(where.kind, str) else tuple(where.kind)
        chosen = chosen.filter(kind=names[0]) if len(names) == 1 else chosen.filter(kind__in=names)
    if where.areas is not None:
        chosen = chosen.filter(area__in=list(where.areas))
    if where.area_prefix:
        # The column sorts by code points on every database: a prefix is a range of its index.
        chosen = chosen.filter(area__gte=where.area_prefix, area__lt=where.area_prefix + "\U0010ffff")
    bounds: dict[str, Any] = {
        "occurred_on__gte": where.since,
        "occurred_on__lte": where.until,
        "recorded_at__gte": where.recorded_since,
        "recorded_at__lte": where.recorded_until,
        "synthetic": where.synthetic,
    }
    chosen = chosen.filter(**{name: value for name, value in bounds.items() if value is not None})
    if where.effective is not None:
        replaced = Q(Exists(Line.objects.filter(corrects=OuterRef("index")))) | Q(kind=WITHDRAWN)
        chosen = chosen.filter(~replaced if where.effective else replaced)
    return chosen


def _from_words(text: str, above: int | None, below: int | None) -> QuerySet[Line]:
    """On SQLite the index of words is read in the order of facts, and only as far as the page goes."""
    wanted = _match(text)
    if not wanted:
        return Line.objects.none().annotate(place=F("index"))
    conditions = ['journal_words.rowid = journal_line."index"', "journal_words MATCH %s"]
    values: list[Any] = [wanted]
    for comparison, bound in (("> %s", above), ("< %s", below)):
        if bound is not None:
            conditions.append(f"journal_words.rowid {comparison}")
            values.append(bound)
    joined = Line.objects.extra(tables=["journal_words"], where=conditions, params=values)  # noqa: S610 - values are parameters
    ordered: QuerySet[Line] = joined.annotate(place=RawSQL("journal_words.rowid", [], BigIntegerField()))
    return ordered


def _having_words(chosen: QuerySet[Line], text: str) -> QuerySet[Line]:
    wanted = _match(text)
    if not wanted:
        return chosen.none()
    if connection.vendor == "sqlite":
        sql = "SELECT rowid FROM journal_words WHERE journal_words MATCH %s"
    else:
        sql = 'SELECT "index" FROM journal_words WHERE words @@ %s::tsquery'
    return chosen.filter(index__in=RawSQL(sql, [wanted]))  # noqa: S611 - the words are letters and digits, passed as a parameter


def _match(text: str) -> str:
    """The search as the database's own index of words takes it."""
    joint = " " if connection.vendor == "sqlite" else " & "
    quote = '"' if connection.vendor == "sqlite" else "'"
    return joint.join(f"{quote}{word}{quote}" for word in query_words(text))


def _read(lines: QuerySet[Line], *, forward: bool = True, most: int | None = None) -> Iterator[Entry]:
    later = Line.objects.filter(corrects=OuterRef("index")).values("index")[:1]
    ordered = lines.annotate(replaced_by=Subquery(later)).order_by("place" if forward else "-place")
    for values in ordered.values_list(*_COLUMNS)[:most]:
        yield _entry(*values)


def _entry(index: int, recorded_at: dt.datetime, text: str, leaf: Any, replaced_by: int | None) -> Entry:
    return Entry(index, recorded_at, text, bytes(leaf), replaced_by=replaced_by)
