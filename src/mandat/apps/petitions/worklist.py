"""What petitions add to the first page of the back office: what is to be examined, contested, confirmed."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.petitions import selectors
from mandat.apps.petitions.models import Invalidation, Referendum
from mandat.apps.petitions.services import hearings
from mandat.apps.petitions.services.moving import today
from mandat.apps.programme.worklist import Task, tasks_of


def tasks(user: User) -> list[Task]:
    """Petitions to examine (late ones said first), appeals, signatures a colleague wants invalidated, questions to check."""
    found = []
    programme, url = settings.MANDAT_PROGRAMME, reverse("petitions:bureau")
    if may(user, "petitions.examine"):
        waiting = selectors.queue(programme)
        late = waiting.filter(examine_by__lt=today()).count()
        for n, said in (
            (
                late,
                ngettext(
                    "%(n)s petition whose examination is overdue", "%(n)s petitions whose examination is overdue", late
                ),
            ),
            (total := waiting.count(), ngettext("%(n)s petition to examine", "%(n)s petitions to examine", total)),
            (
                n2 := selectors.appeals(programme).count(),
                ngettext("%(n)s refusal contested", "%(n)s refusals contested", n2),
            ),
            (
                n3 := hearings.to_set(programme).count(),
                ngettext("%(n)s hearing whose day is to be set", "%(n)s hearings whose day is to be set", n3),
            ),
        ):
            if n:
                found.append(Task(said % {"n": n}, url, _("petitions")))
        proposed = Invalidation.objects.filter(petition__programme=programme, state=Invalidation.State.PROPOSED)
        if waiting_n := proposed.exclude(actor=user).count():
            said = ngettext(
                "%(n)s invalidation of signatures to confirm", "%(n)s invalidations of signatures to confirm", waiting_n
            )
            found.append(Task(said % {"n": waiting_n}, url, _("petitions")))
    if may(user, "petitions.question_check"):
        questions = Referendum.objects.filter(programme=programme, state=Referendum.State.CHECKING).count()
        if questions:
            said = ngettext(
                "%(n)s question of a referendum to check", "%(n)s questions of referendums to check", questions
            )
            found.append(Task(said % {"n": questions}, reverse("petitions:bureau_referendums"), _("referendums")))
    return found


def register() -> None:
    tasks_of(tasks)
