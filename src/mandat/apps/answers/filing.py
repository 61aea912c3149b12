"""The file given as the source of a contested figure: checked, sealed, read by its author and by those who examine."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.answers.models import Contest
from mandat.apps.custody import uploads
from mandat.apps.custody.models import StoredFile, Subject

PURPOSE = "answers.source"
LARGEST = 10 * uploads.MEGABYTE


def register() -> None:
    """Say to custody what these files are for."""
    uploads.purpose(
        PURPOSE,
        title=_("Source of a contested figure"),
        kinds=("pdf", "jpeg", "png"),
        largest=LARGEST,
        may_read=may_read,
    )


def may_read(user: Any, stored: StoredFile) -> bool:
    found = Contest.objects.filter(upload=stored).first()
    return found is not None and (found.author_id == user.pk or may(user, "answers.examine"))


def store(file: File[bytes], *, subject: Subject, actor: User) -> StoredFile:
    """Keep a file. Raises InputError for what custody refuses."""
    return uploads.file_receive(actor=actor, subject=subject, upload=file, purpose=PURPOSE)
