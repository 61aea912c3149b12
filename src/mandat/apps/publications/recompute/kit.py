"""The archive ``recalcul-<code>.zip``, made as it is sent: facts with their proofs, definition, weights, program."""

from __future__ import annotations

import base64
import datetime as dt
import heapq
import io
import json
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from mandat import journal
from mandat.apps.programme.geography import geography
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import course
from mandat.apps.publications.exports.facts import indicator_conditions
from mandat.apps.publications.exports.programme import six
from mandat.definitions.models import DefinitionVersion
from mandat.facts.base import decimal_text
from mandat.journal import Entry, Head, proofs
from mandat.journal.merkle import HASH, inclusion_proof, root_of
from mandat.journal.record import WITHDRAWN
from mandat.journal.state import verifier_key
from mandat.journal.tiles import HEIGHT, WIDTH

HERE = Path(__file__).resolve().parent
#: Facts written between two pieces of the archive.
BATCH = 200


def kit_chunks(current: Published, code: str, *, as_of: dt.date) -> Iterator[bytes]:
    """The archive, piece by piece; facts appended meanwhile are left out. Memory: a few hundred facts and tiles."""
    head = journal.head()
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("recompute.py", "LISEZMOI.md", "README.md"):
            text = (HERE / name).read_text(encoding="utf-8")
            archive.writestr(_info(name, as_of), text.replace("{code}", code) if name.endswith(".md") else text)
        archive.writestr(_info("checkpoint", as_of), head.note)
        archive.writestr(_info("key.pub", as_of), f"{verifier_key()}\n")
        areas: set[str] = set()
        with archive.open(_info("facts.jsonl", as_of), "w") as file:
            tree = _Tree(head.size)
            for rank, entry in enumerate(kit_entries(current, code, head)):
                areas.add(entry.fact.area)
                path = inclusion_proof(entry.index, head.size, tree.subtree)
                line = {"fact": entry.text, "path": [base64.b64encode(step).decode() for step in path]}
                file.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
                if rank % BATCH == BATCH - 1:
                    yield pipe.take()
        definition = json.dumps(definition_of(current, code, areas, as_of=as_of), ensure_ascii=False, indent=1)
        archive.writestr(_info("definition.json", as_of), definition)
    yield pipe.take()


def kit_entries(current: Published, code: str, head: Head) -> Iterator[Entry]:
    """Every fact the figure and the status rest on, in order: counted ones, milestones, suspensions, corrections, publications."""
    own = journal.iterate(programme=current.code, commitment=code, end=head.size)
    rule = journal.iterate(programme=current.code, subject=f"status-rule:{current.rule.code}", end=head.size)
    streams = [own, rule]
    expression = current.commitments[code].indicator
    if expression.scope != "commitment":
        wider = indicator_conditions(current, code)
        streams.append(journal.iterate(**{**wider, "kind": (*expression.facts, WITHDRAWN)}, end=head.size))
    last = -1
    for entry in heapq.merge(*streams, key=lambda entry: entry.index):
        if entry.index != last:
            last = entry.index
            yield entry


def definition_of(current: Published, code: str, areas: set[str], *, as_of: dt.date) -> dict[str, Any]:
    """What governs the figure, as data: the definition and the rule as published, dates, weights, and what the page shows."""
    standing = course(current, code, as_of=as_of)
    value = six(standing.value.value)
    return {
        "programme": current.code,
        "measure": current.measure_of(code).number,
        "synthetic": settings.MANDAT_DEMO,
        "commitment": _published(current, "commitment", code),
        "rule": _published(current, "status-rule", current.rule.code),
        "start": current.programme.mandate.start.isoformat(),
        "due": current.due(code).isoformat(),
        "weights": _weights(current, code, areas),
        "published": {
            "as_of": as_of.isoformat(),
            "value": None if value is None else decimal_text(value),
            "status": standing.status.value,
            "facts": standing.value.facts,
        },
    }


def _published(current: Published, kind: str, code: str) -> dict[str, Any]:
    row = DefinitionVersion.objects.get(programme=current.code, kind=kind, code=code, current=True)
    return {"version": row.version, "digest": row.digest, "body": row.body}


def _weights(current: Published, code: str, areas: set[str]) -> dict[str, Any]:
    known = geography(current.commitments[code].indicator.over)
    if known is None:
        return {}
    parts = {area: dict(known.weights(area)) for area in sorted(areas) if area}
    return {
        "total": known.total,
        "areas": {area: sorted(weights) for area, weights in parts.items()},
        "communes": {commune: weight for weights in parts.values() for commune, weight in sorted(weights.items())},
    }


class _Tree:
    """Subtree roots of the log of ``size`` facts; a tile of hashes is read once while its neighbours are proved."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.tile = lru_cache(maxsize=64)(self._tile)
        self.subtree = lru_cache(maxsize=8192)(self._subtree)

    def _tile(self, level: int, number: int) -> bytes:
        start = number * WIDTH
        return proofs.node_hashes(level, start, min(WIDTH, (self.size >> HEIGHT * level) - start))

    def _subtree(self, height: int, number: int) -> bytes:
        level, rest = divmod(height, HEIGHT)
        first, count = number << rest, 1 << rest
        tile, place = divmod(first, WIDTH)
        hashes = self.tile(level, tile)[place * HASH : (place + count) * HASH]
        return root_of([hashes[at : at + HASH] for at in range(0, len(hashes), HASH)])


class _Pipe(io.RawIOBase):
    """Collects what the archive writes until it is sent."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        raw = b"".join(self.parts)
        self.parts.clear()
        return raw


def _info(name: str, day: dt.date) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
