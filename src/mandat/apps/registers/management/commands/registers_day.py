"""Every day: labels and contracts that end, renewals and reviews to come, who asks and who receives. Safe to run twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mandat.apps.programme.published import published
from mandat.apps.registers.services import contracts, equality, labels


class Command(BaseCommand):
    help = "End labels and contracts whose time is over, send reminders, count who asks and who receives."

    def handle(self, *args: Any, **options: Any) -> None:
        day = timezone.localdate()
        done = {
            "labels ended": labels.labels_expire(on=day),
            "renewals reminded": labels.renewals_remind(on=day),
            "contracts ended": contracts.contracts_end(on=day),
            "reviews reminded": contracts.reviews_remind(on=day),
            "schemes counted": equality.tallies_rebuild(programme=published().code),
        }
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()))
