"""``mandat manage documents_refresh``: build the PDF of the present state ahead of visitors."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.apps.programme.published import published
from mandat.apps.publications.document.files import refresh_all


class Command(BaseCommand):
    help = "Builds the programme's documents of the present state where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        for kept in refresh_all(published()):
            self.stdout.write(kept.path.name)
