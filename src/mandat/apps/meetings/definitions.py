"""The published series of trainings and events, read once for each revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from mandat.apps.meetings.schema import EventSeries, Series, Training
from mandat.definitions.models import DefinitionVersion, Revision
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_SCHEMAS: Mapping[str, type[Series]] = {"training": Training, "event-series": EventSeries}


@dataclass(frozen=True, slots=True)
class PublishedSeries:
    """A series and the version of it that is in force."""

    series: Training | EventSeries
    ref: DefinitionRef
    programme: str

    @property
    def code(self) -> str:
        return self.series.code

    @property
    def training(self) -> Training | None:
        """The series where it is of trainings, else None."""
        return self.series if isinstance(self.series, Training) else None

    @property
    def kind(self) -> str:
        """What its meetings are."""
        return "training" if isinstance(self.series, Training) else self.series.form


def published_series(programme: str = "") -> Mapping[str, PublishedSeries]:
    """The series in force by code, trainings first (of the site's own programme by default)."""
    code = programme or settings.MANDAT_PROGRAMME
    number = Revision.objects.filter(programme=code).values_list("number", flat=True).first()
    return {} if number is None else _read(code, number)


def series_of(code: str, programme: str = "") -> PublishedSeries:
    """One series in force. Raises InputError where there is none of that code."""
    known = published_series(programme)
    if code not in known:
        raise InputError(Text(f"série inconnue : {code}", f"unknown series: {code}"))
    return known[code]


@lru_cache(maxsize=8)
def _read(programme: str, revision: int) -> Mapping[str, PublishedSeries]:
    rows: Any = DefinitionVersion.objects.filter(programme=programme, kind__in=list(_SCHEMAS), current=True).order_by(
        "-kind", "position"
    )
    return {
        row.code: PublishedSeries(
            _SCHEMAS[row.kind].model_validate(row.body),  # type: ignore[arg-type]
            DefinitionRef(row.kind, row.code, row.version, row.digest),
            programme,
        )
        for row in rows
    }
