"""The whole run, as the command and the task do it."""

from __future__ import annotations

from dataclasses import dataclass

from mandat.apps.programme.published import Published
from mandat.apps.publications.alerts.changes import observe
from mandat.apps.publications.alerts.composing import compose
from mandat.apps.publications.alerts.delivering import deliver
from mandat.apps.publications.models import Pace


@dataclass(frozen=True, slots=True)
class Run:
    """``due`` deliveries were entered, ``sent`` were handed over, earlier ones included."""

    changes: int
    due: int
    sent: int


def send_alerts(current: Published) -> Run:
    """See what changed, write what is due, deliver what waits. Running it twice sends nothing twice."""
    changes = observe(current)
    due = sum(compose(current, pace=pace) for pace in Pace.values)
    return Run(len(changes), due, deliver())
