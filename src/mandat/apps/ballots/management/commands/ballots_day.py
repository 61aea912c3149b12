"""``mandat manage ballots_day``: what a timer runs every day, or more often."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mandat.apps.ballots.keeping import rolls_due
from mandat.apps.ballots.models import Poll
from mandat.apps.ballots.services.closing import NotReconciledError, poll_close
from mandat.apps.ballots.services.mixing import box_mix
from mandat.apps.ballots.services.reminding import reminders_send
from mandat.apps.ballots.services.rolls import salt_destroy


class Command(BaseCommand):
    help = "Reminds, counts polls that are over, mixes open boxes, destroys rolls that are final. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        told = reminders_send()
        counted = waiting = mixed = 0
        for poll in Poll.objects.filter(state=Poll.State.OPEN).select_related("roll").order_by("pk"):
            if not poll.over():
                mixed += box_mix(poll=poll)
                continue
            try:
                poll_close(actor=None, poll=poll)
                counted += 1
            except NotReconciledError:
                waiting += 1
        forgotten = sum(salt_destroy(roll=roll) for roll in rolls_due(timezone.now()).order_by("pk"))
        self.stdout.write(
            f"reminded: {told}, counted: {counted}, to reconcile: {waiting}, mixed: {mixed}, rolls destroyed: {forgotten}"
        )
