"""The log as files (C2SP tlog-tiles): what the site serves and what ``mandat journal export`` writes.

A full tile never changes, so an export that stopped goes on where it was, and a later one adds only what is new. The
checkpoint comes last: a folder is that of its checkpoint at every moment.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mandat.journal import appending, storing
from mandat.journal.models import Checkpoint as CheckpointRow
from mandat.journal.models import Line
from mandat.journal.note import Checkpoint, VerifierKey, read_checkpoint
from mandat.journal.proofs import node_hashes, root_at
from mandat.journal.state import Head, head, signer
from mandat.journal.tiles import WIDTH, TilePath, bundle, paths
from mandat.journal.verify import CHECKPOINT, CHECKPOINTS, KEY
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

README = "LISEZMOI.txt"

_README = """Journal des faits : {origin}
{synthetic}
Ce dossier suffit à vérifier chaque fait, sans réseau et sans nous croire :
    mandat journal verify --from DOSSIER --key CLÉ
checkpoint         taille et racine, signées (C2SP tlog-checkpoint, Ed25519)
checkpoints.jsonl  points de contrôle signés auparavant
key.pub            clé publique : comparez-la à celle que vous tenez d'ailleurs
tile/entries/      faits, 256 par fichier, chacun précédé de sa longueur (2 octets)
tile/0/ …          empreintes (C2SP tlog-tiles, arbre de la RFC 9162)
---
Log of facts. This folder is enough to check every fact, offline and without trusting us.
"""
_SYNTHETIC = """
DONNÉES DE DÉMONSTRATION : tous les faits marqués "synthetic" sont inventés.
DEMONSTRATION DATA: every fact marked "synthetic" is made up.
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """``written`` and ``kept`` count files; ``size`` is the number of facts."""

    size: int
    written: int
    kept: int


def read(path: str, *, now: Head | None = None) -> bytes | None:
    """The bytes of one file of the log by its path (``checkpoint``, ``tile/0/000``), None where there is none."""
    now = now or head()
    if path == CHECKPOINT:
        return now.note.encode()
    if path == KEY:
        return f"{signer(now.origin).key}\n".encode()
    if path == CHECKPOINTS:
        return "".join(_checkpoints(now)).encode()
    tile = TilePath.parse(path)
    return tile_bytes(tile, size=now.size) if tile else None


def tile_bytes(tile: TilePath, *, size: int) -> bytes | None:
    """A tile or bundle of the log of ``size`` facts; None for what that log does not have yet."""
    level = max(0, tile.level)
    available = size >> (8 * level)
    start = tile.number * WIDTH
    if start + tile.width > available:
        return None
    if tile.level >= 0:
        return node_hashes(level, start, tile.width)
    lines = Line.objects.filter(index__gte=start, index__lt=start + tile.width).order_by("index")
    return bundle(text.encode() for text in lines.values_list("text", flat=True))


def export(folder: Path, *, progress: Callable[[int, int], None] | None = None) -> Exported:
    """Write the log to ``folder``. Raises InputError where the folder holds another log, OSError where it cannot be written.

    ``progress`` is called with files done and files in all.
    """
    keep_checkpoint()
    now = head()
    if folder.exists() and not folder.is_dir():
        raise InputError(Text(f"ce n'est pas un dossier : {folder}", f"not a folder: {folder}"))
    key = signer(now.origin).key
    _same_log(folder, key, now)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / KEY, f"{key}\n".encode())
    everything = list(paths(now.size))
    written = kept = 0
    for rank, tile in enumerate(everything):
        target = folder / str(tile)
        full = tile.width == WIDTH
        if full and target.is_file() and target.stat().st_size > 0:
            kept += 1
        else:
            raw = tile_bytes(tile, size=now.size)
            assert raw is not None
            _write(target, raw)
            written += 1
        if progress is not None:
            progress(rank + 1, len(everything))
    _write(folder / CHECKPOINTS, "".join(_checkpoints(now)).encode())
    synthetic = _SYNTHETIC if settings.MANDAT_DEMO or Line.objects.filter(synthetic=True).exists() else ""
    _write(folder / README, _README.format(origin=now.origin, synthetic=synthetic).encode())
    _write(folder / CHECKPOINT, now.note.encode())
    _remove_partial(folder, {str(tile) for tile in everything})
    return Exported(now.size, written, kept)


@transaction.atomic
def keep_checkpoint() -> None:
    """Keep the present signed note for good."""
    appending.lock()
    state = storing.state()
    if state.size:
        assert state.recorded_at is not None
        storing.sign(state, root_at(state.size), recorded_at=state.recorded_at, keep=True)
        state.save()


def _checkpoints(now: Head) -> Iterator[str]:
    rows = CheckpointRow.objects.filter(size__lte=now.size).order_by("size")
    for size, note, signed_at in rows.values_list("size", "note", "signed_at").iterator():
        line = {"size": size, "signed_at": signed_at.isoformat(), "note": note}
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _same_log(folder: Path, key: VerifierKey, now: Head) -> None:
    """What is in ``folder`` is an earlier state of this log, or nothing."""
    other = InputError(Text(f"{folder} contient un autre journal", f"{folder} holds another log"))
    if (folder / KEY).is_file() and (folder / KEY).read_text(encoding="utf-8").strip() != str(key):
        raise other
    if not (folder / CHECKPOINT).is_file():
        return
    try:
        before: Checkpoint = read_checkpoint((folder / CHECKPOINT).read_text(encoding="utf-8"), key)
    except (InputError, UnicodeDecodeError):
        raise other from None
    if before.size > now.size or root_at(before.size) != before.root:
        raise other


def _write(path: Path, raw: bytes) -> None:
    """Whole or not at all: a draft beside, then its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(raw)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _remove_partial(folder: Path, wanted: set[str]) -> None:
    """Partial tiles of an earlier, smaller state."""
    for parts in (folder / "tile").rglob("*.p"):
        for part in parts.iterdir():
            if str(part.relative_to(folder)) not in wanted:
                part.unlink()
        if not any(parts.iterdir()):
            parts.rmdir()
