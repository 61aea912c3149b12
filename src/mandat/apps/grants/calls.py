"""When a scheme receives applications: to the second, in Paris."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from mandat.apps.grants.schema.scheme import Call, CallRound, Scheme
from mandat.kernel.periods import PARIS

Phase = Literal["coming", "open", "closed"]


def opening(call: Call | CallRound) -> dt.datetime:
    """The first instant at which an application is received."""
    return _instant(call.opens, end=False)


def closing(call: Call | CallRound) -> dt.datetime | None:
    """The first instant at which none is received any more: a day given counts whole. None: no end."""
    return None if call.closes is None else _instant(call.closes, end=True)


def _instant(moment: dt.datetime | dt.date, *, end: bool) -> dt.datetime:
    if isinstance(moment, dt.datetime):
        # A time of the wall clock, in Paris, unless its zone is written. An hour that comes twice closes the second time.
        at = moment if moment.tzinfo else moment.replace(tzinfo=PARIS, fold=1 if end else 0)
        # A second given counts whole, as a day does: 23:59:59 is the last second of its day.
        return at + dt.timedelta(seconds=1) if end and at.second else at
    day = moment + dt.timedelta(days=1) if end else moment
    return dt.datetime.combine(day, dt.time(), tzinfo=PARIS)


def phase(call: Call | CallRound, now: dt.datetime) -> Phase:
    """Whether a call is to come, open, or over at ``now``."""
    if now < opening(call):
        return "coming"
    end = closing(call)
    return "open" if end is None or now < end else "closed"


@dataclass(frozen=True, slots=True)
class Window:
    """Where a scheme stands: the call that matters now, and its phase."""

    call: Call
    phase: Phase

    @property
    def closes(self) -> dt.datetime | None:
        return closing(self.call)


def window(scheme: Scheme, now: dt.datetime) -> Window:
    """The call open now that closes first, else the next to open, else the last one closed."""
    phases = [(call, phase(call, now)) for call in scheme.calls]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    opened = [call for call, where in phases if where == "open"]
    if opened:
        return Window(min(opened, key=lambda call: closing(call) or far), "open")
    coming = [call for call, where in phases if where == "coming"]
    if coming:
        return Window(min(coming, key=opening), "coming")
    return Window(max(scheme.calls, key=opening), "closed")
