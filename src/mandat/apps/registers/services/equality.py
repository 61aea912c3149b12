"""Who asks and who receives: portraits freely given, and the counts made of them every day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.custody.sealing import ErasedError
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case
from mandat.apps.registers.models import Portrait, Tally
from mandat.apps.registers.sizes import size_of
from mandat.apps.territory import selectors as territory
from mandat.facts.base import CATEGORIES
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

BATCH = 2_000


@transaction.atomic
def portrait_save(*, actor: User, case: Case, answers: Mapping[str, str]) -> Portrait | None:
    """Keep what the person who carries the project says of themselves; nothing said takes back what was kept.

    Raises InputError for a category nobody knows, PermissionDenied for who may not fill the case.
    """
    access.require(actor, case, "edit")
    given = {name: value for name, value in answers.items() if value}
    for name, value in given.items():
        if value not in CATEGORIES.get(name, ()):
            raise InputError(Text("choisissez une réponse de la liste", "choose an answer of the list"))
    if not given:
        Portrait.objects.filter(case=case).delete()
        return None
    found = Portrait.objects.select_for_update(of=("self",)).filter(case=case).first() or Portrait(case=case)
    found.answers = given
    found.save()
    return found


def tallies_rebuild(*, programme: str) -> int:
    """Count anew, scheme by scheme; each in one transaction, so that a page never shows half of one. Returns how many schemes."""
    schemes = Case.objects.filter(programme=programme, submitted_at__isnull=False).order_by("scheme")
    codes = list(schemes.values_list("scheme", flat=True).distinct())
    for code in codes:
        rows = _counted(programme, code)
        with transaction.atomic():
            Tally.objects.filter(programme=programme, scheme=code).delete()
            Tally.objects.bulk_create(
                [
                    Tally(
                        programme=programme, scheme=code, year=year, dimension=dimension, category=category,
                        asked=asked, received=received, amount=amount,
                    )
                    for (year, dimension, category), (asked, received, amount) in sorted(rows.items())
                ],
                batch_size=1_000,
            )  # fmt: skip
    Tally.objects.filter(programme=programme).exclude(scheme__in=codes).delete()
    return len(codes)


def _counted(programme: str, scheme: str) -> dict[tuple[int, str, str], list[int]]:
    places = territory.reference().places
    rows: dict[tuple[int, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for case in _cases(programme, scheme):
        assert case.submitted_at is not None
        year = timezone.localdate(case.submitted_at).year
        place = places.get(territory.resolve(f"commune:{case.area}").removeprefix("commune:")) if case.area else None
        categories = {
            "territory": size_of(place.population if place else None),
            "applicant": case.applicant_kind or "unknown",
        }
        categories |= _portrait(case)
        got = case.awarded is not None or case.state in (State.AWARDED, State.RUNNING, State.SUSPENDED, State.CLOSED)
        for dimension, category in categories.items():
            row = rows[year, dimension, category]
            row[0] += 1
            row[1] += got
            row[2] += (case.awarded or 0) if got else 0
    return rows


def _cases(programme: str, scheme: str) -> Iterator[Case]:
    found = Case.objects.filter(programme=programme, scheme=scheme, submitted_at__isnull=False)
    found = found.select_related("subject", "portrait__case__subject").order_by("pk")
    yield from found.iterator(chunk_size=BATCH)


def _portrait(case: Case) -> dict[str, str]:
    """What was told, ``unknown`` for the rest; nothing where the person said nothing at all, or was forgotten."""
    told: Any = getattr(case, "portrait", None)
    if told is None:
        return {}
    try:
        answers = told.answers
    except ErasedError:
        return {}
    return {dimension: str(answers.get(dimension, "unknown")) for dimension in CATEGORIES}


def years(programme: str, scheme: str) -> list[int]:
    """The years for which something is counted, latest first."""
    found = Tally.objects.filter(programme=programme, scheme=scheme).order_by("-year")
    return list(found.values_list("year", flat=True).distinct())
