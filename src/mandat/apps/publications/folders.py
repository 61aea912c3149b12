"""Write publications to a folder: each file whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import today
from mandat.apps.publications.catalogue import dcat, schema_org
from mandat.apps.publications.document.content import content
from mandat.apps.publications.document.typesetting import typeset_pdf
from mandat.apps.publications.exports.facts import canonical_chunks, facts_table
from mandat.apps.publications.exports.programme import TABLES
from mandat.apps.publications.exports.tables import Row, Table, table_schema
from mandat.apps.publications.exports.writers import chunks
from mandat.apps.publications.site import stamp
from mandat.kernel.errors import InputError
from mandat.kernel.text import LANGUAGES, Text

#: Called with a file's name, rows done and rows in all (None where it is not known).
Progress = Callable[[str, int, int | None], None]


def _silent(name: str, done: int, total: int | None) -> None:
    """Tell nobody."""


def prepare(folder: Path) -> None:
    """Make the folder. Raises InputError where its name is taken by a file."""
    if folder.exists() and not folder.is_dir():
        raise InputError(Text(f"ce n'est pas un dossier : {folder}", f"not a folder: {folder}"))
    folder.mkdir(parents=True, exist_ok=True)


def write(path: Path, pieces: Iterable[bytes]) -> int:
    """Write ``pieces`` to ``path`` under a draft's name, then give it its own. Returns the bytes; a failure leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    size = 0
    try:
        with draft.open("wb") as file:
            for piece in pieces:
                size += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    return size


def export_pdf(current: Published, folder: Path, *, progress: Progress = _silent) -> dict[str, int]:
    """The programme in each language. Returns sizes by file name."""
    prepare(folder)
    sizes = {}
    for language in LANGUAGES:
        name = f"programme-{language}.pdf"
        raw = typeset_pdf(content(current, language=language, stamp=stamp(current), as_of=today()))
        sizes[name] = write(folder / name, [raw])
        progress(name, 1, 1)
    return sizes


def export_data(current: Published, folder: Path, *, progress: Progress = _silent) -> dict[str, int]:
    """Every table in every form, with its Table Schema. Returns sizes by file name."""
    prepare(folder)
    everything = {"programme": current.code}
    facts = facts_table(everything)
    total = journal.head().size
    sizes = {}
    for form in ("csv", "parquet"):
        name = f"faits.{form}"
        table = _watched(facts, name, progress, total)
        sizes[name] = write(folder / name, chunks(table, form, synthetic=settings.MANDAT_DEMO))
    progress("faits.jsonl", 0, total)
    sizes["faits.jsonl"] = write(folder / "faits.jsonl", canonical_chunks(everything))
    progress("faits.jsonl", total, total)
    for key, make in TABLES.items():
        made = make(current)
        for form in ("csv", "jsonl", "parquet", *(("xlsx",) if made.small else ())):
            name = f"{key}.{form}"
            table = _watched(made, name, progress, None)
            sizes[name] = write(folder / name, chunks(table, form, synthetic=settings.MANDAT_DEMO))
    for made in (facts, *(make(current) for make in TABLES.values())):
        name = f"schemas/{made.name}.json"
        sizes[name] = write(folder / name, [_json(table_schema(made))])
    return sizes


def export_catalogue(
    current: Published, folder: Path, *, sizes: dict[str, int] | None = None, progress: Progress = _silent
) -> None:
    """The catalogues; the sizes of what lies in the folder are read from it where they are not given."""
    prepare(folder)
    known = sizes or {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    write(folder / "catalogue.jsonld", [_json(dcat(current, sizes=known))])
    write(folder / "dataset.jsonld", [_json(schema_org(current))])
    progress("catalogue.jsonld", 1, 1)


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _watched(table: Table, name: str, progress: Progress, total: int | None) -> Table:
    def rows() -> Iterator[Row]:
        done = 0
        progress(name, 0, total)
        for done, row in enumerate(table.rows(), start=1):
            yield row
            if done % 2000 == 0:
                progress(name, done, total)
        progress(name, done, total if total is not None else done)

    return replace(table, rows=rows)
