"""What rights add to the first page of the back office and to its menu: claims overdue, appeals that wait."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.programme.worklist import Task, tasks_of
from mandat.apps.rights import selectors
from mandat.apps.rights.machine import State
from mandat.apps.rights.models import Claim


def overdue(user: User) -> list[Task]:
    """Claims whose answer is overdue, and appeals to answer."""
    if not may(user, "rights.instruct"):
        return []
    found, late = [], selectors.late_count(settings.MANDAT_PROGRAMME)
    url = reverse("rights:queue")
    if late:
        said = ngettext("%(n)s claim overdue", "%(n)s claims overdue", late) % {"n": late}
        found.append(Task(said, f"{url}?quand=late", _("rights")))
    appeals = Claim.objects.filter(programme=settings.MANDAT_PROGRAMME, state=State.APPEALED).exclude(claimant=user)
    if waiting := selectors.at_most(appeals):
        said = ngettext("%(n)s appeal to answer", "%(n)s appeals to answer", waiting) % {"n": waiting}
        found.append(Task(said, f"{url}?etat=appealed", _("rights")))
    return found


def register() -> None:
    tasks_of(overdue)
