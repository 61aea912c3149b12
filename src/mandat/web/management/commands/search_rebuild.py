"""``search_rebuild``: read everything that can be found again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mandat.kernel.text import Text
from mandat.web.search import rebuild


class Command(BaseCommand):
    help = "Rebuilds the search index from its sources."

    def handle(self, *args: Any, **options: Any) -> None:
        count = rebuild()
        self.stdout.write(str(Text(f"{count} documents indexés.", f"{count} documents indexed.")))
