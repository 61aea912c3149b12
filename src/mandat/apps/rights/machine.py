"""The life of a claim as one table: who may move it, from where, to where, and what it means.

Services move claims through ``movement`` alone; every move is recorded with who, when and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Who = Literal["claimant", "instructor", "decider", "appeal", "system"]

#: What each kind of mover needs in the table of permissions; None: the claimant, or nobody at all.
ACTIONS: dict[Who, str | None] = {
    "claimant": None,
    "instructor": "rights.instruct",
    "decider": "rights.decide",
    "appeal": "rights.appeal_decide",
    "system": None,
}


class State(models.TextChoices):
    """Where a claim stands."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", pgettext_lazy("claim", "being examined")
    INCOMPLETE = "incomplete", _("waiting for evidence")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", pgettext_lazy("claim", "refused")
    APPEALED = "appealed", _("under appeal")
    WITHDRAWN = "withdrawn", pgettext_lazy("claim", "withdrawn")


OPEN = (State.SUBMITTED, State.INCOMPLETE)
#: The service has something to do, or waits for the person.
WAITING = (*OPEN, State.APPEALED)
DECIDED = (State.GRANTED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Movement:
    """One way from some states to another. ``label`` says what happened, as claimants and agents read it."""

    name: str
    who: tuple[Who, ...]
    sources: tuple[State, ...]
    target: State
    label: Any


_TABLE = (
    Movement("submit", ("claimant",), (State.DRAFT,), State.SUBMITTED, _("claim sent")),
    Movement("ask", ("instructor",), (State.SUBMITTED,), State.INCOMPLETE, _("evidence asked for")),
    Movement("complete", ("claimant",), (State.INCOMPLETE,), State.SUBMITTED, _("evidence sent")),
    Movement("lapse", ("system",), (State.INCOMPLETE,), State.SUBMITTED, _("time to send evidence over")),
    Movement("grant", ("decider", "system"), OPEN, State.GRANTED, _("right granted")),
    Movement("refuse", ("decider", "system"), OPEN, State.REFUSED, _("right refused")),
    # An express decision may still take the place of one that silence made.
    Movement("answer_grant", ("decider",), (State.REFUSED,), State.GRANTED, _("right granted after silence")),
    Movement("answer_refuse", ("decider",), (State.REFUSED,), State.REFUSED, _("refusal explained after silence")),
    Movement("withdraw", ("claimant",), OPEN, State.WITHDRAWN, _("claim withdrawn")),
    Movement("appeal", ("claimant",), DECIDED, State.APPEALED, _("appeal lodged")),
    Movement("appeal_accept", ("appeal",), (State.APPEALED,), State.GRANTED, _("appeal accepted")),
    Movement("appeal_reject_grant", ("appeal", "system"), (State.APPEALED,), State.GRANTED, _("appeal rejected")),
    Movement("appeal_reject", ("appeal", "system"), (State.APPEALED,), State.REFUSED, _("appeal rejected")),
    Movement("appeal_drop", ("claimant",), (State.APPEALED,), State.REFUSED, _("appeal dropped")),
    Movement("appeal_drop_grant", ("claimant",), (State.APPEALED,), State.GRANTED, _("appeal dropped")),
)
MOVEMENTS: dict[str, Movement] = {movement.name: movement for movement in _TABLE}


def movement(name: str, state: str, who: Who) -> Movement | None:
    """The movement ``name`` where ``who`` may make it from ``state``; None where not. Raises KeyError for an unknown name."""
    found = MOVEMENTS[name]
    return found if state in found.sources and who in found.who else None


def possible(state: str, who: Who) -> frozenset[str]:
    """Names of the movements open to ``who`` from ``state``."""
    return frozenset(name for name, found in MOVEMENTS.items() if state in found.sources and who in found.who)
