"""Take over an export of Decidim from the back office: tried first, nothing made; then taken over as it was tried, or thrown away."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.consultations import decidim
from mandat.apps.consultations.models import ImportRun
from mandat.apps.consultations.services.importing import decidim_import
from mandat.apps.custody import uploads
from mandat.apps.custody.subjects import subject_open
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

PURPOSE = "consultations.decidim"
#: Larger archives go through the command: a page answers within its time.
LARGEST = 8 * uploads.MEGABYTE
#: Lines one page takes over, for the same reason.
MOST_LINES = 20_000


def register() -> None:
    """Name the purpose to custody."""
    uploads.purpose(
        PURPOSE,
        title=_("Open data archive of another site"),
        kinds=("tables",),
        largest=LARGEST,
        may_read=lambda user, stored: may(user, "participation.manage"),
    )


def _read(data: bytes) -> decidim.Export:
    found = decidim.read(dict(decidim.parts_of(io.BytesIO(data))))
    if found.read > MOST_LINES:
        raise InputError(
            Text(
                f"plus de {MOST_LINES} lignes : confiez cette archive à la commande « mandat import decidim »",
                f"more than {MOST_LINES} lines: give this archive to the command “mandat import decidim”",
            )
        )
    return found


@transaction.atomic
def trial_make(*, actor: User, upload: File[Any], process: str, component: str) -> ImportRun:
    """Try an archive: what each line would become, and why others are refused. Nothing is made; the archive waits, sealed.

    Raises PermissionDenied; InputError for what is no archive of Decidim's, or a component that takes no proposals.
    """
    require(actor, "participation.manage")
    upload.seek(0)
    export = _read(upload.read())
    upload.seek(0)
    stored = uploads.file_receive(actor=actor, subject=subject_open(), upload=upload, purpose=PURPOSE)
    run = decidim_import(
        actor=actor, export=export, filename=stored.name, process=process, component=component, dry_run=True
    )
    run.trial, run.component, run.file, run.run_at = True, component, stored, timezone.now()
    run.save(force_insert=True)
    return run


def _waiting(run: ImportRun) -> ImportRun:
    found = ImportRun.objects.select_for_update(of=("self",)).select_related("file__subject").filter(pk=run.pk).first()
    if found is None or not found.trial or found.file is None:
        raise InputError(Text("cet essai n'attend plus", "this trial waits no more"))
    return found


@transaction.atomic
def trial_confirm(*, actor: User, run: ImportRun) -> ImportRun:
    """Take over what was tried; its archive goes. Gives the report. Raises PermissionDenied, InputError."""
    require(actor, "participation.manage")
    found = _waiting(run)
    assert found.file is not None
    try:
        data = b"".join(uploads.read(found.file))
    except PermissionError:
        raise InputError(
            Text(
                "l'antivirus n'a pas encore répondu : revenez plus tard",
                "the antivirus has not answered: come back later",
            )
        ) from None
    made = decidim_import(
        actor=actor, export=_read(data), filename=found.filename, process=found.process, component=found.component
    )
    made.component = found.component
    made.save(update_fields=["component"])
    _gone(found)
    return made


@transaction.atomic
def trial_discard(*, actor: User, run: ImportRun) -> None:
    """Throw a trial away with its archive. Raises PermissionDenied, InputError."""
    require(actor, "participation.manage")
    _gone(_waiting(run))


def _gone(run: ImportRun) -> None:
    stored = run.file
    run.delete()
    if stored is not None:
        uploads.file_delete(stored=stored)
