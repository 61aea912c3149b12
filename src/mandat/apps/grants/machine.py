"""The life of a case as one table: who may move it, from where, to where, and what it means.

Services move cases through ``movement`` alone; every move is recorded with who, when and why. A scheme's workflow pattern says which of these
ways its cases take: a desk instructs and decides, experts give opinions first, a committee votes, a visit comes before a label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

Who = Literal["applicant", "instructor", "committee", "decider", "payer", "system"]


class State(models.TextChoices):
    """Where a case stands."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("sent")
    INCOMPLETE = "incomplete", _("to be completed")
    COMPLETE = "complete", _("being examined")
    OPINIONS = "opinions", _("with experts")
    READY = "ready", _("ready for decision")
    AWARDED = "awarded", _("awarded")
    RUNNING = "running", _("under way")
    SUSPENDED = "suspended", _("payments suspended")
    CLOSED = "closed", _("closed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    INADMISSIBLE = "inadmissible", _("not admissible")


#: The Region owes an answer.
OPEN = (State.SUBMITTED, State.INCOMPLETE, State.COMPLETE, State.OPINIONS, State.READY)
#: The project may go on, with the Region's money or name.
LIVE = (State.AWARDED, State.RUNNING, State.SUSPENDED)
ENDED = (State.CLOSED, State.REFUSED, State.WITHDRAWN, State.INADMISSIBLE)


@dataclass(frozen=True, slots=True)
class Movement:
    """One way from some states to another. ``label`` says what happened, as applicants and agents read it."""

    name: str
    who: tuple[Who, ...]
    sources: tuple[State, ...]
    target: State
    label: Any


_TABLE = (
    Movement("submit", ("applicant",), (State.DRAFT,), State.SUBMITTED, _("application sent")),
    Movement("ask", ("instructor",), (State.SUBMITTED, State.COMPLETE), State.INCOMPLETE, _("completion asked for")),
    Movement("answer", ("applicant",), (State.INCOMPLETE,), State.SUBMITTED, _("completed by the applicant")),
    Movement("lapse", ("system",), (State.INCOMPLETE,), State.SUBMITTED, _("time to complete over")),
    Movement("accept", ("instructor",), (State.SUBMITTED,), State.COMPLETE, _("application complete")),
    Movement("consult", ("instructor",), (State.COMPLETE,), State.OPINIONS, _("experts consulted")),
    Movement("consulted", ("instructor", "system"), (State.OPINIONS,), State.COMPLETE, _("opinions received")),
    Movement("propose", ("instructor",), (State.COMPLETE,), State.READY, _("proposal made")),
    Movement("reopen", ("instructor",), (State.READY,), State.COMPLETE, _("examination taken up again")),
    Movement("reject", ("decider",), (State.SUBMITTED, State.COMPLETE), State.INADMISSIBLE, _("not admissible")),
    Movement("award", ("decider", "committee"), (State.READY,), State.AWARDED, _("awarded")),
    Movement("refuse", ("decider", "committee", "system"), OPEN, State.REFUSED, _("refused")),
    # CRPA L231-1: silence grants what the law does not except; never money (``Scheme`` refuses it).
    Movement("acquire", ("system",), (State.SUBMITTED, State.COMPLETE, State.OPINIONS, State.READY), State.AWARDED, _("acquired by silence")),
    Movement("postpone", ("committee",), (State.READY,), State.COMPLETE, _("put off by the committee")),
    Movement("start", ("instructor",), (State.AWARDED,), State.RUNNING, _("agreement in force")),
    Movement("suspend", ("instructor", "system"), (State.AWARDED, State.RUNNING), State.SUSPENDED, _("payments suspended")),
    Movement("resume", ("instructor", "system"), (State.SUSPENDED,), State.RUNNING, _("payments taken up again")),
    Movement("close", ("instructor", "system"), LIVE, State.CLOSED, _("closed")),
    Movement("withdraw", ("applicant",), (*OPEN, *LIVE), State.WITHDRAWN, _("withdrawn by the applicant")),
    # An express decision may still take the place of the refusal that silence made.
    Movement("answer_late", ("decider",), (State.REFUSED,), State.READY, _("examined again after silence")),
)  # fmt: skip
MOVEMENTS: dict[str, Movement] = {movement.name: movement for movement in _TABLE}


def movement(name: str, state: str, who: Who) -> Movement | None:
    """The movement ``name`` where ``who`` may make it from ``state``; None where not. Raises KeyError for an unknown name."""
    found = MOVEMENTS[name]
    return found if state in found.sources and who in found.who else None


def possible(state: str, who: Who) -> frozenset[str]:
    """Names of the movements open to ``who`` from ``state``."""
    return frozenset(name for name, found in MOVEMENTS.items() if state in found.sources and who in found.who)
