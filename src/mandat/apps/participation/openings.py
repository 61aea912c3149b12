"""What processes open, said to the page « Participer »: from their definitions and their phases, without a row of what people gave."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse

from mandat.apps.ballots.models import Poll
from mandat.apps.participation.definitions import PublishedProcess, published_processes
from mandat.apps.participation.schema import Phase
from mandat.kernel.moments import closing, opening
from mandat.kernel.text import Text
from mandat.web import openings
from mandat.web.openings import Act, Opening, Place

#: What one does in a component, or in one moment of it. Petitions, meetings and polls under way are said by the apps that hold them.
ACT_OF: dict[str, Act] = {
    "proposals": "propose", "debate": "propose", "drafting": "propose", "survey": "tell", "opinion-map": "tell", "observations": "tell",
    "panel:volunteer": "sit",
}  # fmt: skip
#: Votes that a phase names before their poll is made.
VOTES = ("vote", "budget:vote")
#: What opens later than this is not told yet: the page of its process says it.
HORIZON = dt.timedelta(days=180)


def read(at: dt.datetime, most: int) -> list[Opening]:
    """At most ``most`` openings of each act, and as many to come: what ends, or opens, soonest. Three statements at most."""
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    found = sorted(_all(at), key=lambda one: (one.opens or one.closes or far, one.url))
    counts: Counter[tuple[Act, bool]] = Counter()
    kept = []
    for one in found:
        counts[one.act, one.opens is None] += 1
        if counts[one.act, one.opens is None] <= most:
            kept.append(one)
    return kept


def _all(at: dt.datetime) -> Iterator[Opening]:
    made: frozenset[str] | None = None
    for process in published_processes().values():
        for component in process.process.components:
            act = _act(component.type)
            phases = _phases(process, component)
            if act is None or not phases:
                continue
            running = [
                one for one in phases if opening(one.opens) <= at and (one.closes is None or at < closing(one.closes))
            ]
            if running and act != "vote":
                ends = [closing(one.closes) for one in running if one.closes is not None]
                yield _opening(process, component, act, closes=max(ends) if len(ends) == len(running) else None)
                continue
            later = [opening(one.opens) for one in phases if at < opening(one.opens) <= at + HORIZON]
            if not later or running:
                continue
            if act == "vote":
                made = _announced(at) if made is None else made
                if any(one.startswith(f"process:{process.code}/{component.code}") for one in made):
                    continue
            yield _opening(process, component, act, opens=min(later))


def _announced(at: dt.datetime) -> frozenset[str]:
    """Where polls to come are from: they are said by their own app."""
    return frozenset(Poll.objects.filter(state=Poll.State.OPEN, opens_at__gt=at).values_list("source", flat=True)[:500])


def _act(type_: str) -> Act | None:
    if any(name.split(":")[0] == type_ for name in VOTES):
        return "vote"
    return next((act for name, act in ACT_OF.items() if name.split(":")[0] == type_), None)


def _phases(process: PublishedProcess, component: Any) -> Sequence[Phase]:
    """The phases in which one may act in a component: any that names it, or the moment of it that is for everyone."""
    moments = [name.split(":")[1] for name in (*ACT_OF, *VOTES) if name.startswith(f"{component.type}:")]
    wanted = {f"{component.code}:{moment}" for moment in moments}
    return [
        phase
        for phase in process.process.phases
        if (wanted & set(phase.does) if moments else any(done.split(":")[0] == component.code for done in phase.does))
    ]


def _opening(process: PublishedProcess, component: Any, act: Act, **when: Any) -> Opening:
    return Opening(
        act, component.title, reverse("participation:component", args=[process.code, component.code]), about=process.process.title, **when
    )  # fmt: skip


def register() -> None:
    """Say it when the app starts."""
    openings.register(read)
    openings.lead(
        Place(
            "participation:list", Text("Tous les processus", "All processes"), rank=10, act="propose",
            text=Text("Par thème, par lieu, par ce qu'on peut y faire : ouverts, à venir, terminés.", "By theme, by place, by what one can do: open, to come, over."),
        )
    )  # fmt: skip
