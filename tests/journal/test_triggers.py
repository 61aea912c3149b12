"""The database itself refuses to change what is recorded."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import _TestState
from django.utils import timezone

from mandat import journal
from mandat.definitions.models import DefinitionVersion
from mandat.journal import triggers
from mandat.journal.models import Checkpoint, Line
from tests.journal.factories import award

TABLES = ["journal_line", "journal_measureline", "journal_commitmentline", "journal_tile", "journal_checkpoint"]
POSTGRES = "postgresql"


@pytest.fixture
def recorded():
    journal.append([award(n) for n in range(256)])
    DefinitionVersion.objects.create(
        programme="essai",
        kind="measure",
        code="12",
        version=1,
        digest="ab" * 32,
        body={"title": "x"},
        file="a.yaml",
        position=1,
        published_at=timezone.now(),
    )


@pytest.fixture
def recorded_for_good(transactional_db):
    journal.append_many(award(n) for n in range(3))


def refused(sql: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_a_fact_table_is_updated_or_deleted(recorded, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        before = cursor.fetchone()
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    assert before[0] > 0
    for column in columns:
        refused(f'UPDATE {table} SET "{column}" = "{column}"')
    refused(f"DELETE FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == before


@pytest.mark.django_db
def test_django_cannot_change_a_fact_either(recorded):
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(index=3).update(text="{}")
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(index=3).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkpoint.objects.all().delete()
    line = Line.objects.get(index=3)
    line.unit = "ha"
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


@pytest.mark.django_db
@pytest.mark.parametrize("table", [*TABLES, "definitions_definitionversion"])
def test_postgresql_refuses_truncate(recorded, table):
    if connection.vendor != POSTGRES:
        pytest.skip("SQLite has no TRUNCATE")
    refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_only_the_place_and_currency_of_a_published_definition_change(recorded):
    DefinitionVersion.objects.update(current=False, position=2)
    for name, value in {"body": {}, "digest": "x", "version": 2, "code": "13", "published_at": timezone.now()}.items():
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            DefinitionVersion.objects.update(**{name: value})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        DefinitionVersion.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("recorded_for_good")
def test_triggers_come_back_after_a_migration_that_rebuilds_the_table():
    changed = models.CharField(max_length=90)
    changed.set_attributes_from_name("kind")
    changed.model = Line
    original = Line._meta.get_field("kind")
    foreign_keys = connection.disable_constraint_checking()
    with connection.schema_editor() as editor:
        editor.alter_field(Line, original, changed)
    if foreign_keys:
        connection.enable_constraint_checking()
    call_command("migrate", verbosity=0)
    refused("UPDATE journal_line SET kind = 'x'")
    with connection.schema_editor() as editor:
        editor.alter_field(Line, changed, original)
    call_command("migrate", verbosity=0)
    refused("DELETE FROM journal_line")


@pytest.mark.django_db
def test_installing_twice_changes_nothing(recorded):
    triggers.install()
    triggers.install()
    refused("DELETE FROM journal_line")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("recorded_for_good")
def test_the_flush_of_transactional_tests_empties_the_journal_and_restores_the_triggers():
    call_command("flush", interactive=False, verbosity=0)
    assert journal.head().size == 0
    assert journal.count(text="fermes") == 0
    journal.append_many([award(1)])
    refused("DELETE FROM journal_line")


@pytest.mark.django_db
def test_flush_is_refused_outside_tests(recorded, monkeypatch):
    monkeypatch.delattr(_TestState, "saved_data")
    with pytest.raises(CommandError, match="append-only"):
        call_command("flush", interactive=False, verbosity=0)
    assert journal.head().size == 256
