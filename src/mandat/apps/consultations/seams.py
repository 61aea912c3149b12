"""What consultations ask of participation and of the community, in one place: who may take part, words made clean, limits on haste."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from mandat.apps.accounts.models import User
from mandat.apps.community import ratelimit
from mandat.apps.community.moderation import Hold, checked
from mandat.apps.community.services import events, moderation
from mandat.apps.community.text import cleaned as made_clean
from mandat.apps.participation import standing
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.participation.services.running import contributed
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Kinds of content known to moderation.
AMENDMENT, STATEMENT, OBSERVATION = "consultation-amendment", "consultation-statement", "consultation-observation"


@dataclass(frozen=True, slots=True)
class Who:
    """Someone who takes part: the name they publish under, and what breakdowns are made of."""

    user: Any
    name: str = ""
    age_band: str = ""
    area: str = ""

    @property
    def departement(self) -> str:
        """The code of the département they live in, or nothing."""
        kind, _, code = self.area.partition(":")
        if kind == "departement":
            return code
        return (code[:3] if code.startswith("97") else code[:2]) if kind == "commune" else ""


def participant(user: Any, published: PublishedProcess, component: str, at: dt.datetime) -> Who:
    """Who takes part, in the act's transaction: the rules of the process stay as they are from the first act on.

    Raises NotEntitled, with what to do, where they may not or have not joined yet.
    """
    place = standing.participant(user, published, component=component)
    contributed(published, at=at)
    return Who(user, name=place.pseudonym, age_band=place.age_band, area=place.area)


def cleaned(text: str, *, longest: int, what: Text, required: bool = True, one_line: bool = False) -> str:
    """Words as they are kept (``community.text``). Raises InputError, naming ``what``, where they are too long or missing."""
    try:
        made = made_clean(text, longest=longest, one_line=one_line)
    except InputError as error:
        said = error.text if isinstance(error.text, Text) else Text(str(error.text), str(error.text))
        raise InputError(Text(f"{what.fr} : {said.fr}", f"{what.en}: {said.en}")) from None
    if required and not made:
        raise InputError(Text(f"il manque : {what.fr}", f"missing: {what.en}"))
    return made


def held(text: str, *, author: User, kind: str, at: dt.datetime) -> Hold | None:
    """Why an agent must read it before everyone does; None where nothing calls for it."""
    return checked(text, author=author, kind=kind, at=at)


def hold(found: Hold | None, *, kind: str, reference: str, author: User) -> None:
    """Enter what is held in the queue of moderation, and tell its author."""
    if found is not None:
        moderation.hold(kind=kind, content=reference, author=author, hold=found)


def limited(user: User, action: str, *, per_hour: int, at: dt.datetime | None = None) -> None:
    """Raise InputError where someone does this more often than people do."""
    ratelimit.taken(user, f"consultations.{action}", per_hour=per_hour, at=at)


def tell(published: PublishedProcess, *, title: Text, url: str, at: dt.datetime, key: str) -> None:
    """Tell those who follow the process."""
    events.tell(target=f"process:{published.code}", title=title, url=url, at=at, key=key)
