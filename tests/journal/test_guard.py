# ruff: noqa: PT012 - the block under watch is the subject
"""An act that forgets its fact is noticed before it commits."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.definitions.models import Revision, SourceFile
from mandat.journal import guard
from tests.journal.factories import award


def write(programme: str = "essai") -> None:
    Revision.objects.create(programme=programme, number=1)


@pytest.mark.django_db
def test_an_act_with_its_fact_passes():
    with guard.acts():
        write()
        journal.append([award(1)])


@pytest.mark.django_db
def test_an_act_without_a_fact_fails_at_the_end_of_the_block():
    with pytest.raises(guard.ForgottenFactError, match="definitions_revision"), guard.acts():
        write()


@pytest.mark.django_db
def test_updates_and_deletions_are_changes_too():
    write()
    with pytest.raises(guard.ForgottenFactError), guard.acts():
        Revision.objects.update(number=2)
    with pytest.raises(guard.ForgottenFactError), guard.acts():
        Revision.objects.all().delete()


@pytest.mark.django_db
def test_a_line_already_recorded_is_no_fact_of_this_act():
    journal.append([award(1)])
    with pytest.raises(guard.ForgottenFactError), guard.acts():
        journal.append([award(1)])
        write()


@pytest.mark.django_db
def test_reading_and_exempt_tables_need_no_fact():
    with guard.acts(exempt=("definitions_sourcefile",)):
        list(Revision.objects.all())
        SourceFile.objects.create(programme="essai", path="a.yaml", text="a: 1")


@pytest.mark.django_db
def test_what_a_savepoint_undid_does_not_count():
    with guard.acts():
        try:
            with transaction.atomic():
                write()
                raise LookupError
        except LookupError:
            pass


@pytest.mark.django_db
def test_a_fact_undone_with_its_savepoint_does_not_excuse_what_stays():
    with pytest.raises(guard.ForgottenFactError), guard.acts():
        write()
        try:
            with transaction.atomic():
                journal.append([award(1)])
                raise LookupError
        except LookupError:
            pass


@pytest.mark.django_db(transaction=True)
def test_a_forgotten_fact_prevents_the_commit():
    with pytest.raises(guard.ForgottenFactError), guard.acts(), transaction.atomic():
        write()
    assert not Revision.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_each_transaction_needs_its_own_fact():
    with pytest.raises(guard.ForgottenFactError), guard.acts():
        with transaction.atomic():
            write()
            journal.append([award(1)])
        with transaction.atomic():
            write("autre")
    assert [revision.programme for revision in Revision.objects.all()] == ["essai"]


@pytest.mark.django_db(transaction=True)
def test_a_write_outside_any_transaction_is_noticed():
    with pytest.raises(guard.ForgottenFactError), guard.acts():
        write()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_act_needs_no_fact():
    with guard.acts(), pytest.raises(LookupError), transaction.atomic():
        write()
        raise LookupError(timezone.now())


@pytest.mark.django_db
def test_the_guard_is_a_decorator_too():
    @guard.acts()
    def act() -> None:
        write()

    with pytest.raises(guard.ForgottenFactError):
        act()


def test_accounts_and_the_journal_itself_are_not_watched():
    tables = guard.watched_tables()
    assert "definitions_definitionversion" in tables
    assert not {table for table in tables if table.startswith(("accounts_", "journal_"))}
