"""What components take: small frozen values that views build and templates show.

Each is shown with examples on the page ``/composants/``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the breadcrumb; the last has no ``url``."""

    label: Any
    url: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Words one can follow, in a table cell or a list."""

    label: Any
    url: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``right`` aligns numbers."""

    label: Any
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption. Cells are texts, ``Link`` values or ``Standing`` codes; the first cell of a row heads it."""

    caption: Any
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    note: Any = ""


@dataclass(frozen=True, slots=True)
class StatusCell:
    """A status in a table cell."""

    status: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the same data as a table. ``svg`` is markup made by ``mandat.web.charts``."""

    svg: str
    table: Table | None = None
    caption: Any = ""
    size: str = ""


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact in a list: its sentence, where it leads, when, and what it serves.

    ``replaced_by`` is the address of the correction where one took its place.
    """

    index: int
    sentence: str
    url: str
    occurred_on: dt.date
    label: Any = ""
    figure: Figure | None = None
    area: str = ""
    serves: Sequence[Link] = ()
    synthetic: bool = False
    replaced_by: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """Something one can open."""

    title: Any
    url: str
    text: Any = ""
    kicker: Any = ""
    status: str = ""
    foot: Any = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in large type with its unit, its day and the way to its proof.

    ``value`` None is shown as "inconnu", never 0. ``stale_since`` says since when a new fact is overdue;
    ``why`` is the address of "pourquoi ce chiffre".
    """

    value: Decimal | int | None
    unit: str
    label: Any = ""
    as_of: dt.date | None = None
    stale_since: dt.date | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Neighbours of a page; ``shown`` rows on this one, ``total`` where it is known.

    Read by cursor, its neighbours are newer and older lines; a numbered one (``number`` of ``pages``) has a previous and a next.
    """

    shown: int
    first: str = ""
    newer: str = ""
    older: str = ""
    total: int | None = None
    number: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in force and the address without it."""

    label: Any
    value: Any
    without: str


@dataclass(frozen=True, slots=True)
class Filters:
    """A form that narrows a list: fields, what is in force, where to start again.

    Through its address, unless ``method`` is post: then it carries ``hidden``, which no address shows.
    """

    form: Any
    active: Sequence[ActiveFilter] = field(default_factory=tuple)
    clear: str = ""
    action: str = ""
    method: str = "get"
    hidden: Sequence[tuple[str, str]] = ()
