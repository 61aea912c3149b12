"""What answers add to the first page of the back office."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.answers import selectors
from mandat.apps.answers.models import Contest
from mandat.apps.programme.worklist import Task, tasks_of


def due(user: User) -> list[Task]:
    """Answers overdue, promises past their day, contested figures to examine."""
    found = []
    if may(user, "answers.give"):
        url = reverse("answers:queue")
        if late := selectors.overdue().count():
            said = ngettext("%(n)s answer overdue", "%(n)s answers overdue", late) % {"n": late}
            found.append(Task(said, url, _("answers")))
        if late := selectors.late_deliveries().count():
            said = ngettext("%(n)s promise past its day", "%(n)s promises past their day", late) % {"n": late}
            found.append(Task(said, url, _("answers")))
    if may(user, "answers.examine"):
        pending = Contest.objects.filter(programme=settings.MANDAT_PROGRAMME, state=Contest.State.PENDING)
        if waiting := pending.exclude(author=user).count():
            said = ngettext("%(n)s contested figure", "%(n)s contested figures", waiting) % {"n": waiting}
            late = pending.filter(due_on__lt=timezone.localdate()).count()
            detail = ngettext("%(n)s overdue", "%(n)s overdue", late) % {"n": late} if late else _("answers")
            found.append(Task(said, reverse("answers:contested"), detail))
    return found


def register() -> None:
    tasks_of(due)
