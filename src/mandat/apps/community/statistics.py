"""The figures of moderation: how many, why, how long, how many appeals upheld. One pass over decisions, none over contents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, ExpressionWrapper, F, Q
from django.db.models.fields import DurationField
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.community.charter import rule_title
from mandat.apps.community.models import (
    ModerationAppeal,
    ModerationCase,
    ModerationDecision,
    Outcome,
    Report,
    Suspension,
)
from mandat.web import formats
from mandat.web.components import Column, Table
from mandat.web.templatetags.formats import say

A_YEAR = dt.timedelta(days=365)


def figures() -> dict[str, Any]:
    """What the public page shows about the last twelve months. Six statements."""
    programme = settings.MANDAT_PROGRAMME
    since = timezone.now() - A_YEAR
    decided = ModerationDecision.objects.filter(case__programme=programme, at__gte=since)
    took = ExpressionWrapper(F("at") - F("case__opened_at"), output_field=DurationField())
    whole = decided.aggregate(n=Count("pk"), took=Avg(took, filter=Q(rank=1)))
    appeals = ModerationAppeal.objects.filter(decision__case__programme=programme, lodged_at__gte=since).aggregate(
        n=Count("pk"), founded=Count("pk", filter=Q(upheld=True)), waiting=Count("pk", filter=Q(upheld__isnull=True))
    )
    waiting = ModerationCase.objects.filter(programme=programme, due_at__isnull=False).aggregate(
        n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=timezone.now()))
    )
    reports = Report.objects.filter(case__programme=programme, at__gte=since).count()
    suspended = Suspension.objects.filter(starts_at__gte=since).count()
    by_rule = (
        decided.values("reason")
        .annotate(
            n=Count("pk"),
            kept=Count("pk", filter=Q(outcome__in=(Outcome.KEEP, Outcome.RESTORE))),
            changed=Count("pk", filter=Q(outcome=Outcome.CHANGE)),
            hidden=Count("pk", filter=Q(outcome__in=(Outcome.HIDE, Outcome.REFUSE))),
        )
        .order_by("-n", "reason")
    )
    return {
        "numbers": [
            (_("reports received"), reports),
            (_("decisions made"), whole["n"]),
            (_("appeals lodged"), appeals["n"]),
            (_("appeals upheld"), appeals["founded"]),
        ],
        "took": _took(whole["took"]),
        "waiting": waiting,
        "appeals_waiting": appeals["waiting"],
        "suspended": suspended,
        "by_rule": _table([dict(row) for row in by_rule]),
    }


def _took(value: dt.timedelta | None) -> str:
    if value is None:
        return ""
    hours = value.total_seconds() / 3600
    if hours < 48:
        return _("%(n)s hours") % {"n": max(1, round(hours))}
    return _("%(n)s days") % {"n": formats.number(round(hours / 24), 0)}


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    return Table(
        _("Decisions by rule of the charter, last twelve months"),
        [
            Column(_("Rule")),
            Column(_("Decisions"), right=True),
            Column(_("Kept or shown again"), right=True),
            Column(_("To be changed"), right=True),
            Column(_("Hidden or refused"), right=True),
        ],
        [
            [
                say(rule_title(row["reason"])),
                *(formats.number(row[name], 0) for name in ("n", "kept", "changed", "hidden")),
            ]
            for row in rows
        ],
    )
