"""Petitions open for signatures, said to the page « Participer »."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from mandat.apps.petitions.machine import State
from mandat.apps.petitions.selectors import address, public
from mandat.kernel.text import Text
from mandat.web import openings
from mandat.web.formats import number
from mandat.web.openings import Opening, Place


def read(at: dt.datetime, most: int) -> list[Opening]:
    """Those that close first. One statement."""
    rows = public(settings.MANDAT_PROGRAMME).filter(state=State.OPEN, closes_at__gt=at).order_by("closes_at", "pk")
    return [
        Opening("sign", one.title, address(one), closes=one.closes_at, note=_signed(one.total))
        for one in rows.only("reference", "title", "closes_at", "total")[:most]
    ]


def _signed(total: int) -> Text:
    shown = number(total, 0)
    return Text(f"{shown} signature{'s' * (total >= 2)}", f"{shown} signature{'s' * (total != 1)}")


def register() -> None:
    """Say it when the app starts."""
    openings.register(read)
    openings.lead(
        Place(
            "petitions:list", Text("Pétitions", "Petitions"), rank=30, act="sign", every=Text("Toutes les pétitions", "All petitions"),
            text=Text("À signer, en attente de réponse, closes ; et comment en lancer une.", "To sign, awaiting an answer, closed; and how to begin one."),
        )
    )  # fmt: skip
    openings.lead(
        Place(
            "petitions:referendums", Text("Référendums", "Referendums"), rank=32,
            text=Text("Les questions posées, la campagne à égalité, le résultat et sa suite.", "The questions put, an even campaign, the result and what follows."),
        )
    )  # fmt: skip
