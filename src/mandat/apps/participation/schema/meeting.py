"""Components held in person or in confidence: meetings, sessions, mediation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.participation.schema.parts import Choice, Component
from mandat.apps.programme.schema import BilingualText, Slug
from mandat.definitions.messages import SchemaError
from mandat.kernel.text import Text


class Meetings(Component):
    """Meetings with places: public meetings, workshops, visits, training sessions. Their dates and places are given by agents."""

    type: Literal["meetings"]
    kind: Literal["meeting", "workshop", "visit", "training"] = "meeting"
    registration: bool = True
    minutes: bool = True


class Mediation(Component):
    """Confidential mediation cases: who mediates, how soon a case is taken up, how long it may last, what is published about it (counts alone).

    ``urgent_days`` bounds the taking up of a case where a group or its members are threatened. ``services`` are those a case may be about.
    """

    type: Literal["mediation"]
    mediators: Slug
    subjects: BilingualText
    services: tuple[Choice, ...] = Field(default=(), max_length=60)
    take_up_days: int = Field(default=15, ge=1, le=90)
    urgent_days: int = Field(default=2, ge=1, le=15)
    lasts_months: int = Field(default=6, ge=1, le=36)
    retention_months: int = Field(default=24, ge=1, le=120)
    answer: AnswerDuty | None = None

    @model_validator(mode="after")
    def _sooner(self) -> Mediation:
        if self.urgent_days > self.take_up_days:
            raise SchemaError(Text("l'urgence ne peut attendre plus longtemps", "what is urgent cannot wait longer"))
        return self
