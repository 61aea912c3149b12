"""What panels do every day: seats nobody answered for lapse, and volunteers are forgotten when their time is over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.panels.services.draws import unanswered_lapse
from mandat.apps.panels.services.forgetting import forget_now


class Command(BaseCommand):
    help = "Laisse passer les places sans réponse et oublie les volontaires dont le délai est échu."

    def handle(self, *args: Any, **options: Any) -> None:
        lapsed, forgotten = unanswered_lapse(), forget_now()
        self.stdout.write(f"{lapsed} places sans réponse, {forgotten} volontaires oubliés")
