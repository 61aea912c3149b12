"""Publish a checked folder as versions, and write it back.

Publishing compares digests: what is unchanged keeps its version, what changed gets the
next one, what is gone is retired (its versions stay readable). The files' texts are
kept whole, so that a dump gives back the very files, comments included.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from django.db import transaction

from mandat.definitions.folder import Folder
from mandat.definitions.models import DefinitionVersion, Revision, SourceFile
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Change:
    """What publication did to one definition. ``differences`` maps a field to its old and new values."""

    what: Literal["added", "changed", "retired"]
    kind: str
    code: str
    version: int
    digest: str
    title: str = ""
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> dict[str, tuple[Any, Any]]:
    """Fields that differ between two bodies, by dotted path; blocks are compared field by field."""
    found: dict[str, tuple[Any, Any]] = {}
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            found |= differences(before, after, f"{prefix}{name}.")
        elif before != after:
            found[prefix + name] = (before, after)
    return found


def programme_code(folder: Folder) -> str:
    """The code of the folder's one programme. Raises InputError with the first problems of a bad folder."""
    if folder.problems:
        shown = "\n".join(str(problem) for problem in folder.problems[:20])
        raise InputError(
            Text(
                f"rien n'est publié, le dossier a des erreurs :\n{shown}",
                f"nothing is published, the folder has errors:\n{shown}",
            )
        )
    return folder.of("programme")[0].code


@transaction.atomic
def publish(folder: Folder, *, at: dt.datetime) -> list[Change]:
    """Make ``folder`` the published programme. Returns what changed: nothing when nothing did."""
    programme = programme_code(folder)
    revision, _ = Revision.objects.select_for_update().get_or_create(programme=programme)
    current = {(row.kind, row.code): row for row in DefinitionVersion.objects.filter(programme=programme, current=True)}
    latest = _latest_versions(programme)
    changes: list[Change] = []
    moved: list[DefinitionVersion] = []
    position: dict[str, int] = defaultdict(int)
    fresh: list[DefinitionVersion] = []
    replaced: list[int] = []
    for definition in folder.definitions:
        position[definition.kind] += 1
        row = current.pop((definition.kind, definition.code), None)
        body, digest = definition.body, definition.digest
        place = (position[definition.kind], definition.file, definition.parent)
        if row is not None and row.digest == digest:
            if (row.position, row.file, row.parent) != place:
                row.position, row.file, row.parent = place
                moved.append(row)
            continue
        version = latest.get((definition.kind, definition.code), 0) + 1
        if row is not None:
            replaced.append(row.pk)
        fresh.append(
            DefinitionVersion(
                programme=programme, kind=definition.kind, code=definition.code, version=version, digest=digest,
                body=body, position=place[0], file=place[1], parent=place[2], published_at=at,
            )
        )  # fmt: skip
        changes.append(
            Change(
                "changed" if row else "added", definition.kind, definition.code, version, digest, title_of(body),
                differences(row.body, body) if row else {},
            )
        )  # fmt: skip
    for (kind, code), row in current.items():
        replaced.append(row.pk)
        changes.append(Change("retired", kind, code, row.version, row.digest, title_of(row.body)))
    DefinitionVersion.objects.filter(pk__in=replaced).update(current=False)
    DefinitionVersion.objects.bulk_create(fresh, batch_size=200)
    DefinitionVersion.objects.bulk_update(moved, ["position", "file", "parent"], batch_size=200)
    texts_changed = _store_texts(programme, folder.files)
    if changes or moved or texts_changed:
        revision.number += 1
        revision.save()
    return changes


def title_of(body: Mapping[str, Any]) -> str:
    """The French title of a body, or the promise of a commitment."""
    named = body.get("title") or body.get("promise") or {}
    return str(named.get("fr", ""))


def _latest_versions(programme: str) -> dict[tuple[str, str], int]:
    rows = DefinitionVersion.objects.filter(programme=programme).values_list("kind", "code", "version")
    found: dict[tuple[str, str], int] = {}
    for kind, code, version in rows:
        found[kind, code] = max(version, found.get((kind, code), 0))
    return found


def _store_texts(programme: str, files: Mapping[str, str]) -> bool:
    stored = {row.path: row for row in SourceFile.objects.filter(programme=programme)}
    gone = [row.pk for path, row in stored.items() if path not in files]
    new = [SourceFile(programme=programme, path=path, text=text) for path, text in files.items() if path not in stored]
    changed = [row for path, row in stored.items() if path in files and row.text != files[path]]
    for row in changed:
        row.text = files[row.path]
    SourceFile.objects.filter(pk__in=gone).delete()
    SourceFile.objects.bulk_create(new)
    SourceFile.objects.bulk_update(changed, ["text"])
    return bool(gone or new or changed)


def texts(programme: str) -> dict[str, bytes]:
    """The published files of a programme by relative path."""
    rows = SourceFile.objects.filter(programme=programme).order_by("path")
    return {row.path: row.text.encode() for row in rows}


def dump(programme: str, destination: Path) -> list[Path]:
    """Write the published files below ``destination``: all of them, or none where the disk is full.

    Raises InputError where nothing is published under this code, OSError where it cannot be written.
    """
    files = texts(programme)
    if not files:
        raise InputError(
            Text(f"aucun programme publié sous le code {programme}", f"no programme published as {programme}")
        )
    for path in files:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise InputError(Text(f"chemin refusé : {path}", f"path refused: {path}"))
    beside = destination if destination.is_dir() else destination.parent
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside, prefix=".mandat-") as staging:
        for path, raw in files.items():
            (Path(staging) / path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(Path(staging) / path, raw)
        # Everything is on the disk: only renaming is left.
        for path in files:
            (destination / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(staging) / path).replace(destination / path)
    return [destination / path for path in files]


def write_whole(target: Path, raw: bytes) -> None:
    """Replace a file by a finished one: a full disk or a crash leaves the old one in place."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".mandat-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def versions(programme: str, kind: str, code: str) -> Iterator[DefinitionVersion]:
    """Every version of one definition, newest first."""
    yield from DefinitionVersion.objects.filter(programme=programme, kind=kind, code=code).order_by("-version")
