"""What workers do for those who follow: one task cuts what is due and shares it, one task a slice of recipients sends it."""

from __future__ import annotations

from django.conf import settings
from django_tasks import task

from mandat.apps.community.digests.running import digests_cut
from mandat.apps.community.digests.sending import left, send_slice


@task()
def digests_share() -> int:
    """Cut the digests whose time has come, and hand each slice that waits to a worker. Returns how many slices."""
    digests_cut()
    waiting = list(left(settings.MANDAT_PROGRAMME).values_list("pk", flat=True))
    for pk in waiting:
        digest_slice.enqueue(pk)
    return len(waiting)


@task()
def digest_slice(pk: int) -> int:
    """Send one slice. Another worker at the same one takes other messages of it."""
    return send_slice(pk)
