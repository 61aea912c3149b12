"""Whom an account speaks for: the region, or an organisation. Said in words, never by a colour alone.

An administrator gives badges; an app that knows better registers: ``badges.register(function(user) -> Badge | None)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.models import Badge as Row
from mandat.apps.community.text import cleaned
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Sort = Literal["official", "organisation"]


@dataclass(frozen=True, slots=True)
class Badge:
    """``label``: what stands beside the name; ``url`` the page of the organisation, where it has one."""

    sort: Sort
    label: Text
    url: str = ""


Known = Callable[[User], Badge | None]
_KNOWN: list[Known] = []
#: Kept on the account by ``prefetch``, so that a list asks once.
_KEPT = "_community_badges"


def register(function: Known) -> None:
    """Have ``function`` asked about accounts whose badge nobody gave."""
    if function not in _KNOWN:
        _KNOWN.append(function)


def badges_of(user: User) -> list[Badge]:
    """The badges of an account, official first. One statement, none after ``prefetch``."""
    kept: list[Badge] | None = getattr(user, _KEPT, None)
    if kept is None:
        prefetch([user])
        kept = getattr(user, _KEPT)
    return kept


def prefetch(users: Iterable[User | None]) -> None:
    """Look up the badges of many accounts in one statement."""
    people = [user for user in users if user is not None]
    held: dict[int, list[Badge]] = {user.pk: [] for user in people}
    for row in Row.objects.filter(user__in=list(held)).order_by("-kind", "pk"):
        sort: Sort = "official" if row.kind == "official" else "organisation"
        held[row.user_id].insert(
            0 if sort == "official" else len(held[row.user_id]), Badge(sort, Text(row.label_fr, row.label_en))
        )
    for user in people:
        found = held[user.pk]
        found += [
            badge for one in _KNOWN if (badge := one(user)) is not None and badge.label not in [b.label for b in found]
        ]
        setattr(user, _KEPT, found)


@transaction.atomic
def badge_give(*, actor: User, user: User, kind: str, label: Text) -> Row:
    """Say that an account speaks for the region or for an organisation; again, the words change. Raises InputError, PermissionDenied."""
    require(actor, "community.badge")
    if kind not in Row.Kind.values:
        raise InputError(Text("choisissez une sorte de badge", "choose a kind of badge"))
    fr = cleaned(label.fr, longest=120, least=3, one_line=True)
    en = cleaned(label.en, longest=120, one_line=True) or fr
    values = {"label_fr": fr, "label_en": en, "given_by": actor, "given_at": timezone.now()}
    return Row.objects.update_or_create(user=user, kind=kind, defaults=values)[0]


@transaction.atomic
def badge_withdraw(*, actor: User, user: User, kind: str) -> bool:
    """The account speaks for itself again. False where it did already."""
    require(actor, "community.badge")
    return bool(Row.objects.filter(user=user, kind=kind).delete()[0])
