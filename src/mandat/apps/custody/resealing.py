"""Rotation: what older keys sealed is sealed anew by the newest, a batch a transaction.

What is done is what no longer carries an older key: a run that stopped goes on by being started again. Values of persons
are not touched, only their keys are wrapped anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

from mandat.apps.custody.keys import SealError, keyring
from mandat.apps.custody.models import Subject
from mandat.apps.custody.sealing import BlindIndexField, SealedField, Token, blind_index

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Outcome:
    """What one column gave: values renewed, and those that do not open."""

    name: str
    renewed: int = 0
    refused: int = 0


def sealed_columns() -> list[SealedField]:
    """Every column sealed by a master key, by name."""
    return _columns(lambda field: isinstance(field, SealedField) and not field.subject)


def _columns(wanted: Callable[[Any], bool]) -> list[Any]:
    fields = [f for m in apps.get_models(include_auto_created=True) for f in m._meta.local_concrete_fields if wanted(f)]
    return sorted(fields, key=lambda field: (field.model._meta.label_lower, field.name))


def waiting() -> dict[str, int]:
    """How many values older keys still seal, by column: what keeps those keys from being withdrawn."""
    newest = keyring().newest.id
    counts = {"custody.subject.wrapped": _persons(newest).count()}
    for field in sealed_columns():
        counts[f"{field.model._meta.label_lower}.{field.name}"] = _older(field, newest).count()
    for index in _columns(lambda f: isinstance(f, BlindIndexField)):
        counts[f"{index.model._meta.label_lower}.{index.name}"] = _older_indexes(index).count()
    return counts


def reseal(*, batch: int = 500, progress: Progress | None = None) -> Iterator[Outcome]:
    """Renew everything, column by column. A value that does not open is counted and left as it is."""
    newest = keyring().newest.id
    yield _walk("custody.subject.wrapped", _persons(newest), _rewrap, batch, progress)
    for field in sealed_columns():
        name = f"{field.model._meta.label_lower}.{field.name}"
        yield _walk(name, _older(field, newest), _renew(field), batch, progress)
    for index in _columns(lambda f: isinstance(f, BlindIndexField)):
        name = f"{index.model._meta.label_lower}.{index.name}"
        yield _walk(name, _older_indexes(index), _reindex(index), batch, progress)


def _walk(
    name: str, rows: models.QuerySet[Any], renew: Callable[[Any], None], batch: int, progress: Progress | None
) -> Outcome:
    outcome, last = Outcome(name), None
    while True:
        with transaction.atomic():
            after = rows if last is None else rows.filter(pk__gt=last)
            found = list(after.select_for_update(of=("self",)).order_by("pk")[:batch])
            for row in found:
                try:
                    renew(row)
                    outcome.renewed += 1
                except SealError:
                    outcome.refused += 1
        if not found:
            return outcome
        last = found[-1].pk
        if progress is not None:
            progress(name, outcome.renewed)


def _persons(newest: str) -> models.QuerySet[Any]:
    return Subject.objects.filter(erased_at=None).exclude(key_id=newest)


def _rewrap(row: Subject) -> None:
    Subject.objects.filter(pk=row.pk).update(**Subject.wrap(row.pk, row.secret()))


def _older(field: SealedField, newest: str) -> models.QuerySet[Any]:
    rows = field.model._base_manager.filter(**{f"{field.name}__isnull": False})
    return rows.exclude(**{f"{field.name}__sealed_under": newest})


def _renew(field: SealedField) -> Callable[[Any], None]:
    def renew(row: Any) -> None:
        token: Token = row.__dict__[field.attname]
        renewed = field.sealed(row, field.unsealed(row, token))
        field.model._base_manager.filter(pk=row.pk).update(**{field.name: renewed})

    return renew


def _older_indexes(field: BlindIndexField) -> models.QuerySet[Any]:
    newest = keyring("MANDAT_CUSTODY_INDEX_KEYS").newest.id
    rows = field.model._base_manager.filter(**{f"{field.name}__isnull": False})
    return rows.exclude(**{f"{field.name}__startswith": f"{newest}:"})


def _reindex(field: BlindIndexField) -> Callable[[Any], None]:
    def renew(row: Any) -> None:
        value = getattr(row, field.source)
        index = None if value in (None, "") else blind_index(str(value), purpose=field.purpose)
        field.model._base_manager.filter(pk=row.pk).update(**{field.name: index})

    return renew
