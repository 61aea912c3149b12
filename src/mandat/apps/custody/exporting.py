"""The file of everything held about a person: a ZIP made as it is sent, JSON for machines and HTML for people."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import get_language

from mandat.apps.custody import personal

CHUNK = 64 * 1024


class _Pipe(io.RawIOBase):
    """What the archive writes, to be taken away as it comes."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self.parts)
        self.parts.clear()
        return taken


def held(user: Any) -> list[tuple[personal.Holding, list[personal.Record]]]:
    """What each holding shows, but for those that hold nothing."""
    found = ((holding, list(holding.export(user))) for holding in personal.holdings())
    return [(holding, records) for holding, records in found if records]


def archive(user: Any) -> Iterator[bytes]:
    """The ZIP, piece by piece: ``donnees.json``, ``lisez-moi.html``, then the files of each holding."""
    pipe, now = _Pipe(), timezone.localtime()
    found = held(user)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (("donnees.json", as_json(found, now)), ("lisez-moi.html", as_page(user, found, now))):
            packed.writestr(_entry(name, now), text)
            yield pipe.take()
        taken: set[str] = set()
        for holding in personal.holdings():
            for number, file in enumerate(holding.files(user), 1):
                name = f"fichiers/{holding.code}/{get_valid_filename(file.name) or number}"
                if name in taken:
                    name = f"fichiers/{holding.code}/{number}-{get_valid_filename(file.name)}"
                taken.add(name)
                with packed.open(_entry(name, now), "w") as entry:
                    for chunk in _chunks(file.open()):
                        entry.write(chunk)
                        if ready := pipe.take():
                            yield ready
    yield pipe.take()


def as_json(found: Any, now: Any) -> str:
    """For machines."""
    body = {
        "exported_at": now.isoformat(),
        "held": {
            holding.code: {
                "title": str(holding.title),
                "records": [
                    {"title": str(record.title)} | {value.key: personal.plain(value.value) for value in record.values}
                    for record in records
                ],
            }
            for holding, records in found
        },
    }
    return json.dumps(body, ensure_ascii=False, indent=2)


def as_page(user: Any, found: Any, now: Any) -> str:
    """For people: one page, no script, readable without a network."""
    values = {"found": found, "now": now, "user": user, "language": get_language() or "fr"}
    return render_to_string("custody/export.html", values)


def _entry(name: str, now: Any) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _chunks(source: Any) -> Iterable[bytes]:
    if hasattr(source, "read"):
        with source:
            while chunk := source.read(CHUNK):
                yield chunk
    else:
        yield from source
