"""The published processes of the programme, read once for each revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from mandat.apps.participation.models import ProcessRun
from mandat.apps.participation.schema import Phase, Process
from mandat.definitions import revisions
from mandat.definitions.models import DefinitionVersion
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.moments import closing, opening
from mandat.kernel.text import Text

#: Of components with several moments, those in which everyone may act: ideas are studied, and projects delivered, by agents.
MOMENTS = {"budget": frozenset({"vote"}), "panel": frozenset({"volunteer"})}


@dataclass(frozen=True, slots=True)
class PublishedProcess:
    """A process and the version of it that is in force."""

    process: Process
    ref: DefinitionRef
    programme: str

    @property
    def code(self) -> str:
        return self.process.code

    def phases_at(self, at: dt.datetime) -> tuple[Phase, ...]:
        """The phases that run at an instant (aware), in their order."""
        return tuple(phase for phase in self.process.phases if _runs(phase, at))

    def phases_of(self, component: Any) -> tuple[Phase, ...]:
        """The phases in which everyone may act in a component (its document), whatever the instant."""
        moments = MOMENTS.get(component.type)
        found = []
        for phase in self.process.phases:
            parts = [done.partition(":") for done in phase.does]
            if any(code == component.code and (not m or moments is None or m in moments) for code, _, m in parts):
                found.append(phase)
        return tuple(found)

    def open_until(self, component: Any, at: dt.datetime) -> tuple[bool, dt.datetime | None]:
        """Whether everyone may act in a component at an instant, and the first instant after it (None: no end)."""
        running = [phase for phase in self.phases_of(component) if _runs(phase, at)]
        ends = [closing(phase.closes) for phase in running if phase.closes is not None]
        return bool(running), max(ends) if running and len(ends) == len(running) else None

    def is_open(self, component: str, at: dt.datetime, *, moment: str = "") -> bool:
        """Whether one may act in a component (or in one ``moment`` of it) at an instant: to the second, on the clocks of Paris."""
        wanted = f"{component}:{moment}" if moment else component
        return any(wanted in phase.does for phase in self.phases_at(at))

    def moments_at(self, component: str, at: dt.datetime) -> list[str]:
        """The moments of a component open at an instant, where it has several; empty where it is open or closed as a whole."""
        names = [name.partition(":") for phase in self.phases_at(at) for name in phase.does]
        return list(dict.fromkeys(moment for code, _colon, moment in names if code == component and moment))

    def opens_at(self, component: str, *, moment: str = "") -> dt.datetime | None:
        """When a component first opens; None where no phase names it."""
        wanted = f"{component}:{moment}" if moment else component
        return min((opening(phase.opens) for phase in self.process.phases if wanted in phase.does), default=None)

    def closes_at(self, component: str, *, moment: str = "") -> dt.datetime | None:
        """The first instant after which nothing more is taken; None where it stays open or no phase names it."""
        wanted = f"{component}:{moment}" if moment else component
        ends = [phase.closes for phase in self.process.phases if wanted in phase.does]
        return None if not ends or None in ends else max(closing(end) for end in ends if end is not None)


def _runs(phase: Phase, at: dt.datetime) -> bool:
    return opening(phase.opens) <= at and (phase.closes is None or at < closing(phase.closes))


def published_processes(programme: str = "") -> Mapping[str, PublishedProcess]:
    """The processes in force by code, in their order (of the site's own programme by default).

    A process that has its first contribution keeps the version it runs under, whatever was published since, even its withdrawal.
    """
    code = programme or settings.MANDAT_PROGRAMME
    number = revisions.current(code)
    if number is None:
        return {}
    runs = ProcessRun.objects.filter(programme=code, frozen_at__isnull=False).order_by("process")
    return _read(code, number, tuple(runs.values_list("process", "version")))


def published_process(code: str, programme: str = "") -> PublishedProcess:
    """One process in force. Raises InputError where there is none of that code."""
    known = published_processes(programme)
    if code not in known:
        raise InputError(Text(f"processus inconnu : {code}", f"unknown process: {code}"))
    return known[code]


def latest_published(code: str, programme: str = "") -> PublishedProcess | None:
    """The version that was published last, in force or not yet; None where the process was withdrawn."""
    name = programme or settings.MANDAT_PROGRAMME
    row: Any = DefinitionVersion.objects.filter(programme=name, kind="process", code=code, current=True).first()
    return None if row is None else _published(row)


def version_of(code: str, version: int, programme: str = "") -> PublishedProcess:
    """A process as it was in one version. Raises InputError where there is none."""
    name = programme or settings.MANDAT_PROGRAMME
    row: Any = DefinitionVersion.objects.filter(programme=name, kind="process", code=code, version=version).first()
    if row is None:
        raise InputError(Text(f"version inconnue : {code} v{version}", f"unknown version: {code} v{version}"))
    return _published(row)


def _published(row: Any) -> PublishedProcess:
    ref = DefinitionRef(row.kind, row.code, row.version, row.digest)
    return PublishedProcess(Process.model_validate(row.body), ref, row.programme)


@lru_cache(maxsize=8)
def _read(programme: str, revision: int, frozen: tuple[tuple[str, int], ...]) -> Mapping[str, PublishedProcess]:
    """``frozen``: the version each running process keeps."""
    rows: Any = DefinitionVersion.objects.filter(programme=programme, kind="process", current=True).order_by("position")
    found = {row.code: _published(row) for row in rows}
    for code, version in frozen:
        if code not in found or found[code].ref.version != version:
            found[code] = version_of(code, version, programme)
    return found
