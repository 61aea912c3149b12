"""Schemas of what is held again and again with places to book: series of training sessions and of events.

A series says what each of its meetings is for, for whom, how many places and how many meetings a year are meant, and which commitments
its facts serve. Its meetings themselves, with their dates and places, are given by agents.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.programme.schema import (
    BilingualText,
    BilingualTitle,
    CommitmentCode,
    MeasureNumber,
    Slug,
    UnitCode,
)
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Number, Strict
from mandat.kernel.text import Text

#: What a meeting is.
MeetingKind = Literal["meeting", "workshop", "visit", "training", "event", "worksite"]


class Waiting(Strict):
    """A waiting list: whoever is promoted has so many hours to confirm, then the place goes to the next."""

    confirm_hours: Annotated[int, Field(ge=2, le=336)] = 48


class Series(Strict):
    """What meetings of a series share. ``unit``: what one meeting held counts as in facts (session, event, project …)."""

    code: Slug
    title: BilingualTitle
    summary: BilingualText
    for_whom: BilingualText
    practical: BilingualText | None = None
    access: BilingualText
    measures: tuple[MeasureNumber, ...] = Field(min_length=1)
    commitments: tuple[CommitmentCode, ...] = ()
    owner: Slug
    unit: UnitCode
    places: Annotated[int, Field(ge=1, le=5000)]
    meetings_a_year: Annotated[int, Field(ge=1, le=1000)]
    waiting: Waiting | None = Waiting()
    #: Days before a meeting on which those who booked are reminded, and until when one may cancel on the site.
    reminders: tuple[Annotated[int, Field(ge=1, le=60)], ...] = (7, 1)
    cancel_hours: Annotated[int, Field(ge=0, le=336)] = 2
    #: Months after a meeting until who booked and came is forgotten.
    retention_months: Annotated[int, Field(ge=1, le=60)] = 3
    assumptions: tuple[BilingualText, ...] = ()

    @model_validator(mode="after")
    def _serves_its_measures(self) -> Series:
        for code in self.commitments:
            if int(code.split(".")[0]) not in self.measures:
                raise SchemaError(
                    Text(
                        f"l'engagement {code} n'est pas d'une mesure de la série",
                        f"commitment {code} is not of a measure of the series",
                    )
                )
        return self

    @property
    def places_a_year(self) -> int:
        """Places meant to be offered in a year."""
        return self.places * self.meetings_a_year


class Training(Series):
    """A series of training sessions. A person is trained once they attended ``sessions_to_complete`` of them: counted once for the series.

    ``young_until``: the last age counted among young people, in facts of their own (the end of an age band); None where it does not ask.
    """

    content: tuple[BilingualText, ...] = Field(min_length=1)
    hours: Annotated[Number, Field(gt=0, le=200)]
    sessions_to_complete: Annotated[int, Field(ge=1, le=20)] = 1
    certificate: bool = True
    young_until: Literal[17, 24, 39] | None = None
    retention_months: Annotated[int, Field(ge=1, le=60)] = 24


class EventSeries(Series):
    """A series of events: open days, garden events, visits, hands-on sites."""

    form: Literal["event", "visit", "worksite", "workshop"] = "event"


register(Kind("training", Text("formation", "training"), Training))
register(Kind("event-series", Text("série d'événements", "series of events"), EventSeries))
