"""What consultations add to the first page of the back office: words and photos to read, conflicts of amendments to settle."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.consultations.models import Amendment, Consultation
from mandat.apps.programme.worklist import Task, tasks_of


def waiting(user: User) -> list[Task]:
    """What waits to be read, as last counted, and texts that a conflict holds up."""
    found, url = [], reverse("consultations:bureau")
    mine = Consultation.objects.filter(programme=settings.MANDAT_PROGRAMME)
    if may(user, "community.moderate") and (unread := mine.aggregate(n=Sum("waiting"))["n"]):
        said = ngettext("%(n)s item of a consultation to read", "%(n)s items of consultations to read", unread) % {
            "n": unread
        }
        found.append(Task(said, url, _("consultations")))
    if may(user, "participation.manage"):
        held = Amendment.objects.filter(consultation__in=mine, outcome=Amendment.Outcome.CONFLICT)
        if texts := held.values("consultation").distinct().count():
            said = ngettext("%(n)s text with conflicts to settle", "%(n)s texts with conflicts to settle", texts) % {
                "n": texts
            }
            found.append(Task(said, url, _("consultations")))
    return found


def register() -> None:
    tasks_of(waiting)
