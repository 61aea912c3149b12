"""Public sessions of bodies to come, said to the page « Participer »."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse

from mandat.apps.bodies.models import Session
from mandat.apps.programme.published import published
from mandat.kernel.text import Text
from mandat.web import openings
from mandat.web.openings import Opening, Place


def read(at: dt.datetime, most: int) -> list[Opening]:
    """The next ones that everyone may come to. One statement."""
    rows = Session.objects.filter(
        programme=settings.MANDAT_PROGRAMME, state=Session.State.CONVENED, public=True, starts_at__gt=at
    ).defer("draft")
    titles = published().bodies
    found = []
    for one in rows.order_by("starts_at", "pk")[:most]:
        if one.body in titles:
            title = titles[one.body].title
            said = Text(f"Séance publique : {title.fr}", f"Public session: {title.en}")
            url = reverse("bodies:session", args=[one.body, one.code])
            found.append(Opening("come", said, url, opens=one.starts_at, closes=one.ends_at, note=one.place))
    return found


def register() -> None:
    """Say it when the app starts."""
    openings.register(read)
    openings.lead(
        Place(
            "bodies:bodies", Text("Instances", "Bodies"), rank=60,
            text=Text("Qui y siège, ce qui s'y décide, par quel vote, avec quelle suite.", "Who sits, what is decided, by which vote, and what follows."),
        )
    )  # fmt: skip
