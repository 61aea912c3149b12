"""Persons: opened when something is first kept about them, erased by destroying their key."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat.apps.custody.models import Subject


def subject_open(*, user: Any = None) -> Subject:
    """The person of an account, or a new one without account."""
    return Subject.objects.of(user) if user is not None else Subject.objects.create(**Subject.fresh())


@transaction.atomic
def subject_erase(*, subject: Subject) -> bool:
    """Destroy a person's key: nothing sealed with it can be read again, here or in a copy whose master key is gone.

    False where it was destroyed already.
    """
    locked = Subject.objects.select_for_update().get(pk=subject.pk)
    if locked.erased_at is not None:
        return False
    locked.wrapped, locked.key_id, locked.user, locked.erased_at = "", "", None, timezone.now()
    locked.save(update_fields=["wrapped", "key_id", "user", "erased_at"])
    subject.refresh_from_db()
    return True
