"""Votes under way and to come, said to the page « Participer »: what is voted on and until when, nothing else."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse

from mandat.apps.ballots.models import Poll
from mandat.kernel.text import Text
from mandat.web import openings
from mandat.web.openings import Opening, Place


def read(at: dt.datetime, most: int) -> list[Opening]:
    """Polls that end first, and those that open first. Two statements."""
    known = (
        Poll.objects.filter(programme=settings.MANDAT_PROGRAMME, state=Poll.State.OPEN)
        .select_related("roll")
        .defer("key", "roll__salt")
    )
    now = known.filter(opens_at__lte=at, closes_at__gt=at).order_by("closes_at", "pk")[:most]
    later = known.filter(opens_at__gt=at).order_by("opens_at", "pk")[:most]
    return [_opening(one) for one in now] + [_opening(one, opens=one.opens_at) for one in later]


def _opening(poll: Poll, opens: dt.datetime | None = None) -> Opening:
    url = reverse("ballots:poll", args=[poll.reference])
    of = Text(poll.roll.title_fr, poll.roll.title_en)
    about = "" if poll.title.fr.startswith(of.fr) else of
    return Opening("vote", poll.title, url, opens=opens, closes=poll.closes_at, about=about, note=poll.question or "")


def register() -> None:
    """Say it when the app starts."""
    openings.register(read)
    openings.lead(
        Place(
            "ballots:list", Text("Votes", "Votes"), rank=20, act="vote", every=Text("Tous les votes", "All votes"),
            text=Text("En cours, à venir, dépouillés : tout bulletin publié peut être recompté.", "Under way, to come, counted: every published ballot can be counted again."),
        )
    )  # fmt: skip
