"""Acts on imports: receive a file, try it, record its facts, discard it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.imports import running
from mandat.apps.imports.models import RefusedLine, Run, State
from mandat.apps.imports.schema import ImportMapping
from mandat.definitions.models import DefinitionVersion
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: What a form takes; beyond, the command line does without limit.
LARGEST_UPLOAD = 100 * 1024 * 1024
#: Files up to this size are read while the agent waits.
READ_AT_ONCE = 2 * 1024 * 1024


def mappings(programme: str) -> dict[str, ImportMapping]:
    """The published mappings of a programme, by code, in their order."""
    rows = DefinitionVersion.objects.filter(programme=programme, kind="import-mapping", current=True)
    return {row.code: ImportMapping.model_validate(row.body) for row in rows.order_by("position")}


def mapping_of(programme: str, code: str) -> tuple[ImportMapping, DefinitionRef]:
    """A published mapping and its version. Raises InputError where there is none."""
    row = DefinitionVersion.objects.filter(programme=programme, kind="import-mapping", code=code, current=True).first()
    if row is None:
        known = ", ".join(mappings(programme)) or "–"
        raise InputError(
            Text(
                f"correspondance d'import inconnue : {code} (publiées : {known})",
                f"unknown import mapping: {code} (published: {known})",
            )
        )
    return ImportMapping.model_validate(row.body), DefinitionRef(row.kind, row.code, row.version, row.digest)


def import_file(
    *,
    path: Path,
    mapping: str,
    dry_run: bool,
    programme: str,
    synthetic: bool = False,
    progress: running.Progress | None = None,
) -> Run:
    """Import a file of this machine (command line). A run of the same file that stopped goes on. Raises InputError, OSError."""
    chosen, definition = mapping_of(programme, mapping)
    with path.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:
            raise InputError(Text("fichier vide", "empty file"), file=str(path))
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        run = _resumable(programme, definition, digest, dry_run, synthetic) or Run(
            programme=programme,
            mapping=mapping,
            mapping_digest=definition.digest,
            filename=path.name[:255],
            sha256=digest,
            size=path.stat().st_size,
            dry_run=dry_run,
            synthetic=synthetic,
        )
        run.save()
        return running.execute(run, stream, mapping=chosen, definition=definition, progress=progress)


@transaction.atomic
def import_receive(*, actor: User, upload: File[Any], filename: str, mapping: str) -> Run:
    """Keep an uploaded file and open its trial. Raises PermissionDenied, InputError."""
    require(actor, "imports.run")
    size = upload.size or 0
    if not size:
        raise InputError(Text("fichier vide", "empty file"))
    if size > LARGEST_UPLOAD:
        most = LARGEST_UPLOAD // 1024 // 1024
        raise InputError(
            Text(
                f"fichier trop grand (plus de {most} Mo) : utilisez la commande « mandat import »",
                f"file too large (over {most} MB): use the command “mandat import”",
            )
        )
    programme = settings.MANDAT_PROGRAMME
    _, definition = mapping_of(programme, mapping)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return Run.objects.create(
        programme=programme,
        mapping=mapping,
        mapping_digest=definition.digest,
        filename=Path(filename.replace("\\", "/")).name[:255],
        sha256=digest.hexdigest(),
        size=size,
        file=default_storage.save(f"imports/{digest.hexdigest()[:16]}", upload),
        actor=actor,
        dry_run=True,
        synthetic=settings.MANDAT_DEMO,
    )


@transaction.atomic
def import_confirm(*, actor: User, trial: Run) -> Run:
    """Open the run that records the facts of a finished trial. Raises PermissionDenied, InputError."""
    require(actor, "imports.run")
    trial = Run.objects.select_for_update().get(pk=trial.pk)
    if not trial.dry_run or trial.state != State.DONE or not trial.file:
        raise InputError(Text("cet essai ne peut pas être enregistré", "this trial cannot be recorded"))
    run = Run.objects.create(
        programme=trial.programme,
        mapping=trial.mapping,
        mapping_digest=trial.mapping_digest,
        filename=trial.filename,
        sha256=trial.sha256,
        size=trial.size,
        file=trial.file,
        actor=actor,
        dry_run=False,
        synthetic=trial.synthetic,
    )
    trial.file = ""
    trial.save(update_fields=["file"])
    return run


@transaction.atomic
def import_discard(*, actor: User, trial: Run) -> None:
    """Forget a trial and its file. Nothing was recorded."""
    require(actor, "imports.run")
    trial = Run.objects.select_for_update().get(pk=trial.pk)
    if not trial.dry_run:
        raise InputError(Text("un import enregistré reste", "a recorded import stays"))
    _forget(trial)
    RefusedLine.objects.filter(run=trial).delete()
    trial.delete()


def import_carry_out(run: Run) -> Run:
    """Read the kept file of a run to its end. The file is deleted once its facts are recorded: it may name persons."""
    chosen, definition = mapping_of(run.programme, run.mapping)
    with _opened(run) as stream:
        try:
            running.execute(run, stream, mapping=chosen, definition=definition)
        except InputError:
            _forget(run)
            return run
    if not run.dry_run:
        _forget(run)
    return run


@contextmanager
def _opened(run: Run) -> Iterator[BinaryIO]:
    if not run.file or not default_storage.exists(run.file):
        raise InputError(Text("le fichier de cet import n'est plus là", "the file of this import is gone"))
    with default_storage.open(run.file, "rb") as stream:
        yield stream  # type: ignore[misc]


def _forget(run: Run) -> None:
    if run.file:
        default_storage.delete(run.file)
        run.file = ""
        run.save(update_fields=["file"])


def _resumable(programme: str, definition: DefinitionRef, digest: str, dry_run: bool, synthetic: bool) -> Run | None:
    """The run of the same file through the same version of the mapping that stopped before its end."""
    if dry_run:
        return None
    return Run.objects.filter(
        programme=programme,
        mapping_digest=definition.digest,
        sha256=digest,
        dry_run=False,
        synthetic=synthetic,
        state__in=(State.RUNNING, State.FAILED),
        file="",
    ).first()
