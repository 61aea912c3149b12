"""Forget volunteers: those who were not drawn once the last draw is old enough, members once their allowances can no longer be discussed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from mandat.apps.panels.models import Letter, Panel, Presence, Volunteer
from mandat.apps.panels.terms import terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months, paris_date

#: Members are kept this long after the opinion, to account for what they were paid.
MEMBERS_MONTHS = 60
_NONE = Q(pk__in=())


def people_due(now: dt.datetime) -> QuerySet[Volunteer]:
    """Those whose time is over."""
    due, day = _NONE, paris_date(now)
    for panel in Panel.objects.annotate(last=Max("draws__drawn_at")).order_by("pk"):
        try:
            months = terms_of(panel).rules.forget_months
        except InputError:
            months = 0  # the process is no longer published: nothing justifies keeping anybody
        since = panel.last or panel.closed_at
        if since is not None and add_months(since.date(), months) < day:
            due |= Q(panel=panel) & ~Q(state__in=(Volunteer.State.MEMBER, Volunteer.State.LEFT))
        if since is not None and add_months(since.date(), MEMBERS_MONTHS) < day:
            due |= Q(panel=panel)
    return Volunteer.objects.filter(due).order_by("pk")


def people_forget(rows: QuerySet[Volunteer]) -> int:
    """Erase people with their letters; the published pool and the counts stay. Returns how many."""
    with transaction.atomic():
        found = list(rows.values_list("pk", "letter"))
        Presence.objects.filter(volunteer__in=[pk for pk, _ in found]).delete()
        Volunteer.objects.filter(pk__in=[pk for pk, _ in found]).delete()
        Letter.objects.filter(pk__in=[letter for _, letter in found if letter]).delete()
    return len(found)


def letters_due(now: dt.datetime) -> QuerySet[Letter]:
    """Letters nobody answered, once the panel is drawn."""
    drawn = Panel.objects.filter(draws__drawn_at__lt=now - dt.timedelta(days=90)).values("pk")
    return Letter.objects.filter(panel__in=drawn, volunteer__isnull=True).order_by("pk")


def forget_now() -> int:
    """Forget whoever is due. Run every day; returns how many people."""
    now = timezone.now()
    letters_due(now).delete()
    return people_forget(people_due(now))
