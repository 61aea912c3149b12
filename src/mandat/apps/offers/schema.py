"""Schema of a systematic offer: to whom it is made, in which rounds, where, and what each person may answer.

Every member of the target population is invited once in each round, none twice, none forgotten. What is invited is a
``person`` (a pupil) or a ``group`` (a class, with its number of pupils).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.programme.schema import BilingualText, BilingualTitle, CommitmentCode, Reference, Slug
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.disclosure import SMALLEST
from mandat.engines.indicators.expression import Strict
from mandat.kernel.text import Text


class Ages(Strict):
    """Ages in completed years on the first day of the round, both included."""

    least: int = Field(ge=0, le=120)
    most: int = Field(ge=0, le=120)

    @model_validator(mode="after")
    def _ordered(self) -> Ages:
        if self.most < self.least:
            raise SchemaError(Text("« most » ne peut être sous « least »", "“most” cannot be under “least”"))
        return self


class Target(Strict):
    """Who is invited: in which establishments, from whose list.

    ``ages`` is for persons; those outside are refused line by line when a list is imported. ``identified_by``: what makes one
    member one and the same in two lists: a national ``identifier``, else ``name-and-birth-date``; a group is known by its
    establishment and its name.
    """

    who: BilingualText
    establishments: Slug
    establishments_label: BilingualTitle
    roll_source: BilingualText
    ages: Ages | None = None
    identified_by: Literal["name-and-birth-date", "identifier", "group-name"] = "name-and-birth-date"


class Round(Strict):
    """One turn of the offer (a school year): each member is invited once from ``opens`` to ``closes``, both included."""

    code: Slug
    title: BilingualTitle
    opens: dt.date
    closes: dt.date

    @model_validator(mode="after")
    def _ordered(self) -> Round:
        if self.closes < self.opens:
            raise SchemaError(Text("un tour ferme après avoir ouvert", "a round closes after it opens"))
        return self


class Slots(Strict):
    """Appointments: their length in minutes, how many invitations one takes, how they may be changed.

    ``notice_hours``: the latest a slot may be booked, moved or cancelled before it begins; ``waiting_list``: whether one can wait
    for a place where all is taken. ``at``: what a place is, as the person reads it.
    """

    at: BilingualTitle
    minutes: int = Field(ge=5, le=24 * 60)
    capacity: int = Field(default=1, ge=1, le=1000)
    notice_hours: int = Field(default=24, ge=0, le=720)
    waiting_list: bool = True


class Reminders(Strict):
    """E-mails sent where an address is known: days before an appointment, and after an invitation left without an answer."""

    days_before: tuple[Annotated[int, Field(ge=0, le=60)], ...] = ()
    unanswered_after_days: Annotated[int, Field(ge=1, le=365)] | None = None


class SecondInvitation(Strict):
    """After an appointment missed: invited again, with a new code, ``after_days`` later at the earliest; never a third time."""

    after_days: int = Field(default=14, ge=0, le=365)


class OptOut(Strict):
    """Who may decline, without giving a reason: the person alone from ``alone_from_age``, a legal guardian below.

    None: the answer is given by whoever received the letter (a school for its class).
    """

    alone_from_age: int | None = Field(default=None, ge=0, le=18)
    rule: BilingualText
    reference: Reference | None = None


class Retention(Strict):
    """Months after the end of a round: names go first, then what was answered and attended. Counts published stay."""

    identity_months: int = Field(ge=0, le=60)
    attendance_months: int = Field(ge=0, le=60)
    why: BilingualText

    @model_validator(mode="after")
    def _ordered(self) -> Retention:
        if self.attendance_months < self.identity_months:
            raise SchemaError(
                Text(
                    "les présences ne peuvent être oubliées avant les noms",
                    "attendance cannot be forgotten before names",
                )
            )
        return self


class Publication(Strict):
    """What is published, by establishment, in batches: never under ``threshold`` pupils, whatever the count."""

    threshold: int = Field(default=SMALLEST, ge=SMALLEST, le=1000)
    text: BilingualText


class Offer(Strict):
    """A systematic offer.

    ``sensitive``: what is offered tells of a person's health; then messages bear ``neutral_name`` alone, facts carry no breakdown by
    establishment, and attendance is sealed. ``opened_by`` are the partners who make the offer.
    """

    code: Slug
    title: BilingualTitle
    summary: BilingualText
    what: BilingualText
    practical: BilingualText | None = None
    measures: tuple[Annotated[int, Field(ge=1, le=9999)], ...] = Field(min_length=1)
    commitments: tuple[CommitmentCode, ...] = ()
    unit: Literal["person", "group"] = "person"
    target: Target
    rounds: tuple[Round, ...] = Field(min_length=1)
    slots: Slots
    reminders: Reminders = Reminders()
    second_invitation: SecondInvitation | None = None
    opt_out: OptOut
    sensitive: bool
    neutral_name: BilingualTitle | None = None
    retention: Retention
    publication: Publication
    assumptions: tuple[BilingualText, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Offer:
        for code in self.commitments:
            if int(code.split(".")[0]) not in self.measures:
                raise SchemaError(
                    Text(
                        f"l'engagement {code} n'est pas d'une mesure de l'offre",
                        f"commitment {code} is not of a measure of the offer",
                    )
                )
        if self.sensitive and self.neutral_name is None:
            raise SchemaError(
                Text(
                    "une offre sensible a un « neutral_name » pour ses messages",
                    "a sensitive offer has a “neutral_name” for its messages",
                )
            )
        groups = self.unit == "group"
        if groups != (self.target.identified_by == "group-name"):
            raise SchemaError(
                Text("« unit: group » va avec « identified_by: group-name »", "“unit: group” goes with “group-name”")
            )
        if groups and self.target.ages is not None:
            raise SchemaError(Text("un groupe n'a pas d'âge : retirez « ages »", "a group has no age: no “ages”"))
        if not groups and self.opt_out.alone_from_age is None:
            raise SchemaError(
                Text("dites à partir de quel âge on décline seul", "say from what age one declines alone")
            )
        seen: set[str] = set()
        for rank, one in enumerate(self.rounds):
            if one.code in seen:
                raise SchemaError(Text(f"tour en double : {one.code}", f"round given twice: {one.code}"))
            seen.add(one.code)
            if rank and one.opens <= self.rounds[rank - 1].closes:
                raise SchemaError(
                    Text("les tours se suivent sans se recouvrir", "rounds follow one another without overlap")
                )
        return self

    def round(self, code: str) -> Round | None:
        """The round of a code; None where there is none."""
        return next((one for one in self.rounds if one.code == code), None)

    def current_round(self, day: dt.date) -> Round:
        """The round open on ``day``, else the next, else the last."""
        return next((one for one in self.rounds if day <= one.closes), self.rounds[-1])

    @property
    def spoken_name(self) -> BilingualTitle:
        """What messages to a person call the offer: never why, where it is sensitive."""
        return self.neutral_name or self.title


register(Kind("offer", Text("offre systématique", "systematic offer"), Offer))
