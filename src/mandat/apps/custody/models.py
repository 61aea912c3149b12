"""Persons whose data is kept, by a key of their own."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mandat.apps.custody.keys import ErasedError, SealError, bound, keyring, seal, unseal
from mandat.apps.custody.sealing import SealedTextField

_PURPOSE = "subject keys"


class SubjectManager(models.Manager["Subject"]):
    """Persons and their keys."""

    def of(self, person: Any) -> Subject:
        """The Subject of a person: itself, or that of an account, made where there is none yet."""
        if isinstance(person, Subject):
            return person
        found = self.filter(user=person, erased_at=None).first()
        return found or self.get_or_create(user=person, defaults=Subject.fresh())[0]

    def secret(self, subject: str) -> bytes:
        """The data key of a person by id (hexadecimal). Raises ErasedError, SealError."""
        row = self.filter(pk=uuid.UUID(subject)).first()
        if row is None:
            raise ErasedError("the key of this person is gone")
        return row.secret()

    def secrets(self, subjects: set[str]) -> dict[str, bytes]:
        """The data keys of many persons, but for those destroyed: one query."""
        if not subjects:
            return {}
        rows = self.filter(pk__in=[uuid.UUID(s) for s in subjects], erased_at=None)
        return {row.pk.hex: row.secret() for row in rows.order_by("pk")}


class Subject(models.Model):
    """A person, with or without an account, and the data key that seals what is kept about them.

    ``wrapped`` is the key sealed by the master key; erased, it is empty and what it sealed cannot be read any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="custody_subject")
    key_id = models.CharField(max_length=16, default="", blank=True)
    wrapped = models.CharField(max_length=400, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SubjectManager] = SubjectManager()

    class Meta:
        verbose_name = _("person")
        indexes = (models.Index("key_id", name="custody_subject_key"),)

    def __str__(self) -> str:
        return self.pk.hex

    @classmethod
    def fresh(cls) -> dict[str, Any]:
        """Values of a new person: an id and a wrapped key."""
        identity = uuid.uuid4()
        return {"id": identity, **cls.wrap(identity, secrets.token_bytes(32))}

    @staticmethod
    def wrap(identity: uuid.UUID, secret: bytes) -> dict[str, str]:
        """A data key sealed by the newest master key."""
        key = keyring().newest
        sealed = seal(key.secret, _PURPOSE, secret, bound(_PURPOSE, identity.hex))
        return {"key_id": key.id, "wrapped": sealed.hex()}

    def secret(self) -> bytes:
        """The data key. Raises ErasedError, SealError."""
        if self.erased_at is not None or not self.wrapped:
            raise ErasedError("the key of this person was destroyed")
        try:
            sealed = bytes.fromhex(self.wrapped)
        except ValueError:
            raise SealError("the key of a person was altered") from None
        return unseal(keyring().named(self.key_id).secret, _PURPOSE, sealed, bound(_PURPOSE, self.pk.hex))


class RetentionRun(models.Model):
    """One passage of the retention, as a trial (``dry_run``) or for good."""

    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    dry_run = models.BooleanField()

    class Meta:
        verbose_name = _("passage of the retention")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}"


class RetentionLine(models.Model):
    """What one treatment gave in a passage: rows due, rows dealt with, and the kind of error that stopped it."""

    run = models.ForeignKey(RetentionRun, models.CASCADE, related_name="lines")
    code = models.CharField(max_length=80)
    due = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("line of the retention")
        ordering = ("code",)
        constraints = (models.UniqueConstraint("run", "code", name="custody_one_line_a_treatment"),)

    def __str__(self) -> str:
        return self.code


class PersonalRequest(models.Model):
    """Someone asked for their data or for its erasure: what was done, without what was in it."""

    class Kind(models.TextChoices):
        EXPORT = "export", _("copy of the data")
        ERASURE = "erasure", _("erasure")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(_("request"), max_length=10, choices=Kind)
    asked_at = models.DateTimeField(_("asked on"), auto_now_add=True)
    holdings = models.JSONField(_("what it was about"), default=list)
    closes_account = models.BooleanField(_("closes the account"), default=False)

    class Meta:
        verbose_name = _("request about one's data")
        indexes = (models.Index("asked_at", name="custody_requests_by_day"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at:%Y-%m-%d}"


class StoredFile(models.Model):
    """A file someone sent: checked, sealed on disk by the key of the person (or organisation) it is about.

    ``purpose`` says who may read it (``uploads.purposes``). Its name and its sha256 are sealed too: both tell something.
    """

    class State(models.TextChoices):
        READY = "ready", _("received")
        HELD = "held", _("waiting for the antivirus")
        REFUSED = "refused", _("refused by the antivirus")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=80)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="files")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = SealedTextField(_("name"), subject="subject")
    sha256 = SealedTextField(_("sha256"), subject="subject")
    kind = models.CharField(pgettext_lazy("file format", "kind"), max_length=10)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    flags = models.JSONField(_("flags"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    scanned = models.CharField(_("antivirus"), max_length=12, default="not_scanned")
    scan_detail = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField(_("received on"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("evidence", "file")
        indexes = (
            models.Index("received_at", name="custody_files_by_day"),
            models.Index("state", condition=models.Q(state="held"), name="custody_files_held"),
        )

    def __str__(self) -> str:
        return self.pk.hex
