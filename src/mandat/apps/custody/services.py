"""Acts on personal data: apply the retention, give a copy, erase. None of them is a public fact."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mandat.apps.accounts import services as accounts
from mandat.apps.accounts.models import User
from mandat.apps.custody import personal, retention, uploads
from mandat.apps.custody.models import PersonalRequest, RetentionLine, RetentionRun, Subject
from mandat.apps.custody.subjects import subject_erase

logger = logging.getLogger(__name__)
BATCH = 500


class StillDueError(Exception):
    """A treatment dealt with rows and left them due."""


def retention_run(*, dry_run: bool = False, codes: Sequence[str] = (), batch: int = BATCH) -> RetentionRun:
    """Apply every treatment (or those named), a batch a transaction. One that fails is reported and stops no other."""
    run = RetentionRun.objects.create(dry_run=dry_run)
    now = timezone.now()
    for treatment in retention.treatments():
        if codes and treatment.code not in codes:
            continue
        if treatment.due is None:
            continue
        line = RetentionLine(run=run, code=treatment.code)
        try:
            rows = treatment.rows_due(now)
            assert rows is not None  # its ``due`` was just seen
            line.due = rows.count()
            if not dry_run:
                _apply(treatment, now, line, batch)
        except Exception as error:  # noqa: BLE001 - one treatment that fails may not stop the others
            # Its message may quote what is kept about someone: the kind alone is reported.
            line.error = type(error).__name__[:120]
            logger.error("retention: %s stopped by %s", treatment.code, type(error).__name__)
        line.save()
    if not dry_run and not codes:
        uploads.sweep()
    run.finished_at = timezone.now()
    run.save(update_fields=["finished_at"])
    return run


def _apply(treatment: retention.Treatment, now: Any, line: RetentionLine, batch: int) -> None:
    last: set[Any] = set()
    while True:
        rows = treatment.rows_due(now)
        assert rows is not None  # asked by retention_run
        with transaction.atomic():
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[:batch])
            if not keys:
                return
            if last & set(keys):
                raise StillDueError(treatment.code)
            chosen = rows.model._base_manager.filter(pk__in=keys)
            if treatment.apply is not None:
                treatment.apply(chosen)
            else:
                chosen.delete()
        line.done += len(keys)
        last = set(keys)


@transaction.atomic
def export_note(*, user: User) -> PersonalRequest:
    """Note that a copy was asked for."""
    codes = [holding.code for holding in personal.holdings()]
    return PersonalRequest.objects.create(user=user, kind=PersonalRequest.Kind.EXPORT, holdings=codes)


def left_by(user: User, holdings: Sequence[personal.Holding]) -> list[personal.Kept]:
    """What an erasure of these holdings would leave."""
    return [kept for holding in holdings for kept in holding.stays(user)]


@transaction.atomic
def personal_erase(*, user: User, codes: Sequence[str] = (), close_account: bool = False) -> list[personal.Kept]:
    """Erase what is held about a person, all of it or the holdings named. Returns what stays, and why.

    Closing the account erases everything. Raises InputError for the last administrator.
    """
    chosen = [
        holding
        for holding in personal.holdings()
        if close_account or (not holding.with_account and (not codes or holding.code in codes))
    ]
    kept = left_by(user, chosen)
    PersonalRequest.objects.create(
        user=user,
        kind=PersonalRequest.Kind.ERASURE,
        holdings=[holding.code for holding in chosen],
        closes_account=close_account,
    )
    if close_account:
        accounts.account_delete(user=user)
        return kept
    for holding in chosen:
        holding.erase(user)
    return kept


def erase_with_account(user: User) -> None:
    """What closing an account erases in every app; the person's key too, unless something that stays needs it."""
    kept = left_by(user, personal.holdings())
    for holding in personal.holdings():
        holding.erase(user)
    subject = Subject.objects.filter(user=user).first()
    if subject is not None and not any(item.sealed for item in kept):
        subject_erase(subject=subject)


def unneeded_subjects() -> QuerySet[Subject]:
    """Persons without account to whom no row refers any more: their keys serve nothing."""
    waiting = Subject.objects.filter(user=None, erased_at=None)
    for relation in Subject._meta.related_objects:
        name = relation.field.name
        referring = relation.related_model._base_manager.filter(**{f"{name}__isnull": False})
        waiting = waiting.exclude(pk__in=referring.order_by().values(name))
    return waiting
