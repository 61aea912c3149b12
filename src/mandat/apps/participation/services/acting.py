"""What every contribution goes through: the component is open, the person may act, the rules stay as they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.participation import standing
from mandat.apps.participation.definitions import PublishedProcess, published_process
from mandat.apps.participation.models import Participant
from mandat.apps.participation.services.running import contributed
from mandat.apps.participation.standing import NotEntitled
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Acting:
    """Someone about to act: the rules in force, the component, their place (locked until the transaction ends), the instant."""

    published: PublishedProcess
    component: Any
    place: Participant
    at: dt.datetime
    user: User


def acting(
    *, user: User, process: str, component: str, type_: str = "", organisation: Any = None, lock: bool = True
) -> Acting:
    """Whoever acts in an open component, in the caller's transaction. The participant's row is locked first, before any other.

    Raises NotEntitled with its reason; InputError for a component of another type.
    """
    published = published_process(process)
    found = published.process.component(component)
    if found is None or (type_ and found.type != type_):
        raise InputError(Text("cette composante n'existe pas", "this component does not exist"))
    at = timezone.now()
    reason = standing.may(user, published, component, at, organisation=organisation)
    if reason is not None:
        raise NotEntitled(reason)
    place = standing.found(user, published, organisation=organisation)
    assert place is not None
    if lock:
        place = Participant.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=place.pk)
    contributed(published, at=at)
    return Acting(published, found, place, at, user)


def official_of(place: Participant) -> bool:
    """Whether what is written is said in the name of the Region."""
    return place.official
