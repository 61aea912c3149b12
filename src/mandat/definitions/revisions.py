"""The number that caches of definitions are kept under: asked at every page, so in plain SQL."""

from __future__ import annotations

from django.db import connection

from mandat.definitions.models import Revision

_QUERY = f"SELECT number FROM {Revision._meta.db_table} WHERE programme = %s"  # noqa: S608  # the table's own name


def current(programme: str) -> int | None:
    """How many times ``programme`` was published; None where it never was. One query on its key."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [programme])
        row = cursor.fetchone()
    return None if row is None else int(row[0])
