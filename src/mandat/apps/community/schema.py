"""Schema of the moderation charter: what may not be published, what holds a content by itself, who decides by when."""

from __future__ import annotations

from pydantic import Field, model_validator

from mandat.apps.programme.schema import BilingualText, BilingualTitle, Reference, Slug
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Strict
from mandat.kernel.text import Text

KIND = "moderation-charter"


class CharterRule(Strict):
    """One rule: what may not be published, and the law it comes from. ``urgent``: looked at before all others, hidden at the first report."""

    code: Slug
    title: BilingualTitle
    text: BilingualText
    reference: Reference | None = None
    urgent: bool = False


class AutomaticHolds(Strict):
    """What holds a content before anyone has seen it. Its author is told at once, and why.

    ``links``: more addresses than that in one text (``new_links`` from an account younger than ``new_account_hours``);
    ``same_text_days``: the same text again within so many days; ``reports``: that many people report it;
    ``new_contributions``: an account younger than ``new_account_hours`` that publishes more than that.
    """

    links: int = Field(default=3, ge=0, le=50)
    new_account_hours: int = Field(default=24, ge=0, le=720)
    new_links: int = Field(default=0, ge=0, le=50)
    new_contributions: int = Field(default=5, ge=0, le=100)
    same_text_days: int = Field(default=7, ge=0, le=90)
    reports: int = Field(default=3, ge=1, le=100)


class ModerationCharter(Strict):
    """``decide_hours`` to look at what is held or reported; ``appeal_days`` to contest a decision, ``appeal_answer_days`` to answer.

    ``longest_suspension_days`` bounds what an agent may decide about an account.
    """

    code: Slug
    title: BilingualTitle
    text: BilingualText
    rules: tuple[CharterRule, ...] = Field(min_length=1, max_length=40)
    holds: AutomaticHolds = AutomaticHolds()
    decide_hours: int = Field(default=48, ge=1, le=720)
    appeal_days: int = Field(default=60, ge=1, le=365)
    appeal_answer_days: int = Field(default=15, ge=1, le=90)
    longest_suspension_days: int = Field(default=90, ge=1, le=730)

    @model_validator(mode="after")
    def _coherent(self) -> ModerationCharter:
        codes = [rule.code for rule in self.rules]
        if len(set(codes)) < len(codes):
            raise SchemaError(Text("deux règles ont le même code", "two rules have the same code"))
        return self


register(Kind(KIND, Text("charte de modération", "moderation charter"), ModerationCharter))
