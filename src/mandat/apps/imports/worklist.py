"""What imports add to the first page of the back office: those that stopped."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.imports.models import Run, State
from mandat.apps.programme.worklist import Task, tasks_of

#: Imports that stopped longer ago are history.
RECENT = dt.timedelta(days=30)


@tasks_of
def stopped_imports(user: User) -> list[Task]:
    """Imports that stopped lately, the latest first."""
    if not may(user, "imports.read"):
        return []
    since = timezone.now() - RECENT
    runs = Run.objects.filter(programme=settings.MANDAT_PROGRAMME, state=State.FAILED, created_at__gte=since)
    return [Task(run.filename, reverse("imports:run", args=[run.pk]), run.error) for run in runs.order_by("-id")[:6]]
