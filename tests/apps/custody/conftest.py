"""A sample model with sealed columns, made for these tests alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import translation

from mandat.apps.custody.models import Subject
from mandat.apps.custody.sealing import (
    BlindIndexField,
    SealedDateField,
    SealedDecimalField,
    SealedJSONField,
    SealedTextField,
)

OLD = "a1:" + "QUJBQkFCQUJBQkFCQUJBQkFCQUJBQkFCQUJBQkFCQUI="
NEW = "b2:" + "WFlYWVhZWFlYWVhZWFlYWVhZWFlYWVhZWFlYWVhZWFk="


def _declared() -> list[type[models.Model]]:
    class Sample(models.Model):
        reference = models.UUIDField(unique=True, default=uuid.uuid4)
        note = SealedTextField(null=True)
        remark = SealedTextField(null=True)
        answers = SealedJSONField(null=True)
        born_on = SealedDateField(null=True)
        income = SealedDecimalField(null=True)
        ine = SealedTextField(null=True)
        ine_index = BlindIndexField(source="ine")

        class Meta:
            app_label = "custody"

    class PersonalSample(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        person = models.ForeignKey(Subject, models.CASCADE, null=True, related_name="+")
        note = SealedTextField(null=True, subject="person")

        class Meta:
            app_label = "custody"

    return [Sample, PersonalSample]


@pytest.fixture(scope="module")
def sample_tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """The models, their tables, and no trace of them afterwards."""
    declared = _declared()
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in declared:
                editor.create_model(model)
        yield SimpleNamespace(**{model.__name__: model for model in declared})
        with connection.schema_editor() as editor:
            for model in reversed(declared):
                editor.delete_model(model)
    for model in declared:
        del apps.all_models["custody"][model.__name__.lower()]
    apps.clear_cache()


@pytest.fixture
def samples(sample_tables: SimpleNamespace, db: None) -> SimpleNamespace:
    return sample_tables


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield
