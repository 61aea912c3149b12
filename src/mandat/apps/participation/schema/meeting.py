"""Components held in person or in confidence: meetings, sessions, mediation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mandat.apps.answers.schema import AnswerDuty
from mandat.apps.participation.schema.parts import Component
from mandat.apps.programme.schema import BilingualText, Slug


class Meetings(Component):
    """Meetings with places: public meetings, workshops, visits, training sessions. Their dates and places are given by agents."""

    type: Literal["meetings"]
    kind: Literal["meeting", "workshop", "visit", "training"] = "meeting"
    registration: bool = True
    minutes: bool = True


class Mediation(Component):
    """Confidential mediation cases: who mediates, how soon a case is taken up, how long it may last, what is published about it (counts alone)."""

    type: Literal["mediation"]
    mediators: Slug
    subjects: BilingualText
    take_up_days: int = Field(default=15, ge=1, le=90)
    lasts_months: int = Field(default=6, ge=1, le=36)
    retention_months: int = Field(default=24, ge=1, le=120)
    answer: AnswerDuty | None = None
