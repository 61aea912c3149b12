"""What one can take part in now or soon, and the lists it is found in: each app says its own when it starts.

In ``AppConfig.ready``: ``openings.register(function)``, a bounded read, and ``openings.lead(place)`` for a list of its own. The page
« Participer » asks all of them. What is said here is the same for everyone: nothing of a visitor, nothing of a vote under way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import NoReverseMatch, reverse

from mandat.kernel.text import Text

Act = Literal["vote", "sign", "propose", "tell", "come", "sit"]
#: What one does, in the order of the page.
ACTS: dict[Act, Text] = {
    "vote": Text("Voter", "Vote"),
    "sign": Text("Signer une pétition", "Sign a petition"),
    "propose": Text("Proposer et débattre", "Propose and debate"),
    "tell": Text("Donner votre avis", "Give your view"),
    "sit": Text("Siéger si le sort vous désigne", "Sit if drawn by lot"),
    "come": Text("Venir", "Come along"),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """Something to take part in. ``opens`` is None where it is open already, ``closes`` (first instant after it) None where it has no end.

    ``about`` says what it belongs to, ``note`` where or how. What one comes to (``come``) begins at ``opens``, always told.
    """

    act: Act
    title: Any
    url: str
    opens: dt.datetime | None = None
    closes: dt.datetime | None = None
    about: Any = ""
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A list of the site: the name of its address, and what it holds. ``every`` is the link to it from what is open of its ``act``.

    ``state`` says a word of today's state, or nothing.
    """

    name: str
    title: Text
    text: Text
    act: Act | None = None
    every: Text | None = None
    rank: int = 50
    state: Callable[[], str] | None = None

    @property
    def url(self) -> str:
        return reverse(self.name)

    @property
    def whole(self) -> Text:
        """The words of a link to it."""
        return self.every or self.title


#: Reads what is open at an instant or opens later: at most so many of each, those that end first before.
Reader = Callable[[dt.datetime, int], Iterable[Opening]]

_READERS: list[Reader] = []
_PLACES: dict[str, Place] = {}


def register(reader: Reader) -> None:
    """Have a reader asked by the page."""
    if reader not in _READERS:
        _READERS.append(reader)


def lead(place: Place) -> None:
    """Have a list named on the page; said again, it takes the place of the first."""
    _PLACES[place.name] = place


def places() -> list[Place]:
    """The lists of this site in their order; those without an address here are left out."""
    found = sorted(_PLACES.values(), key=lambda one: one.rank)
    return [one for one in found if _known(one)]


def _known(place: Place) -> bool:
    try:
        reverse(place.name)
    except NoReverseMatch:
        return False
    return True


def read(at: dt.datetime, *, most: int) -> list[Opening]:
    """All that every reader says, in no order: at most ``most`` open and ``most`` to come of each reader and act."""
    return [one for reader in _READERS for one in reader(at, most)]


@dataclass(frozen=True, slots=True)
class Group:
    """What one can do of an act now, what ends first before, and the list that holds all of it."""

    act: Act
    label: Text
    openings: Sequence[Opening]
    place: Place | None


def groups(found: Sequence[Opening], at: dt.datetime) -> list[Group]:
    """What is open at an instant, act by act; meetings to come are of those one can plan to come to."""
    lists = {one.act: one for one in reversed(places()) if one.act}
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    made = []
    for act, label in ACTS.items():
        rows = [one for one in found if one.act == act and (act == "come" or one.opens is None or one.opens <= at)]
        rows.sort(key=lambda one: ((one.opens if act == "come" else one.closes) or far, str(one.url)))
        if rows:
            made.append(Group(act, label, rows, lists.get(act)))
    return made


def coming(found: Sequence[Opening], at: dt.datetime) -> list[tuple[dt.datetime, Opening]]:
    """What opens later, the first before: meetings left out, which one can plan for now."""
    rows = [(one.opens, one) for one in found if one.act != "come" and one.opens is not None and one.opens > at]
    return sorted(rows, key=lambda row: (row[0], row[1].url))
