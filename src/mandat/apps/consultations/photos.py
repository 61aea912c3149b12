"""Photos of sightings: kept without what they tell of place, moment and device, shown once an agent has seen them."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts.permissions import may
from mandat.apps.custody import uploads
from mandat.apps.custody.pictures import without_metadata
from mandat.apps.custody.subjects import subject_open
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

PURPOSE = "consultations.photo"
LARGEST = 8 * uploads.MEGABYTE


def register() -> None:
    """Name the purpose to custody."""
    uploads.purpose(
        PURPOSE,
        title=_("Photo of an observation"),
        kinds=("jpeg", "png"),
        largest=LARGEST,
        may_read=lambda user, stored: stored.sender_id == user.pk or may(user, "community.moderate"),
    )


def receive(actor: Any, upload: File[Any]) -> Any:
    """Check a photo, strip it, keep it sealed. Raises InputError."""
    uploads.check(upload, purpose=PURPOSE)
    upload.seek(0)
    try:
        bare = without_metadata(upload.read())
    except ValueError:
        raise InputError(
            Text(
                "cette photo est abîmée : ouvrez-la, enregistrez-la de nouveau et renvoyez-la",
                "this photo is damaged: open it, save it again and send it again",
            )
        ) from None
    extension = "png" if bare.startswith(b"\x89PNG") else "jpg"
    # The name of a file may say where and when: it is not kept.
    return uploads.file_receive(
        actor=actor,
        subject=subject_open(user=actor),
        upload=ContentFile(bare, name=f"photo.{extension}"),
        purpose=PURPOSE,
    )
