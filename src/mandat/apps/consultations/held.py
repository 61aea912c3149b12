"""A component of a published process with the row that keeps it: where every act and every page begins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.conf import settings

from mandat.apps.consultations.models import Consultation
from mandat.apps.participation.definitions import PublishedProcess, published_process
from mandat.apps.participation.schema.contributions import Drafting, Observations, OpinionMap, Survey
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Document = TypeVar("Document", Drafting, Survey, OpinionMap, Observations)
#: Moments a component may have in phases, besides the bare code.
MOMENTS = ("amend", "vote")


@dataclass(frozen=True, slots=True)
class Held(Generic[Document]):
    """``document`` as published in ``process``."""

    process: PublishedProcess
    document: Document

    @property
    def code(self) -> str:
        return self.document.code

    @property
    def programme(self) -> str:
        return self.process.programme

    def is_open(self, at: dt.datetime, *, moment: str = "") -> bool:
        """Whether one may act: the bare code opens every moment. Without ``moment``: in any of them."""
        if self.process.is_open(self.code, at):
            return True
        wanted = (moment,) if moment else MOMENTS
        return any(self.process.is_open(self.code, at, moment=one) for one in wanted)

    def _phases(self) -> list[Any]:
        names = {self.code, *(f"{self.code}:{moment}" for moment in MOMENTS)}
        return [phase for phase in self.process.process.phases if names & set(phase.does)]

    def opens_at(self) -> dt.datetime | None:
        """When it first opens; None where no phase names it."""
        found = [self.process.opens_at(self.code, moment=moment) for moment in ("", *MOMENTS)]
        return min((one for one in found if one is not None), default=None)

    def closes_at(self) -> dt.datetime | None:
        """The first instant after its last phase; None where one has no end, or none names it."""
        if any(phase.closes is None for phase in self._phases()):
            return None
        found = [self.process.closes_at(self.code, moment=moment) for moment in ("", *MOMENTS)]
        return max((one for one in found if one is not None), default=None)

    def is_over(self, at: dt.datetime) -> bool:
        end = self.closes_at()
        return end is not None and at >= end

    def row(self) -> Consultation | None:
        """What is kept of it; None before its first act."""
        return Consultation.objects.filter(
            programme=self.programme, process=self.process.code, component=self.code
        ).first()


_TYPES = {Drafting: "drafting", Survey: "survey", OpinionMap: "opinion-map", Observations: "observations"}


def held(process: str, component: str, document: type[Document], *, programme: str = "") -> Held[Document]:
    """A component in force. Raises InputError where there is none of that type."""
    found = published_process(process, programme)
    known = found.process.component(component)
    if known is None or known.type != _TYPES[document]:
        raise InputError(
            Text(f"composante inconnue : {process}/{component}", f"unknown component: {process}/{component}")
        )
    return Held(found, cast(Document, known))


def held_of(row: Consultation) -> Held[Any]:
    """The component of a row. Raises InputError where it is published no more."""
    found = published_process(row.process, row.programme)
    known = found.process.component(row.component)
    if known is None or known.type != row.type:
        raise InputError(Text(f"composante inconnue : {row}", f"unknown component: {row}"))
    return Held(found, known)


def all_held(programme: str = "") -> list[Held[Any]]:
    """Every component of these types in force."""
    from mandat.apps.participation.definitions import published_processes

    return [
        Held(process, one)
        for process in published_processes(programme or settings.MANDAT_PROGRAMME).values()
        for one in process.process.components
        if one.type in _TYPES.values()
    ]
