"""Who has which duty on the cases of a scheme, and who sits in which committee: given and ended by an administrator."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db import transaction
from django.db.models import Q

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.bodies.models import Term
from mandat.apps.bodies.selectors import members
from mandat.apps.bodies.services.terms import term_end, term_give, term_renew
from mandat.apps.bodies.terms import body_of
from mandat.apps.grants.access import BY_ROLE
from mandat.apps.grants.models import Duty, Post
from mandat.apps.grants.services.moving import today
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import published
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def post_give(
    *, actor: User, user: User, duty: str, scheme: str = "", since: dt.date | None = None, until: dt.date | None = None
) -> Post:
    """Post someone to a scheme (empty: to every scheme) for a duty, from ``since`` (today) to ``until`` (no end).

    A post that runs already is given back with its new end. Raises InputError where the account's role does not allow the duty.
    """
    require(actor, "grants.assign")
    current, day = published(), since or today()
    if duty not in Duty.values:
        raise InputError(Text(f"fonction inconnue : {duty}", f"unknown duty: {duty}"))
    if scheme and scheme not in SCHEMES.all(current):
        raise InputError(Text(f"dispositif inconnu : {scheme}", f"unknown scheme: {scheme}"))
    if not user.is_active or (duty in BY_ROLE and not may(user, BY_ROLE[duty])):
        raise InputError(
            Text("le rôle de ce compte ne permet pas cette fonction", "this account's role does not allow this duty")
        )
    _days(day, until)
    rows = Post.objects.select_for_update().filter(programme=current.code, scheme=scheme, duty=duty, user=user)
    running = rows.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day).order_by("pk").first()
    same = running or rows.filter(since=day).order_by("pk").first()
    if same is not None:
        same.until = until
        same.save(update_fields=["until"])
        return same
    return Post.objects.create(programme=current.code, scheme=scheme, duty=duty, user=user, since=day, until=until)


@transaction.atomic
def post_end(*, actor: User, post: Post, on: dt.date | None = None) -> Post:
    """End a post: ``on`` is its last day; without it, it ends now."""
    require(actor, "grants.assign")
    post = Post.objects.select_for_update().get(pk=post.pk)
    post.until = _last(post.until, on)
    post.save(update_fields=["until"])
    return post


@transaction.atomic
def seat_give(
    *,
    actor: User,
    user: User,
    body: str,
    president: bool = False,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Term:
    """Give someone a seat in a committee that a scheme names: a term of its body, in its first college that votes and has room.

    A seat held already is given back with its new end. Raises InputError for another body, or a second president.
    """
    require(actor, "grants.assign")
    current, day = published(), since or today()
    bodies = {terms.document.committee.body for terms in SCHEMES.all(current).values() if terms.document.committee}
    if body not in bodies:
        raise InputError(Text(f"aucun dispositif n'a ce comité : {body}", f"no scheme has this committee: {body}"))
    _days(day, until)
    held = [one for one in members(body, on=day, programme=current.code) if one.user_id == user.pk]
    if held:
        return term_renew(actor=actor, term=held[0], until=until, president=president)
    colleges = [one for one in body_of(body, current).document.colleges if one.votes]
    taken = Counter(one.college for one in members(body, on=day, programme=current.code))
    room = next((one.code for one in colleges if taken[one.code] < one.seats), colleges[0].code if colleges else "")
    return term_give(
        actor=actor, body=body, name=user.name or "Membre", college=room, user=user, president=president, since=day,
        until=until,
    )  # fmt: skip


def seat_end(*, actor: User, seat: Term, on: dt.date | None = None) -> Term:
    """End a seat: ``on`` is its last day; without it, it ends now."""
    require(actor, "grants.assign")
    return term_end(actor=actor, term=seat, on=on)


def _days(since: dt.date, until: dt.date | None) -> None:
    if until is not None and until < since:
        raise InputError(Text("la fin précède le début", "the end comes before the start"))


def _last(known: dt.date | None, on: dt.date | None) -> dt.date:
    """The last day: yesterday ends it now. An end already past is not moved later."""
    wanted = on or today() - dt.timedelta(days=1)
    return wanted if known is None or wanted < known or known >= today() else known
