"""Where news comes from: the events of this app, and what other apps register (facts and changes of commitments).

A source says where it stands (``head``) and, for a window between two such places, what each target that somebody follows has to tell. It is asked
once a digest, inside the transaction that cuts it, and its lines are kept: nothing is computed again for each recipient.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from mandat.kernel.text import Text

#: In the order they are told.
Group = Literal["answers", "changes", "events", "facts"]
GROUPS: tuple[Group, ...] = ("answers", "changes", "events", "facts")
#: Lines of one group kept for one target; how many more there are is said.
LISTED = 40


NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of news. ``key``: the same told by two targets is told once. ``at``: when it was recorded; followers since then are not told.

    ``rank`` puts the worst first within a group; then the newest.
    """

    key: str
    group: Group
    at: dt.datetime
    text: Text
    url: str
    detail: Text = NOTHING
    rank: int = 0

    def kept(self) -> dict[str, Any]:
        """As it is written in a section."""
        return {
            "key": self.key,
            "group": self.group,
            "at": self.at.isoformat(),
            "text": [self.text.fr, self.text.en],
            "detail": [self.detail.fr, self.detail.en],
            "url": self.url,
            "rank": self.rank,
        }


@dataclass(frozen=True, slots=True)
class Told:
    """What one target has to tell: the newest LISTED lines of each group, and how many there are of each."""

    lines: Sequence[Line]
    counts: Mapping[str, int]


Head = Callable[[str], Mapping[str, int]]
#: (programme, from, to, targets that somebody follows) → what each has to tell.
Tell = Callable[[str, Mapping[str, int], Mapping[str, int], AbstractSet[str]], Mapping[str, Told]]


@dataclass(frozen=True, slots=True)
class Source:
    """``prepare(programme)`` runs before anything is cut: what must be observed first."""

    name: str
    head: Head
    tell: Tell
    prepare: Callable[[str], int] = lambda programme: 0


_SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Have a source asked for every digest; the last one said of a name counts."""
    _SOURCES[source.name] = source


def registered() -> tuple[Source, ...]:
    return tuple(_SOURCES.values())
