"""Keys that say nothing of when a row came."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models

#: Keys are drawn under this: 63 bits, so that they fit a signed column of both databases.
KEYS = 1 << 63


def random_key() -> int:
    """A key that tells nothing: not what came before, not when."""
    return secrets.randbelow(KEYS)


class RandomKeyField(models.BigIntegerField):  # type: ignore[type-arg]
    """A random primary key that *is* the row's place.

    On SQLite only a column declared ``integer PRIMARY KEY`` is the rowid itself; any other name of the type would leave a hidden rowid that
    counts up with every row, and tells who came first.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("default", random_key)
        super().__init__(*args, **options)

    def db_type(self, connection: Any) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)
