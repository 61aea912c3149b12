"""``mandat manage offers_run``: what a timer runs every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mandat.apps.offers import messages, services
from mandat.apps.offers.definitions import published_offers
from mandat.apps.offers.models import Batch
from mandat.apps.offers.selectors import index_keys_in_use


class Command(BaseCommand):
    help = "Goes on with stopped batches, sends reminders, fills free slots, publishes what is due. Running it twice does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        invited = 0
        for batch in Batch.objects.exclude(state=Batch.State.DONE).order_by("pk"):
            invited += services.batch_carry_out(batch=batch)
            messages.send_invitations(batch)
        told = 0
        for published in published_offers().values():
            period = published.offer.current_round(timezone.localdate())
            told += services.coverage_publish(actor=None, offer=published.code, round=period.code)
        sent, filled = messages.send_reminders(), messages.fill_free_slots()
        self.stdout.write(f"invited: {invited}, reminded: {sent}, slots filled: {filled}, facts: {told}")
        if keys := index_keys_in_use():
            self.stdout.write(f"index keys still needed: {', '.join(keys)}")
