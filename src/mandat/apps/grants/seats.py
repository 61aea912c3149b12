"""Committees and who sits in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db.models import Q, QuerySet

from mandat.apps.grants.models import Seat
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import Published


def committees(current: Published) -> Mapping[str, int]:
    """The bodies that vote on some scheme, each with its quorum: the highest that one of its schemes asks for."""
    found: dict[str, int] = {}
    for terms in SCHEMES.all(current).values():
        rule = terms.document.committee
        if rule is not None:
            found[rule.body] = max(rule.quorum, found.get(rule.body, 0))
    return found


def seats_on(programme: str, body: str, day: dt.date) -> QuerySet[Seat]:
    """The seats held in a committee on a day."""
    held = Seat.objects.filter(programme=programme, body=body, since__lte=day, user__is_active=True)
    return held.filter(Q(until__isnull=True) | Q(until__gte=day)).select_related("user").order_by("user__name", "pk")
