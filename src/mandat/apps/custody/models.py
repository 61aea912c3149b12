"""Persons whose data is kept, by a key of their own."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mandat.apps.custody.keys import ErasedError, SealError, bound, keyring, seal, unseal

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
