"""What processes open, said to the page « Participer »: from their definitions and their phases, without a row of what people gave."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from mandat.apps.ballots.models import Poll
from mandat.apps.participation import plain
from mandat.apps.participation.definitions import PublishedProcess, published_processes
from mandat.kernel.moments import opening
from mandat.kernel.text import Text
from mandat.web import openings
from mandat.web.openings import Act, Opening, Place

#: What one does in each type. Petitions, meetings, referendums and polls under way are said by the apps that hold them.
ACT_OF: dict[str, Act] = {
    "proposals": "propose", "debate": "propose", "drafting": "propose", "survey": "tell", "opinion-map": "tell", "observations": "tell",
    "panel": "sit", "vote": "vote", "budget": "vote",
}  # fmt: skip
ARTICLE = re.compile(r"^(?:le |la |les |the |l['’])", re.IGNORECASE)
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
            act = ACT_OF.get(component.type)
            if act is None:
                continue
            running, closes = process.open_until(component, at)
            if running and act != "vote":
                yield _opening(process, component, act, closes=closes)
            opens = [opening(phase.opens) for phase in process.phases_of(component)]
            later = [one for one in opens if at < one <= at + HORIZON]
            if running or not later:
                continue
            if act == "vote":
                made = _announced(at) if made is None else made
                if any(one.startswith(f"process:{process.code}/{component.code}") for one in made):
                    continue
            yield _opening(process, component, act, opens=min(later))


def _announced(at: dt.datetime) -> frozenset[str]:
    """Where polls to come are from: they are said by their own app."""
    return frozenset(Poll.objects.filter(state=Poll.State.OPEN, opens_at__gt=at).values_list("source", flat=True)[:500])


def _opening(process: PublishedProcess, component: Any, act: Act, **when: Any) -> Opening:
    whole, part = process.process.title, component.title
    title = Text(_named(whole.fr, part.fr), _named(whole.en, part.en))
    url = reverse("participation:component", args=[process.code, component.code])
    return Opening(act, title, url, about=plain.DOES[component.type], **when)


def _named(whole: str, part: str) -> str:
    """A component with its process: “The ideas” alone says nothing. Not twice the same words, but for their article."""
    core = ARTICLE.sub("", part).casefold()
    return part if whole in part else whole if core in whole.casefold() else f"{whole} – {part}"


def register() -> None:
    """Say it when the app starts."""
    openings.register(read)
    openings.lead(
        Place(
            "participation:list", Text("Tous les processus", "All processes"), rank=10, act="propose",
            text=Text("Par thème, par lieu, par ce qu'on peut y faire : ouverts, à venir, terminés.", "By theme, by place, by what one can do: open, to come, over."),
        )
    )  # fmt: skip
