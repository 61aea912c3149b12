"""Who owes an answer, and by when."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mandat.apps.programme.schema import BilingualText, Slug
from mandat.engines.indicators.expression import Strict


class AnswerDuty(Strict):
    """``body`` answers within ``days`` of what makes the answer due; ``delivery_months``: how long what was promised may take.

    ``form``: a public reply, a hearing of those who asked, a debate of the body, or a decision it votes on.
    """

    body: Slug
    days: int = Field(ge=1, le=730)
    form: Literal["reply", "hearing", "debate", "decision"] = "reply"
    reminder_days: int = Field(default=7, ge=0, le=180)
    delivery_months: int | None = Field(default=None, ge=1, le=120)
    text: BilingualText | None = None
