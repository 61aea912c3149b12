"""What the offline desk adds to the first page of the back office: carnets to settle, and those that did not come back."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.desk.models import Carnet
from mandat.apps.programme.worklist import Task, tasks_of

#: Days after its event from which a carnet out is a worry.
LATE = dt.timedelta(days=3)


def carnets(user: User) -> list[Task]:
    """Carnets brought back and not settled, and carnets still out."""
    if not may(user, "desk.collect"):
        return []
    mine = Carnet.objects.filter(programme=settings.MANDAT_PROGRAMME)
    found, url = [], reverse("desk:carnets")
    if back := mine.filter(state=Carnet.State.BACK).count():
        words = ngettext("%(n)s carnet to reconcile", "%(n)s carnets to reconcile", back) % {"n": back}
        found.append(Task(words, url, _("offline desk")))
    before = timezone.localdate() - LATE
    if out := mine.filter(state__in=(Carnet.State.PREPARED, Carnet.State.OUT), event_on__lt=before).count():
        words = ngettext("%(n)s carnet did not come back", "%(n)s carnets did not come back", out) % {"n": out}
        found.append(Task(words, url, _("offline desk")))
    return found


def register() -> None:
    tasks_of(carnets)
