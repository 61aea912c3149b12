"""Where the money is: sums of the board, by what one asks and narrowed by the rest. Reads the cells, never the cases.

Amounts are whole cents, and add up: ``awarded`` holds what was since engaged, ``engaged`` what was since paid. None is what is not known: nothing
is voted for one commune, nothing is reserved in a year of payment.

Natural persons are in the sums of their département alone, and there only where no count of one to four can be told
(``engines.disclosure``); elsewhere their money stands on a line without place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet, Sum

from mandat.apps.funds.cells import PERSON
from mandat.apps.funds.models import Cell, Envelope, Total
from mandat.apps.ledger.models import Account
from mandat.apps.territory import selectors as territory
from mandat.engines.disclosure import withhold_line

PLACES = ("departement", "epci", "commune")
BY = ("mesure", "dispositif", "beneficiaire", "annee", "versement", *PLACES)
#: The column of the sums, or the envelope's, that each dimension is.
_OF_ENVELOPE = {"mesure": "measure", "annee": "year"}
_OF_CELL = {"dispositif": "scheme", "beneficiaire": "kind", "versement": "paid_in"}
_SUMS = ("reserved", "awarded", "engaged", "paid", "cases")
#: Keys of the lines that are of no place: not told, and natural persons.
UNTOLD, NATURAL = "", "person"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the board is narrowed by; None or empty where it is not. ``place`` is an area."""

    measure: int | None = None
    scheme: str | None = None
    kind: str | None = None
    year: int | None = None
    paid_in: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Cents in each state, each holding the next; ``cases`` counts those that hold a euro."""

    voted: int | None = None
    reserved: int | None = 0
    awarded: int | None = 0
    engaged: int | None = 0
    paid: int = 0
    cases: int | None = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            _plus(self.voted, other.voted),
            _plus(self.reserved, other.reserved),
            _plus(self.awarded, other.awarded),
            _plus(self.engaged, other.engaged),
            self.paid + other.paid,
            _plus(self.cases, other.cases),
        )

    @property
    def reach(self) -> int:
        """The longest of its bars."""
        return max(self.voted or 0, (self.reserved or 0) + max(self.awarded or 0, self.paid))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in ("voted", *_SUMS))


def _plus(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the board: the code of what it sums."""

    key: Any
    sums: Sums


@dataclass(frozen=True, slots=True)
class Board:
    """Lines, most money first, and their sum. ``folded``: natural persons were moved to a line of their own, or left out."""

    by: str
    rows: tuple[Row, ...]
    total: Sums
    folded: bool
    envelopes: int


@dataclass(frozen=True, slots=True)
class _Envelope:
    pk: int
    measure: int
    scheme: str
    year: int
    voted: int


class Chosen(dict[int, _Envelope]):
    """The envelopes a narrowing leaves, by key; ``all`` where these are every envelope there is."""

    all: bool = False


def board(programme: str, by: str, narrowing: Narrowing) -> Board:
    """The board by one of ``BY``. At most six queries, whatever the number of cases."""
    names = ("pk", "measure", "scheme", "year", "voted")
    every = [_Envelope(*row) for row in Envelope.objects.filter(programme=programme).order_by("pk").values_list(*names)]
    chosen = Chosen((one.pk, one) for one in every if _fits(one, narrowing))
    chosen.all = len(chosen) == len(every) and not Envelope.objects.exclude(programme=programme).exists()
    rows = _by_place(chosen, by, narrowing) if by in PLACES else _plain(chosen, by, narrowing)
    sums, folded = rows
    if narrowing.kind is None and not narrowing.place and by not in (*PLACES, "beneficiaire"):
        _add_votes(programme, sums, chosen.values(), by, narrowing)
    blank = Sums(reserved=None, awarded=None, engaged=None, cases=None)
    only_paid = narrowing.paid_in is not None
    if only_paid or by == "versement":
        sums = {key: replace(blank, paid=one.paid, voted=one.voted) for key, one in sums.items()}
    found = [Row(key, one) for key, one in sums.items() if one]
    if by in ("annee", "versement"):
        found.sort(key=lambda row: row.key)
    else:
        found.sort(key=lambda row: (-row.sums.reach, f"{row.key:>20}"))
    total = sum((row.sums for row in found), blank if only_paid or by == "versement" else Sums())
    return Board(by, tuple(found), total, folded, len(every))


def _fits(envelope: _Envelope, narrowing: Narrowing) -> bool:
    return narrowing.measure in (None, envelope.measure) and narrowing.year in (None, envelope.year)


def _narrowed(model: Any, chosen: Chosen, narrowing: Narrowing) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.order_by()
    if not chosen.all:
        rows = rows.filter(envelope__in=list(chosen))
    if narrowing.scheme is not None:
        rows = rows.filter(scheme=narrowing.scheme)
    if narrowing.kind is not None:
        rows = rows.filter(kind=narrowing.kind)
    if narrowing.paid_in is not None:
        rows = rows.filter(paid_in=narrowing.paid_in)
    return rows


def _summed(rows: QuerySet[Any], *names: str) -> Iterable[tuple[tuple[Any, ...], Sums]]:
    annotated = rows.values_list(*names).annotate(*(Sum(name) for name in _SUMS))
    for *head, reserved, awarded, engaged, paid, cases in annotated:
        yield tuple(head), Sums(None, reserved, awarded + engaged + paid, engaged + paid, paid, cases)


def _plain(chosen: Chosen, by: str, narrowing: Narrowing) -> tuple[dict[Any, Sums], bool]:
    """Sums by what is not a place."""
    if not narrowing.place:
        names = ("envelope_id",) if by in _OF_ENVELOPE else (_OF_CELL[by],)
        return _keyed(_summed(_paid_only(_narrowed(Total, chosen, narrowing), by), *names), chosen, by), False
    rows = _paid_only(_narrowed(Cell, chosen, narrowing), by)
    names = ("envelope_id",) if by in _OF_ENVELOPE else (_OF_CELL[by],)
    areas = territory.within(narrowing.place)
    here = rows.filter(place__in=areas) if not narrowing.place.startswith("region:") else rows.exclude(place="")
    sums = _keyed(_summed(here.exclude(place__startswith="departement:"), *names), chosen, by)
    if not narrowing.place.startswith("departement:"):
        return sums, True
    if narrowing.paid_in is not None or by == "versement" or narrowing.place in _hidden(rows):
        return sums, True
    persons = _keyed(_summed(rows.filter(place=narrowing.place), *names), chosen, by)
    keys = sorted(persons, key=str)
    told = withhold_line([persons[key].cases or 0 for key in keys]).cells
    folded = Sums()
    for key, count in zip(keys, told, strict=True):
        if count is None:
            folded += persons[key]
        else:
            sums[key] = sums.get(key, Sums()) + persons[key]
    if folded:
        sums[NATURAL] = sums.get(NATURAL, Sums()) + folded
    return sums, bool(folded)


def _paid_only(rows: QuerySet[Any], by: str) -> QuerySet[Any]:
    return rows.filter(paid_in__gt=0) if by == "versement" else rows


def _keyed(found: Iterable[tuple[tuple[Any, ...], Sums]], chosen: Mapping[int, _Envelope], by: str) -> dict[Any, Sums]:
    sums: dict[Any, Sums] = defaultdict(Sums)
    for (head,), one in found:
        key = getattr(chosen[head], _OF_ENVELOPE[by]) if by in _OF_ENVELOPE else head
        sums[key] += one
    return sums


def _hidden(rows: QuerySet[Any]) -> set[str]:
    """The départements whose natural persons are not told, under the same narrowing: too few, or cover for those."""
    counts = dict(
        rows.filter(place__startswith="departement:", kind=PERSON).values_list("place").annotate(Sum("cases"))
    )
    places = sorted(counts)
    told = withhold_line([counts[place] for place in places]).cells
    return {place for place, count in zip(places, told, strict=True) if count is None}


def _by_place(chosen: Chosen, by: str, narrowing: Narrowing) -> tuple[dict[Any, Sums], bool]:
    """Sums by commune, EPCI or département; what has no place, or may not be told, on lines of their own."""
    rows = _narrowed(Cell, chosen, narrowing)
    inside = set(territory.within(narrowing.place)) if narrowing.place else None
    hidden = _hidden(rows) if by == "departement" and narrowing.paid_in is None else None
    known = territory.reference()
    sums: dict[Any, Sums] = defaultdict(Sums)
    folded = False
    for (place,), one in _summed(rows, "place"):
        level, _, code = place.partition(":")
        if level == "departement":
            if inside is not None and place != narrowing.place:
                continue
            if hidden is None or place in hidden:
                folded = folded or bool(one)
                if inside is None:
                    sums[NATURAL] += one
                continue
            sums[place] += one
            continue
        if inside is not None and place not in inside:
            continue
        code = known.successors.get(code, code)
        home = known.places.get(code)
        if not code or (home is None and by != "commune"):
            sums[UNTOLD] += one
        elif by == "commune" or home is None:
            sums[f"commune:{code}"] += one
        else:
            parent = home.departement if by == "departement" else home.epci
            sums[f"{by}:{parent}" if parent else UNTOLD] += one
    return sums, folded


def _add_votes(
    programme: str, sums: dict[Any, Sums], envelopes: Iterable[_Envelope], by: str, narrowing: Narrowing
) -> None:
    """What was voted, where a vote can be told apart: by envelope, and so by measure, year, and scheme where it has one of its own."""
    mine = [one for one in envelopes if narrowing.scheme in (None, one.scheme)]
    if by == "versement":
        if narrowing.scheme is None:
            for year, cents in _credits(programme, {one.pk for one in mine}).items():
                if narrowing.paid_in in (None, year):
                    sums[year] = sums.get(year, Sums()) + Sums(voted=cents)
        return
    if narrowing.paid_in is not None:
        return
    for one in mine:
        key = one.scheme if by == "dispositif" else getattr(one, _OF_ENVELOPE[by])
        sums[key] = sums.get(key, Sums()) + Sums(voted=one.voted)


def _credits(programme: str, envelopes: set[int]) -> dict[int, int]:
    """Payment credits voted for each year: open and spent together."""
    codes = dict(Envelope.objects.filter(pk__in=envelopes).order_by("pk").values_list("code", "pk"))
    found: dict[int, int] = defaultdict(int)
    rows = Account.objects.filter(book=f"funds:{programme}", kind__in=("cp", "spent")).order_by("pk")
    for code, balance in rows.values_list("code", "balance"):
        envelope, _, name = code.rpartition("/")
        if envelope in codes and ":" in name:
            found[int(name.partition(":")[2])] += balance
    return found
