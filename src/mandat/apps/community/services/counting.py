"""One fact a day for what people report and what is held by itself: how many, never what nor by whom."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.community.models import ModerationCase, Report
from mandat.facts import Fact

#: Days looked back for, after days without a run.
BACK = 31


def count_days(*, today: dt.date | None = None, back: int = BACK) -> int:
    """Append the counts of the ``back`` past days that had any. Twice appends nothing twice. Returns how many days."""
    last = (today or timezone.localdate()) - dt.timedelta(days=1)
    return sum(_count(last - dt.timedelta(days=days)) for days in reversed(range(back)))


@transaction.atomic
def _count(day: dt.date) -> int:
    start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    end = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
    programme = settings.MANDAT_PROGRAMME
    reports = Report.objects.filter(case__programme=programme, at__gte=start, at__lt=end).count()
    held = (
        ModerationCase.objects.filter(programme=programme, opened_at__gte=start, opened_at__lt=end)
        .exclude(held_for="")
        .count()
    )
    if not reports and not held:
        return 0
    fact = Fact(
        kind="community.reports_counted.v1",
        occurred_on=day,
        programme=programme,
        quantity=Decimal(reports + held),
        unit="item",
        source=f"community-reports:{day.isoformat()}",
        data={"reports": reports, "held": held},
        synthetic=bool(settings.MANDAT_DEMO),
    )
    return int(journal.append([fact])[0].new)
