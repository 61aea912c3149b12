"""Take out of the tables what the order of writing tells.

Keys are random; but a database keeps rows where, and says by which transaction, they were written (``ctid`` and ``xmin`` of PostgreSQL). So
open boxes and their marks are written anew every day, all by one transaction, each in the order of its own random keys: what came before
cannot be told apart any more, but in logs and physical copies older than that. On SQLite rows lie in the order of their keys already.
"""

from __future__ import annotations

from django.db import connection, transaction

from mandat.apps.ballots.models import Poll
from mandat.apps.ballots.services.casting import poll_lock

_MIX = {
    "ballots_boxed": "id, poll_id, sealed",
    "ballots_mark": 'id, poll_id, voter_id, channel, "on"',
}


@transaction.atomic
def box_mix(*, poll: Poll) -> int:
    """Write a box and its marks anew. Returns how many ballots; 0 where the database needs none of it."""
    if connection.vendor != "postgresql":
        return 0
    poll_lock(poll, alone=True)
    mixed = 0
    with connection.cursor() as cursor:
        for table, columns in _MIX.items():
            cursor.execute(
                f"WITH moved AS (DELETE FROM {table} WHERE poll_id = %s RETURNING {columns}) "  # noqa: S608 - both named above
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM moved ORDER BY id",
                [poll.pk],
            )
            mixed = cursor.rowcount if table == "ballots_boxed" else mixed
    return mixed
