"""What cases add to the first page of the back office: late ones, those of one's own, what is ready, opinions awaited, messages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.grants import access, queue
from mandat.apps.grants.models import Opinion
from mandat.apps.grants.services.opinions import ASKED_IN
from mandat.apps.programme.published import published
from mandat.apps.programme.worklist import Task, tasks_of
from mandat.kernel.errors import InputError


def waiting(user: User) -> list[Task]:
    """Tasks of one account. A count beyond a thousand is not worth its cost."""
    try:
        programme = published().code
    except InputError:
        return []
    found = _opinions(user, programme)
    if not may(user, "grants.instruct") or access.schemes_of(user, programme, "instruct") == frozenset():
        return found
    for wanted, address, said in (
        (queue.Wanted(when="late"), "quand=late", _late),
        (queue.Wanted(mine=True, when="soon"), "qui=moi&quand=soon", _soon),
        (queue.Wanted(mine=True, unread=True, state="all"), "qui=moi&non_lus=on&etat=all", _unread),
    ):
        if count := queue.at_most(queue.found(programme, user, wanted)):
            found.append(Task(said(count), f"{reverse('grants:queue')}?{address}", _("applications")))
    return found


def _late(n: int) -> str:
    return ngettext("%(n)s case overdue", "%(n)s cases overdue", n) % {"n": n}


def _soon(n: int) -> str:
    return ngettext("%(n)s case of yours due within a week", "%(n)s cases of yours due within a week", n) % {"n": n}


def _unread(n: int) -> str:
    words = ngettext("%(n)s case of yours with messages to read", "%(n)s cases of yours with messages to read", n)
    return words % {"n": n}


def _opinions(user: User, programme: str) -> list[Task]:
    asked = Opinion.objects.filter(
        expert=user, given_at__isnull=True, case__programme=programme, case__state__in=ASKED_IN
    )
    if not (count := queue.at_most(asked)):
        return []
    said = ngettext("%(n)s opinion awaited of you", "%(n)s opinions awaited of you", count) % {"n": count}
    return [Task(said, reverse("grants:opinions"), _("applications"))]


def register() -> None:
    tasks_of(waiting)
