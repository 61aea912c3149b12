"""``population_prepare``: make the sample of the synthetic population that reforms are tried on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.rulebook import population


class Command(BaseCommand):
    help = "Prépare l'échantillon de la population de synthèse / Prepare the sample of the synthetic population"

    def handle(self, *args: Any, **options: Any) -> None:
        made = population.prepare()
        self.stdout.write(f"{made.people} × {population.ONE_IN}")
