"""Django's flush, for tests alone: it would erase the journal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.flush import Command as Flush
from django.db import connections
from django.test.utils import _TestState

from mandat.journal import triggers


class Command(Flush):
    def handle(self, **options: Any) -> None:
        if not hasattr(_TestState, "saved_data"):
            raise CommandError("the journal is append-only: flush is refused outside tests")
        using = options["database"]
        with triggers.lifted(using):
            super().handle(**options)
            connection = connections[using]
            with connection.cursor() as cursor:
                # Made by a migration, unknown to Django's models; a contentless index is only emptied whole.
                if connection.vendor == "sqlite":
                    cursor.execute("INSERT INTO journal_words(journal_words) VALUES ('delete-all')")
                else:
                    cursor.execute("DELETE FROM journal_words")
