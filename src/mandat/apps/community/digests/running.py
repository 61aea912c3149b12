"""The whole run, as the command and the worker do it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from mandat.apps.community.digests.cutting import cut, due_paces
from mandat.apps.community.digests.sending import left, send_slice
from mandat.apps.community.digests.sources import registered


@dataclass(frozen=True, slots=True)
class Run:
    """``observed`` by the sources before, ``due`` recipients of what was cut, ``sent`` by this run, what earlier ones left included."""

    observed: int
    due: int
    sent: int


def digests_cut(programme: str = "") -> tuple[int, int]:
    """See what is new, and cut the digests whose time has come. Returns what was observed, and how many recipients are due."""
    code = programme or settings.MANDAT_PROGRAMME
    observed = sum(source.prepare(code) for source in registered())
    made = [cut(code, pace) for pace in due_paces(code)]
    return observed, sum(digest.due for digest in made if digest is not None)


def digests_send(programme: str = "") -> Run:
    """Cut what is due and send all that waits, slice by slice, here. Twice sends nothing twice."""
    code = programme or settings.MANDAT_PROGRAMME
    observed, due = digests_cut(code)
    sent = sum(send_slice(pk) for pk in list(left(code).values_list("pk", flat=True)))
    return Run(observed, due, sent)
