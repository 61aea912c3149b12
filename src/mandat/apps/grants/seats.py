"""Committees and who sits in them: the terms of their bodies, for those who have an account and a vote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from mandat.apps.accounts.models import User
from mandat.apps.bodies.calendars import Entry
from mandat.apps.bodies.models import Term
from mandat.apps.grants.models import Sitting
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import Published
from mandat.kernel.periods import PARIS


def committees(current: Published) -> Mapping[str, int]:
    """The bodies that vote on some scheme, each with its quorum: the highest that one of its schemes asks for."""
    found: dict[str, int] = {}
    for terms in SCHEMES.all(current).values():
        rule = terms.document.committee
        if rule is not None:
            found[rule.body] = max(rule.quorum, found.get(rule.body, 0))
    return found


def seats_on(programme: str, body: str, day: dt.date) -> QuerySet[Term]:
    """The seats held in a committee on a day."""
    held = Term.objects.filter(programme=programme, body=body, votes=True, since__lte=day, user__is_active=True)
    return held.filter(Q(until__isnull=True) | Q(until__gte=day)).select_related("user").order_by("user__name", "pk")


def sitter(seat: Term) -> User:
    """The account that holds a seat of ``seats_on``: each has one."""
    if seat.user is None:
        raise ValueError(f"the seat {seat.pk} is held without an account")
    return seat.user


def seats_of(programme: str, user: User) -> list[tuple[str, dt.date, dt.date | None]]:
    """The seats with a vote that someone holds or held: body, first day, last day."""
    held = Term.objects.filter(programme=programme, user=user, votes=True).order_by("pk")
    return list(held.values_list("body", "since", "until"))


def meetings(programme: str, body: str) -> Iterator[Entry]:
    """The sittings that award money, as the body's calendar lists them."""
    rows = Sitting.objects.filter(programme=programme, body=body).defer("minutes")
    for one in rows.order_by("-on", "-pk"):
        closed = one.state == Sitting.State.CLOSED
        yield Entry(
            uid=f"{programme}-{body}-sitting-{one.pk}",
            title=_("Sitting on aids"),
            starts_at=dt.datetime.combine(one.on, dt.time(), tzinfo=PARIS),
            state=str(one.state),
            place=one.place,
            url=reverse("grants:committee_sitting", args=[one.pk]) if closed else "",
            all_day=True,
            public=False,
        )
