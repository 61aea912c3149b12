"""What funds add to the first page of the back office: loans overdue."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.funds.arrears import late_loans
from mandat.apps.programme.standing import today
from mandat.apps.programme.worklist import Task, tasks_of


@tasks_of
def overdue_loans(user: User) -> list[Task]:
    """Loans whose instalments are overdue."""
    if not may(user, "funds.recover"):
        return []
    late = late_loans(settings.MANDAT_PROGRAMME, today()).count()
    if not late:
        return []
    said = ngettext("%(n)s loan overdue", "%(n)s loans overdue", late) % {"n": late}
    return [Task(said, f"{reverse('funds:loans')}?etat=late", _("loans"))]
