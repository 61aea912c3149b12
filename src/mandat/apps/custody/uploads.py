"""Files people send: checked, sealed, served to those who may, deleted for good.

An app names a purpose in ``AppConfig.ready``::

    uploads.purpose("rights.evidence", title=_("Evidence of a claim"), kinds=content.EVIDENCE, largest=10 * MEGABYTE,
                    may_read=lambda user, stored: …)

and receives a file in its service, inside its transaction: ``uploads.file_receive(actor=…, subject=…, upload=…,
purpose="rights.evidence")``. Its form uses ``forms.CheckedFileField``, its view ``limited_uploads(most)``. Rows refer to
``custody.StoredFile``; deleting one deletes its bytes once the transaction is done.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.files.base import File
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from mandat.apps.custody import antivirus, blobs, content
from mandat.apps.custody.keys import SealError
from mandat.apps.custody.models import StoredFile, Subject
from mandat.apps.programme.uploads import LimitHandler
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

MEGABYTE = 1024 * 1024
#: Blobs whose row never came are removed after this many seconds: their transaction was undone.
ORPHAN_AFTER = 24 * 3600

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What files are sent for: which are taken, who reads them, and whether an erasure takes them."""

    code: str
    title: Any
    may_read: Callable[[Any, StoredFile], bool]
    kinds: tuple[str, ...] = content.EVIDENCE
    largest: int = 10 * MEGABYTE
    erasable: Callable[[StoredFile], bool] = lambda stored: True


_PURPOSES: dict[str, Purpose] = {}


def purpose(
    code: str,
    *,
    title: Any,
    may_read: Callable[[Any, StoredFile], bool],
    kinds: tuple[str, ...] = content.EVIDENCE,
    largest: int = 10 * MEGABYTE,
    erasable: Callable[[StoredFile], bool] = lambda stored: True,
) -> Purpose:
    """Name a purpose. Raises KeyError for an unknown kind of file."""
    for kind in kinds:
        content.KINDS[kind]
    _PURPOSES[code] = Purpose(code, title, may_read, kinds, largest, erasable)
    return _PURPOSES[code]


def purpose_of(code: str) -> Purpose:
    """Raises KeyError where no app named it."""
    return _PURPOSES[code]


def may_read(user: Any, stored: StoredFile) -> bool:
    """Whether an account may read a file: nobody where its purpose is no longer known."""
    wanted = _PURPOSES.get(stored.purpose)
    return wanted is not None and bool(getattr(user, "is_active", False)) and wanted.may_read(user, stored)


def erasable(stored: StoredFile) -> bool:
    """Whether an erasure takes a file."""
    wanted = _PURPOSES.get(stored.purpose)
    return wanted is None or wanted.erasable(stored)


def check(upload: File[Any], *, purpose: str) -> content.Checked:
    """What a file is. Raises InputError."""
    wanted = purpose_of(purpose)
    stream: Any = upload.file if upload.file is not None else upload
    return content.check(
        stream, name=upload.name or "", kinds=wanted.kinds, largest=wanted.largest, size=upload.size or 0
    )


def scan_first(upload: File[Any]) -> antivirus.Scan:
    """Ask the antivirus, and remember its answer with the upload."""
    scan = antivirus.scan(upload.chunks())
    upload.custody_scan = scan  # type: ignore[attr-defined]
    return scan


@transaction.atomic
def file_receive(*, actor: Any, subject: Subject, upload: File[Any], purpose: str) -> StoredFile:
    """Check, scan, seal and keep a file. Raises InputError where it is refused, also by the antivirus.

    Where the antivirus does not answer the file is kept ``held``: nobody can read it before ``rescan``. A form has
    usually asked it already (``scan_first``), so that no transaction waits for it.
    """
    checked = check(upload, purpose=purpose)
    scan = getattr(upload, "custody_scan", None) or scan_first(upload)
    if scan.verdict is antivirus.Verdict.INFECTED:
        raise InputError(
            Text(
                f"l'antivirus refuse ce fichier ({scan.detail})",
                f"the antivirus refuses this file ({scan.detail})",
            )
        )
    stored = StoredFile(
        purpose=purpose,
        subject=subject,
        sender=actor,
        name=checked.name,
        kind=checked.kind.code,
        size=upload.size or 0,
        flags=sorted(checked.flags),
        state=StoredFile.State.HELD if scan.verdict is antivirus.Verdict.UNAVAILABLE else StoredFile.State.READY,
        scanned=scan.verdict.value,
        scan_detail=scan.detail,
    )
    digest = hashlib.sha256()

    def passing() -> Iterator[bytes]:
        for chunk in upload.chunks():
            digest.update(chunk)
            yield chunk

    blobs.write(stored.pk, subject.secret(), passing())
    stored.sha256 = digest.hexdigest()
    try:
        stored.save()
    except BaseException:
        blobs.delete(stored.pk)
        raise
    return stored


def read(stored: StoredFile) -> Iterator[bytes]:
    """The bytes of a file, chunk by chunk. Raises SealError, ErasedError; PermissionError while it is held or refused."""
    if stored.state != StoredFile.State.READY:
        raise PermissionError(stored.state)
    return blobs.read(stored.pk, stored.subject.secret())


def file_delete(*, stored: StoredFile) -> None:
    """Delete a file: its row now, its bytes once the transaction is done."""
    stored.delete()


def _bytes_go(sender: Any, instance: StoredFile, using: str, **_: Any) -> None:
    gone = instance.pk  # the instance forgets it once deleted
    transaction.on_commit(lambda: blobs.delete(gone), using=using)


post_delete.connect(_bytes_go, sender=StoredFile, dispatch_uid="custody.bytes_go")


def rescan() -> dict[str, int]:
    """Ask the antivirus again about files held; those it refuses lose their bytes. Counts by state."""
    counts = {"ready": 0, "refused": 0, "held": 0}
    for stored in list(StoredFile.objects.filter(state="held").order_by("pk").select_related("subject")):
        try:
            scan = antivirus.scan(blobs.read(stored.pk, stored.subject.secret()))
        except SealError:
            counts["held"] += 1
            continue
        counts[_settle(stored, scan)] += 1
    return counts


@transaction.atomic
def _settle(stored: StoredFile, scan: antivirus.Scan) -> str:
    """Record what the antivirus said of a file held; gives its state."""
    locked = StoredFile.objects.select_for_update().filter(pk=stored.pk, state="held").first()
    if locked is None:
        return "held"
    locked.scanned, locked.scan_detail = scan.verdict.value, scan.detail
    if scan.verdict is antivirus.Verdict.INFECTED:
        locked.state = StoredFile.State.REFUSED
        transaction.on_commit(lambda: blobs.delete(stored.pk))
    elif scan.verdict is antivirus.Verdict.CLEAN:
        locked.state = StoredFile.State.READY
    locked.save(update_fields=["scanned", "scan_detail", "state"])
    return str(locked.state)


def sweep() -> int:
    """Remove blobs without a row: their transaction was undone, or the program stopped in between."""
    old = [identity for identity, written in blobs.stored() if written < time.time() - ORPHAN_AFTER]
    known: set[Any] = set()
    for start in range(0, len(old), 500):
        known |= set(StoredFile.objects.filter(pk__in=old[start : start + 500]).order_by().values_list("pk", flat=True))
    gone = [identity for identity in old if identity not in known]
    for identity in gone:
        blobs.delete(identity)
    return len(gone)


def unattached() -> models.QuerySet[StoredFile]:
    """Files no row refers to: someone sent them and went away."""
    waiting = StoredFile.objects.all()
    for relation in StoredFile._meta.related_objects:
        name = relation.field.name
        referring = relation.related_model._base_manager.filter(**{f"{name}__isnull": False})
        waiting = waiting.exclude(pk__in=referring.order_by().values(name))
    return waiting


def limited_uploads(most: int) -> Callable[[View], View]:
    """Throw away, while the bytes arrive, any file over ``most`` bytes (``programme.uploads.too_large`` names its field)."""

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.upload_handlers.insert(0, LimitHandler(request, most))
            return protected(request, *args, **kwargs)

        return guarded

    return decorate
