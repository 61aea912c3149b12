"""What organisations add to the first page of the back office."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import ngettext

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.organisations.models import Member, Organisation, Rank
from mandat.apps.programme.worklist import Task, tasks_of


@tasks_of
def waiting_organisations(user: User) -> list[Task]:
    """Organisations to confirm, and those that have lost their owner."""
    if not may(user, "organisations.mend"):
        return []
    entered = Organisation.objects.filter(by_link=False)
    owners = Member.objects.filter(organisation=OuterRef("pk"), rank=Rank.OWNER, user__is_active=True)
    found = []
    if count := entered.filter(confirmed_at__isnull=True).count():
        words = ngettext("%(n)d organisation to confirm", "%(n)d organisations to confirm", count) % {"n": count}
        found.append(Task(words, reverse("organisations:list") + "?which=unconfirmed"))
    if count := entered.filter(~Exists(owners)).count():
        words = ngettext("%(n)d organisation without owner", "%(n)d organisations without owner", count) % {"n": count}
        found.append(Task(words, reverse("organisations:list") + "?which=ownerless"))
    return found
