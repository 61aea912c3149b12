"""Promise → vote → money → delivery: each app says what it knows of what it promised.

In ``AppConfig.ready``: ``chain.register("petition", lambda source: [Step(...), …])``, ``source`` being whole (``petition:PT-7KX2``). What several know is put
in order of stage, then day; the same step said twice (same stage, day and address) is shown once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from mandat.kernel.text import Text

Stage = Literal["promise", "vote", "money", "delivery"]
STAGES: tuple[Stage, ...] = ("promise", "vote", "money", "delivery")
LABELS: dict[Stage, Text] = {
    "promise": Text("Promesse", "Promise"),
    "vote": Text("Vote", "Vote"),
    "money": Text("Argent", "Money"),
    "delivery": Text("Livraison", "Delivery"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, or is due, on a day. ``fact`` is its proof in the journal; ``done`` False for what is only expected."""

    stage: Stage
    on: dt.date
    title: Text
    url: str = ""
    fact: int | None = None
    done: bool = True
    late: bool = False


Told = Callable[[str], Iterable[Step]]
_TELLERS: dict[str, list[Told]] = {}


def register(prefix: str, function: Told) -> None:
    """Have ``function(source)`` asked about sources of a prefix (``petition`` for ``petition:…``; ``*`` for all)."""
    known = _TELLERS.setdefault(prefix, [])
    if function not in known:
        known.append(function)


def told(source: str) -> list[Step]:
    """What the apps say about a source, in order."""
    prefix = source.partition(":")[0]
    found = [step for one in (*_TELLERS.get(prefix, ()), *_TELLERS.get("*", ())) for step in one(source)]
    return ordered(found)


def ordered(steps: Iterable[Step]) -> list[Step]:
    """By stage, then day; done before expected; each once."""
    once: dict[tuple[object, ...], Step] = {}
    for step in steps:
        once.setdefault((step.stage, step.on, step.url or step.title.fr, step.done), step)
    return sorted(once.values(), key=lambda step: (STAGES.index(step.stage), step.on, not step.done, step.title.fr))
