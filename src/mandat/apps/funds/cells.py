"""Keep the sums of the board in step with every move, and compute them anew to compare.

Each move adds to the sums of its case's kind, in the same transaction. Sums belong to one envelope: whoever changes them holds
that envelope's accounts already, so that two acts never wait for each other here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum

from mandat.apps.funds.models import STATES, Allocation, Cell, Envelope, PaidIn, Total
from mandat.kernel.text import Text

COLUMNS = (*STATES, "cases")
PERSON = "person"
#: Rows of one statement.
CHUNK = 60


class Key(NamedTuple):
    """What cases alike have in common."""

    envelope: int
    scheme: str
    kind: str
    paid_in: int
    place: str


def key_of(allocation: Allocation, paid_in: int = 0) -> Key:
    return Key(allocation.envelope_id, allocation.scheme, allocation.kind, paid_in, allocation.place)


def add(deltas: Mapping[Key, Mapping[str, int]]) -> None:
    """Add cents (and cases) to the sums. To be called inside the transaction of the move. Two statements."""
    totals: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for key, delta in deltas.items():
        held = totals[key[:-1]]
        for column, amount in delta.items():
            held[column] = held.get(column, 0) + amount
    names = ("envelope_id", "scheme", "kind", "paid_in")
    _upsert(Total._meta.db_table, names, totals)
    _upsert(Cell._meta.db_table, (*names, "place"), {tuple(key): delta for key, delta in deltas.items()})


def _upsert(table: str, names: tuple[str, ...], rows: Mapping[tuple[Any, ...], Mapping[str, int]]) -> None:
    columns = (*COLUMNS, "moves")
    places = f"({', '.join(['%s'] * (len(names) + len(columns)))})"
    sums = ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in columns)
    ordered = sorted(rows.items())
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        values = [x for key, delta in part for x in (*key, *(delta.get(column, 0) for column in COLUMNS), 1)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({', '.join((*names, *columns))}) VALUES {', '.join([places] * len(part))} "  # noqa: S608
                f"ON CONFLICT ({', '.join(names)}) DO UPDATE SET {sums}",
                values,
            )


def paid(allocation: Allocation, year: int, cents: int) -> None:
    """Add to what an allocation was paid in a year."""
    table = PaidIn._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (allocation_id, year, cents) VALUES (%s, %s, %s) "  # noqa: S608
            f"ON CONFLICT (allocation_id, year) DO UPDATE SET cents = {table}.cents + excluded.cents",
            [allocation.pk, year, cents],
        )


def recomputed(programme: str) -> dict[Key, dict[str, int]]:
    """The sums of every place, added anew from the allocations; those of nothing are left out."""
    found: dict[Key, dict[str, int]] = {}
    names = ("envelope_id", "scheme", "kind", "place")
    holds = Q(reserved__gt=0) | Q(awarded__gt=0) | Q(engaged__gt=0) | Q(paid__gt=0)
    rows = Allocation.objects.filter(envelope__programme=programme).order_by().values_list(*names)
    sums = rows.annotate(Sum("reserved"), Sum("awarded"), Sum("engaged"), holding=Count("pk", filter=holds))
    for envelope, scheme, kind, place, reserved, awarded, engaged, cases in sums:
        values = {"reserved": reserved, "awarded": awarded, "engaged": engaged, "paid": 0, "cases": cases}
        _keep(found, Key(envelope, scheme, kind, 0, place), values)
    years = PaidIn.objects.filter(allocation__envelope__programme=programme).order_by()
    by_year = years.values_list(*(f"allocation__{name}" for name in names), "year").annotate(Sum("cents"))
    for envelope, scheme, kind, place, year, cents in by_year:
        _keep(found, Key(envelope, scheme, kind, year, place), dict.fromkeys(COLUMNS, 0) | {"paid": cents})
    return found


def _keep(found: dict[Key, dict[str, int]], key: Key, values: Mapping[str, int]) -> None:
    kept = {column: int(amount) for column, amount in values.items()}
    if any(kept.values()):
        found[key] = kept


def stored(programme: str) -> dict[Key, dict[str, int]]:
    """The sums of every place as kept; those of nothing are left out."""
    found: dict[Key, dict[str, int]] = {}
    rows = Cell.objects.filter(envelope__programme=programme).order_by("pk")
    for envelope, scheme, kind, paid_in, place, *amounts in rows.values_list(
        "envelope_id", "scheme", "kind", "paid_in", "place", *COLUMNS
    ):
        _keep(found, Key(envelope, scheme, kind, paid_in, place), dict(zip(COLUMNS, amounts, strict=True)))
    return found


def verify(programme: str) -> Iterator[Text]:
    """Every sum that differs from the allocations it stands for. For a command, not a page."""
    anew, kept = recomputed(programme), stored(programme)
    for key in sorted(anew.keys() | kept.keys()):
        if anew.get(key) != kept.get(key):
            yield Text(f"somme fausse : {key}", f"wrong sum: {key}")
    coarse: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for key, values in kept.items():
        for column, amount in values.items():
            coarse[key[:-1]][column] += amount
    rows = Total.objects.filter(envelope__programme=programme).order_by("pk")
    for *head, reserved, awarded, engaged, out, cases in rows.values_list(
        "envelope_id", "scheme", "kind", "paid_in", *COLUMNS
    ):
        held = dict(zip(COLUMNS, (reserved, awarded, engaged, out, cases), strict=True))
        if coarse.pop(tuple(head), dict.fromkeys(COLUMNS, 0)) != held:
            yield Text(f"total faux : {head}", f"wrong total: {head}")
    for head in coarse:
        yield Text(f"total absent : {head}", f"missing total: {head}")


@transaction.atomic
def rebuild(programme: str) -> int:
    """Compute all sums anew. Returns how many there are. Acts on envelopes wait, on PostgreSQL, until it is done."""
    list(Envelope.objects.select_for_update().filter(programme=programme).order_by("pk"))
    Cell.objects.filter(envelope__programme=programme).delete()
    Total.objects.filter(envelope__programme=programme).update(
        **dict.fromkeys(COLUMNS, 0), moves=F("moves") + 1
    )  # fmt: skip
    found = recomputed(programme)
    add(found)
    return len(found)
