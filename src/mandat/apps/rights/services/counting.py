"""Count who holds each right, for everyone to read: by commune, gender, age and disability, small counts withheld.

Published for a day, one fact a right for the whole region with its breakdowns, and one for each commune of which at least
``MANDAT_SMALLEST_COUNT`` persons hold it. What the communes leave unsaid must not be told by subtraction either: where the rest of the
region is fewer persons than that, the least of the communes told is left out too.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from mandat import journal
from mandat.apps.custody.sealing import readable, with_keys
from mandat.apps.programme.published import published
from mandat.apps.rights.models import Benefit
from mandat.apps.rights.services.moving import synthetic, today
from mandat.apps.rights.terms import Terms, rights
from mandat.engines.disclosure import recordable
from mandat.facts import Fact

BATCH = 2000
#: First year of each age band of ``facts.base.CATEGORIES``, and its name.
BANDS = ((75, "75+"), (60, "60-74"), (40, "40-59"), (25, "25-39"), (18, "18-24"), (14, "14-17"), (0, "0-13"))


@transaction.atomic
def beneficiaries_count(*, on: dt.date | None = None) -> int:
    """Append the counts of ``on`` (today). Counting twice the same day changes nothing. Returns how many facts are new."""
    day, current = on or today(), published()
    facts: list[Fact] = []
    for terms in rights(current).values():
        facts += _facts(terms, current.code, current.programme.region, day)
    return sum(entry.new for entry in journal.append(facts)) if facts else 0


def _facts(terms: Terms, programme: str, region: str, day: dt.date) -> list[Fact]:
    smallest = int(settings.MANDAT_SMALLEST_COUNT)
    breakdowns: dict[str, Counter[str]] = defaultdict(Counter)
    communes: Counter[str] = Counter()
    seen: set[int] = set()
    for benefit in _in_force(terms, programme, day):
        if benefit.holder_id in seen:
            continue
        seen.add(benefit.holder_id)
        profile = readable(benefit, "profile", {})
        communes[str(profile.get("commune", ""))] += 1
        breakdowns["gender"][profile.get("gender", "unknown")] += 1
        breakdowns["age"][_band(profile.get("birth_date"), day)] += 1
        breakdowns["disability"][profile.get("disability", "unknown")] += 1
    total = len(seen)
    if 0 < total < smallest or (not total and not _ever(terms, programme)):
        return []
    told = {name: dict(counts) for name, counts in breakdowns.items() if set(counts) - {"unknown"}}
    found = [
        _fact(
            terms,
            programme,
            f"region:{region}",
            total,
            day,
            recordable(told, smallest=smallest) if not terms.document.special else {},
        )
    ]
    if not terms.document.special:
        found += [
            _fact(terms, programme, f"commune:{code}", count, day, {})
            for code, count in publishable(communes, smallest=smallest)
        ]
    return found


def publishable(communes: Counter[str], *, smallest: int) -> list[tuple[str, int]]:
    """Communes whose count may be told beside the region's total, by code."""
    told = sorted((count, code) for code, count in communes.items() if code and count >= smallest)
    rest = sum(communes.values()) - sum(count for count, _ in told)
    while told and 0 < rest < smallest:
        count, _code = told.pop(0)
        rest += count
    return sorted((code, count) for count, code in told)


def _in_force(terms: Terms, programme: str, day: dt.date) -> Iterator[Benefit]:
    rows = Benefit.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), programme=programme, right=terms.code, starts_on__lte=day
    )
    # Ended before their term keep the day they ended on.
    rows = rows.exclude(status=Benefit.Status.ENDED, ended_because="decision", ends_on__isnull=True)
    last = 0
    while batch := with_keys(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _ever(terms: Terms, programme: str) -> bool:
    return bool(
        journal.page(
            programme=programme, kind="rights.beneficiaries_counted.v1", subject=f"right:{terms.code}", size=1
        ).entries
    )


def _fact(
    terms: Terms, programme: str, area: str, count: int, day: dt.date, breakdowns: dict[str, dict[str, int]]
) -> Fact:
    return Fact(
        kind="rights.beneficiaries_counted.v1",
        occurred_on=day,
        programme=programme,
        measures=terms.document.measures,
        commitments=terms.document.commitments,
        area=area,
        quantity=Decimal(count),
        unit="person",
        breakdowns=breakdowns,
        definition=terms.ref,
        data={"right": terms.code, "title": terms.document.title.fr},
        subject=f"right:{terms.code}",
        source=f"rights-count:{terms.code}:{area}:{day.isoformat()}",
        synthetic=synthetic(),
    )


def _band(birth: str | None, day: dt.date) -> str:
    if not birth:
        return "unknown"
    born = dt.date.fromisoformat(birth)
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((name for first, name in BANDS if age >= first), "unknown")
