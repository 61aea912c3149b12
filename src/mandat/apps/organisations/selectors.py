"""Questions about organisations: whose they are, what one may do in them, and what forms a single undertaking."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may
from mandat.apps.organisations.models import Control, Invitation, Member, Organisation, Rank

#: What each rank may do; agents who see all organisations read too.
MAY: dict[str, frozenset[str]] = {
    "read": frozenset({Rank.OWNER, Rank.EDITOR, Rank.READER}),
    "edit": frozenset({Rank.OWNER, Rank.EDITOR}),
    "members": frozenset({Rank.OWNER}),
}


def rank_of(user: Any, organisation: Organisation) -> str:
    """The rank an account holds; empty where it is no member."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ""
    found = Member.objects.filter(organisation=organisation, user=user).values_list("rank", flat=True).first()
    return str(found or "")


def allowed(user: Any, organisation: Organisation, verb: str) -> bool:
    """Whether an account may ``read``, ``edit`` or manage the ``members`` of an organisation. Raises KeyError."""
    if rank_of(user, organisation) in MAY[verb]:
        return True
    if verb == "read":
        return may(user, "organisations.read_all")
    return may(user, "organisations.mend")


def organisations_of(user: User) -> QuerySet[Member]:
    """The memberships of an account, by name."""
    return Member.objects.filter(user=user).select_related("organisation").order_by("organisation__name", "pk")


def invitations_of(user: User) -> QuerySet[Invitation]:
    """Invitations sent to the account's address."""
    field: Any = Invitation._meta.get_field("email_index")
    found = Invitation.objects.filter(email_index__in=field.looked_up(user.email))
    return found.select_related("organisation").order_by("pk")


def undertaking(organisation: Organisation, *, on: dt.date) -> list[Organisation]:
    """The single undertaking an organisation belongs to on a day: all that control links join, itself included.

    Links are followed both ways (Regulation (EU) 2023/2831, article 2.2); one query a step, each organisation once.
    """
    seen, edge = {organisation.pk}, {organisation.pk}
    in_force = Control.objects.filter(since__lte=on).filter(Q(until__isnull=True) | Q(until__gt=on))
    while edge:
        links = (
            in_force.filter(Q(parent__in=edge) | Q(child__in=edge)).order_by("pk").values_list("parent_id", "child_id")
        )
        edge = {key for link in links for key in link} - seen
        seen |= edge
    return list(Organisation.objects.filter(pk__in=seen).order_by("name", "pk"))
