"""Work too long to be waited for: invitations and messages. Each can be stopped anywhere and run again."""

from __future__ import annotations

from django_tasks import task

from mandat.apps.offers import messages
from mandat.apps.offers.models import Batch
from mandat.apps.offers.services import batch_carry_out


@task()
def invite(batch_id: int) -> None:
    """Carry out a batch, then send its messages where an address is known."""
    batch = Batch.objects.get(pk=batch_id)
    batch_carry_out(batch=batch)
    messages.send_invitations(batch)


@task()
def remind() -> None:
    """Send today's reminders, and give free slots to those who wait."""
    messages.send_reminders()
    messages.fill_free_slots()
