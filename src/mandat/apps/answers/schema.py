"""Who owes an answer, and by when."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mandat.apps.programme.schema import BilingualText, BilingualTitle, Slug
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Strict
from mandat.kernel.text import Text


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


class ContestRule(Strict):
    """Who examines contested figures, by when, and how many one person may have waiting at once."""

    code: Slug
    title: BilingualTitle
    text: BilingualText
    body: Slug
    days: int = Field(default=30, ge=1, le=365)
    waiting: int = Field(default=5, ge=1, le=100)


register(Kind("contest-rule", Text("règle des contestations", "rule of contests"), ContestRule))
