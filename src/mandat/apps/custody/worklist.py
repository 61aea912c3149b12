"""What custody adds to the first page of the back office: what has stopped."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.custody.models import RetentionLine, RetentionRun, StoredFile
from mandat.apps.programme.worklist import Task, tasks_of


@tasks_of
def stopped_custody(user: User) -> list[Task]:
    """Files held by a silent antivirus, and treatments the last passage could not apply."""
    if not may(user, "custody.retention_read"):
        return []
    found, url = [], reverse("custody:retention")
    if count := StoredFile.objects.filter(state=StoredFile.State.HELD).count():
        words = ngettext("%(n)d file waits for the antivirus", "%(n)d files wait for the antivirus", count)
        found.append(Task(words % {"n": count}, url))
    last = RetentionRun.objects.filter(dry_run=False).first()
    if last is not None:
        stopped = RetentionLine.objects.filter(run=last).exclude(error="").order_by("code")
        found += [Task(_("Retention stopped"), url, f"{line.code} ({line.error})") for line in stopped]
    return found
