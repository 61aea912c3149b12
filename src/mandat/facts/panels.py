"""Facts of panels drawn by lot: counts, digests and dates, never a person. ``subject`` is the panel's code, of a session its reference."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfPanel(Data):
    process: str
    component: str
    title: str


@fact_type(
    "panels.invited.v1",
    label=Text("Invitations tirées au sort", "Invitations drawn by lot"),
    sentence=Text("{title} : invitations à {quantity_text}", "{title}: invitations to {quantity_text}"),
)
class Invited(_OfPanel):
    """Letters drawn from ``addresses`` with a published ``seed``."""

    addresses: int
    seed: str


@fact_type(
    "panels.pool_closed.v1",
    label=Text("Vivier clos", "Pool closed"),
    sentence=Text("{title} : {quantity_text} dans le vivier", "{title}: {quantity_text} in the pool"),
)
class PoolClosed(_OfPanel):
    """The pool is fixed; ``digest`` is its SHA-256 (``mandat draw`` prints the same), told before what decides the draw is known."""

    digest: str


@fact_type(
    "panels.draw_announced.v1",
    label=Text("Tirage annoncé", "Draw announced"),
    sentence=Text("{title} : tirage le {event_on}, par {event}", "{title}: draw on {event_on}, by {event}"),
    counts=False,
)
class DrawAnnounced(_OfPanel):
    """What will decide: a public event to come. ``lottery`` is the digest of the numbered panels, published before it."""

    rank: int
    event: str
    event_on: dt.date
    lottery: str
    pool: str


@fact_type(
    "panels.drawn.v1",
    label=Text("Panel tiré au sort", "Panel drawn by lot"),
    sentence=Text("{title} : {quantity_text} tirées au sort", "{title}: {quantity_text} drawn by lot"),
)
class Drawn(_OfPanel):
    """``number`` is what the event gave; ``panel`` the numbered panel it designates; ``lowest`` the smallest chance anyone had, in percent."""

    rank: int
    number: str
    panel: int
    lottery: str
    lowest: Decimal
    replaced: int = 0


@fact_type(
    "panels.session_held.v1",
    label=Text("Séance de panel", "Panel session"),
    sentence=Text("{title} : séance {rank}, {quantity_text}", "{title}: session {rank}, {quantity_text}"),
)
class SessionHeld(_OfPanel):
    """``quantity`` members came, of ``members``."""

    rank: int
    members: int
    days: Decimal


@fact_type(
    "panels.allowances_paid.v1",
    label=Text("Indemnités de panel", "Panel allowances"),
    sentence=Text("{title} : {amount} d'indemnités", "{title}: {amount} of allowances"),
)
class AllowancesPaid(_OfPanel):
    """``amount`` paid to ``quantity`` members for their days, together: never one alone."""

    days: Decimal
    envelope: str = ""


@fact_type(
    "panels.opinion_given.v1",
    label=Text("Avis d'un panel", "Opinion of a panel"),
    sentence=Text("{title} : avis rendu, {recommendations} recommandations", "{title}: opinion given, {recommendations} recommendations"),
)  # fmt: skip
class OpinionGiven(_OfPanel):
    """The panel gave its opinion; each recommendation is owed an answer by ``due_on``. ``digest`` is the SHA-256 of the text."""

    recommendations: int
    due_on: dt.date
    digest: str


@fact_type(
    "panels.answered.v1",
    label=Text("Panel répondu", "Panel answered"),
    sentence=Text("{title} : réponse à chaque recommandation", "{title}: every recommendation answered"),
)
class Answered(_OfPanel):
    """Every recommendation got its answer: how many were accepted, partly, refused or explained."""

    accepted: int
    partly: int
    refused: int
    explained: int
