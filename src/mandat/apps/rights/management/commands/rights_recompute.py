"""``mandat manage rights_recompute [REFERENCE]``: make decisions again and compare."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mandat.apps.custody.keys import ErasedError
from mandat.apps.rights.models import Decision
from mandat.apps.rights.recomputing import recompute
from mandat.kernel.errors import InputError


class Command(BaseCommand):
    help = "Makes recorded decisions again under the versions of their time, and says which differ. Exit code 1 if one does."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("reference", nargs="?", default="", help="one claim; all of them without it")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Decision.objects.select_related("claim__person").order_by("pk")
        if options["reference"]:
            found = found.filter(claim__reference=options["reference"].upper())
            if not found:
                raise CommandError("no decision of this reference")
        tally: Counter[str] = Counter()
        for decision in found.iterator(chunk_size=500):
            try:
                verdict: str = recompute(decision).verdict
            except ErasedError:
                verdict = "erased"
            except InputError as error:
                verdict = "altered"
                self.stderr.write(f"{decision.claim.reference} / {decision.rank}: {error}")
            if verdict == "different":
                self.stderr.write(f"{decision.claim.reference} / {decision.rank}: different")
            tally[verdict] += 1
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in sorted(tally.items())) or "no decision")
        if tally["different"] or tally["altered"]:
            raise CommandError("some decisions do not come out as they were recorded")
