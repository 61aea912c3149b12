"""Write entries and the tree's new nodes in the current transaction: one bulk statement a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from mandat.facts.base import Fact, canonical
from mandat.journal import guard
from mandat.journal.merkle import HASH, Frontier, leaf_hash
from mandat.journal.models import Checkpoint as CheckpointRow
from mandat.journal.models import CommitmentLine, Line, MeasureLine, State, Tile
from mandat.journal.note import Checkpoint
from mandat.journal.record import Entry
from mandat.journal.state import default_origin, signer
from mandat.journal.tiles import HEIGHT, LARGEST_ENTRY, WIDTH
from mandat.journal.words import index_words
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: A signed note is kept for good when the last one kept is older than this.
KEEP_EVERY = dt.timedelta(minutes=10)

_LINE = tuple(field.attname for field in Line._meta.concrete_fields)


def state() -> State:
    """The row that moves, made at the first append."""
    return State.objects.filter(id=1).first() or State(id=1, origin=default_origin())


def entry_of(fact: Fact, *, index: int, recorded_at: dt.datetime) -> Entry:
    """``fact`` at its place. Raises InputError where it cannot be written."""
    try:
        raw = canonical(fact, index=index, recorded_at=recorded_at)
        text = raw.decode()
    except UnicodeError:
        raise InputError(Text("texte illisible dans un fait", "unreadable text in a fact")) from None
    if len(raw) > LARGEST_ENTRY:
        raise InputError(Text("fait trop long (plus de 64 Ko)", "fact too long (over 64 KB)"))
    return Entry(index, recorded_at, text, leaf_hash(raw), fact=fact)


def store(state: State, entries: Sequence[Entry], *, corrected: Mapping[int, Fact], recorded_at: dt.datetime) -> None:
    """Write ``entries``, which follow the log's last one, grow the tree and sign it."""
    _insert(Line._meta.db_table, _LINE, (_row(entry) for entry in entries))
    measures: list[tuple[Any, ...]] = []
    commitments: list[tuple[Any, ...]] = []
    for entry in entries:
        fact = entry.fact
        # A correction is found wherever the fact it replaces was, even where it serves something else.
        old = corrected.get(fact.corrects) if fact.corrects is not None else None
        measures += [
            (fact.programme, measure, entry.index) for measure in served(fact.measures, old.measures if old else ())
        ]
        commitments += [
            (fact.programme, code, entry.index) for code in served(fact.commitments, old.commitments if old else ())
        ]
    _insert(MeasureLine._meta.db_table, ("programme", "measure", "index"), measures)
    _insert(CommitmentLine._meta.db_table, ("programme", "commitment", "index"), commitments)
    _insert_words(entries)
    root = grow(state, [entry.leaf for entry in entries])
    state.recorded_at = recorded_at
    sign(state, root, recorded_at=recorded_at)
    state.save(force_insert=state._state.adding)
    guard.appended()


def grow(state: State, leaves: Sequence[bytes]) -> bytes:
    """Add ``leaves`` to the tree, store the tiles they complete; returns the new root."""
    start = state.size
    frontier = Frontier.from_bytes(start, bytes(state.frontier))
    completed = frontier.extend(leaves, every=HEIGHT)
    tiles: dict[tuple[int, int], tuple[bytes, bytes]] = {}
    for height, number, root in completed:
        level = height // HEIGHT - 1
        first = number * WIDTH
        if level == 0:
            missing = max(0, start - first)
            hashes = _leaves(first, missing) + b"".join(leaves[first + missing - start : first + WIDTH - start])
        else:
            below = {n: r for (lower, n), (r, _) in tiles.items() if lower == level - 1}
            if len(below) < WIDTH:
                stored = Tile.objects.filter(level=level - 1, number__gte=first, number__lt=first + WIDTH)
                below |= {n: bytes(r) for n, r in stored.values_list("number", "root")}
            hashes = b"".join(below[n] for n in range(first, first + WIDTH))
        assert len(hashes) == WIDTH * HASH
        tiles[level, number] = (root, hashes)
    _insert(
        Tile._meta.db_table,
        ("level", "number", "root", "hashes"),
        [(level, number, root, hashes) for (level, number), (root, hashes) in tiles.items()],
    )
    state.size = frontier.size
    state.frontier = frontier.to_bytes()
    return frontier.root()


def sign(state: State, root: bytes, *, recorded_at: dt.datetime, keep: bool = False) -> None:
    """Sign the tree as it stands; keep the note where the last kept one is old, or when asked."""
    checkpoint = Checkpoint(state.origin, state.size, root)
    state.note = signer(state.origin).sign(checkpoint.text)
    if not keep:
        last = CheckpointRow.objects.order_by("-size").values_list("signed_at", flat=True).first()
        keep = last is None or recorded_at - last >= KEEP_EVERY
    if keep:
        CheckpointRow.objects.get_or_create(size=state.size, defaults={"note": state.note, "signed_at": recorded_at})


def _leaves(first: int, count: int) -> bytes:
    stored = Line.objects.filter(index__gte=first, index__lt=first + count).order_by("index")
    return b"".join(bytes(leaf) for leaf in stored.values_list("leaf", flat=True))


def served(own: Sequence[Any], old: Sequence[Any]) -> list[Any]:
    """The measures or commitments a fact is listed under: its own and those of the fact it corrects."""
    return list(dict.fromkeys([*own, *old]))


def department_of(area: str) -> str:
    """The department of a commune's or a department's code, empty for other areas."""
    kind, _, code = area.partition(":")
    if kind == "departement":
        return code
    if kind == "commune":
        return code[:3] if code.startswith("97") else code[:2]
    return ""


def copies(entry: Entry) -> dict[str, Any]:
    """The columns of an entry, as Django reads them back."""
    fact = entry.fact
    return {
        "index": entry.index,
        "recorded_at": entry.recorded_at,
        "occurred_on": fact.occurred_on,
        "programme": fact.programme,
        "kind": fact.kind,
        "area": fact.area,
        "department": department_of(fact.area),
        "subject": fact.subject,
        "beneficiary": _short(fact.data.get("beneficiary", "")),
        "cents": None if fact.amount is None else int(fact.amount * 100),
        "quantity": fact.quantity,
        "unit": fact.unit,
        "source": fact.source,
        "corrects": fact.corrects,
        "synthetic": fact.synthetic,
        "text": entry.text,
        "leaf": entry.leaf,
    }


def _row(entry: Entry) -> tuple[Any, ...]:
    values = copies(entry)
    values["recorded_at"] = _moment(values["recorded_at"])
    values["quantity"] = _decimal(values["quantity"])
    if connection.vendor == "sqlite":
        values["occurred_on"] = values["occurred_on"].isoformat()
    return tuple(values[column] for column in _LINE)


def _short(value: Any) -> str:
    return value.replace("\x00", "")[:255] if isinstance(value, str) else ""


def _moment(value: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _decimal(value: Decimal | None) -> Any:
    if value is None:
        return None
    return connection.ops.adapt_decimalfield_value(value.quantize(Decimal("0.000001")), 24, 6)


def _insert_words(entries: Sequence[Entry]) -> None:
    rows = [(entry.index, index_words((entry.fact.data, entry.fact.subject))) for entry in entries]
    _insert("journal_words", ("rowid" if connection.vendor == "sqlite" else "index", "words"), rows)


def _insert(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    rows = list(rows)
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows)  # noqa: S608 - own names
