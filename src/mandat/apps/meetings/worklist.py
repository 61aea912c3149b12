"""What meetings add to the first page of the back office: those to close, and people to call."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.meetings import selectors
from mandat.apps.programme.worklist import Task, tasks_of


def to_close(user: User) -> list[Task]:
    """Meetings that are over, and that nobody closed."""
    if not may(user, "meetings.manage"):
        return []
    count = selectors.unfinished().count()
    if not count:
        return []
    words = ngettext("%(n)s meeting to close", "%(n)s meetings to close", count) % {"n": count}
    return [Task(words, reverse("meetings:bureau") + "?etat=a-clore", _("meetings"))]


def register() -> None:
    tasks_of(to_close)
