"""What moderation adds to the first page of the back office: what waits to be looked at, what is past its delay, appeals."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.community.models import ModerationAppeal, ModerationCase
from mandat.apps.programme.worklist import Task, tasks_of


def waiting(user: User) -> list[Task]:
    """Contents to look at, and appeals that are this agent's to answer."""
    if not may(user, "community.moderate"):
        return []
    found, url = [], reverse("community:queue")
    cases = ModerationCase.objects.filter(programme=settings.MANDAT_PROGRAMME, due_at__isnull=False).exclude(
        author=user
    )
    late = cases.filter(due_at__lt=timezone.now()).count()
    if late:
        said = ngettext("%(n)s content past its delay", "%(n)s contents past their delay", late) % {"n": late}
        found.append(Task(said, url, _("moderation")))
    if rest := cases.count() - late:
        said = ngettext("%(n)s content to look at", "%(n)s contents to look at", rest) % {"n": rest}
        found.append(Task(said, url, _("moderation")))
    appeals = (
        ModerationAppeal.objects.filter(decision__case__programme=settings.MANDAT_PROGRAMME, upheld__isnull=True)
        .exclude(decision__by=user)
        .exclude(author=user)
        .count()
    )
    if appeals:
        said = ngettext("%(n)s appeal to answer", "%(n)s appeals to answer", appeals) % {"n": appeals}
        found.append(Task(said, f"{url}?vue=recours", _("moderation")))
    return found


def register() -> None:
    tasks_of(waiting)
