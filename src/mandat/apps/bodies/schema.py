"""The definition of a body: what it may do, who sits in it and for how long, when it is quorate, how it votes, what it publishes and when.

Whether a body exists, who sits, when it met and what it decided are acts (``services``) and facts, never a line of this document.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.programme.schema import BilingualText, BilingualTitle, BodyHead, CommitmentCode, MeasureNumber, Slug
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Number, Strict
from mandat.kernel.text import Text

Area = Annotated[
    str,
    Field(pattern=r"^(?:region:[0-9]{2}|departement:[0-9AB]{2,3}|epci:[0-9]{9}|commune:[0-9AB]{5}|bassin:[0-9A-Z]{4,6})$"),
]  # fmt: skip
Days = Annotated[int, Field(ge=0, le=365)]
Share = Annotated[Number, Field(gt=0, le=100)]
#: ``decides``: what it votes binds; ``advises``: it gives opinions; ``proposes``: it puts questions to others; ``watches``: it follows what is done.
Power = Literal["decides", "advises", "proposes", "watches"]
#: Acts of a body that may reach a milestone of a commitment it serves.
Step = Literal["created", "installed", "first-session", "agreement", "report"]


class College(Strict):
    """Seats kept for one sort of members. ``votes`` false: they speak and do not vote. ``named_by``: who names them."""

    code: Slug
    title: BilingualTitle
    seats: int = Field(ge=1, le=1000)
    named_by: BilingualTitle
    votes: bool = True


class Quorum(Strict):
    """How many voting members must be there: ``number``; or ``at_least``, or ``more_than``, a percent of those in office."""

    number: int | None = Field(default=None, ge=1, le=1000)
    at_least: Share | None = None
    more_than: Share | None = None

    @model_validator(mode="after")
    def _one(self) -> Quorum:
        if sum(value is not None for value in (self.number, self.at_least, self.more_than)) != 1:
            raise SchemaError(
                Text(
                    "un quorum donne soit « number », soit « at_least », soit « more_than »",
                    "a quorum gives one of “number”, “at_least”, “more_than”",
                )
            )
        if self.more_than is not None and self.more_than >= 100:
            raise SchemaError(Text("personne n'est plus que tous", "nobody is more than all"))
        return self


class Voting(Strict):
    """How a question is carried.

    ``majority``: more for than against (``simple``); for by more than half of the voting members in office (``absolute``); for at least two of
    three votes cast (``two-thirds``). Abstentions are no votes cast. ``tie``: rejected, or as whoever presides voted. ``proxies``: how many
    absent members one member may vote for.
    """

    majority: Literal["simple", "absolute", "two-thirds"] = "simple"
    tie: Literal["rejected", "president"] = "rejected"
    proxies: int = Field(default=1, ge=0, le=5)


class Delays(Strict):
    """Days: ``notice`` and ``agenda`` before a session, ``requests`` before it to ask for an item, ``minutes`` after it to publish them."""

    notice: Days = 12
    agenda: Days = 7
    requests: Days = 20
    minutes: Days = 15

    @model_validator(mode="after")
    def _ordered(self) -> Delays:
        if self.agenda > self.notice:
            raise SchemaError(
                Text(
                    "l'ordre du jour part au plus tôt avec la convocation",
                    "an agenda is not sent before the convocation",
                )
            )
        return self


class Body(BodyHead):
    """A body: a function, never a person.

    Only ``code``, ``title``, ``type`` and ``summary`` are needed for one that answers for measures and does not meet; one that meets has
    ``colleges``, ``quorum`` and ``sessions_a_year``. ``milestones``: which milestone of a commitment an act of the body reaches.
    """

    model_config = {**BodyHead.model_config, "extra": "forbid"}

    mandate: BilingualText | None = None
    powers: tuple[Power, ...] = ()
    colleges: tuple[College, ...] = Field(default=(), max_length=20)
    named_by: BilingualTitle | None = None
    term_months: int | None = Field(default=None, ge=1, le=240)
    parity: bool = False
    quorum: Quorum | None = None
    voting: Voting = Voting()
    presidency: BilingualTitle | None = None
    sessions_a_year: int = Field(default=0, ge=0, le=366)
    publicity: Literal["public", "closed"] = "public"
    interests: bool = False
    delays: Delays = Delays()
    area: Area | None = None
    measures: tuple[MeasureNumber, ...] = ()
    commitments: tuple[CommitmentCode, ...] = ()
    milestones: dict[Step, Slug] = Field(default_factory=dict)
    assumptions: tuple[BilingualText, ...] = ()

    @property
    def meets(self) -> bool:
        """Whether its members are named and sit."""
        return bool(self.colleges)

    @property
    def seats(self) -> int:
        return sum(one.seats for one in self.colleges)

    def college(self, code: str) -> College | None:
        return next((one for one in self.colleges if one.code == code), None)

    @model_validator(mode="after")
    def _coherent(self) -> Body:
        codes = [one.code for one in self.colleges]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise SchemaError(Text(f"collège en double : {min(twice)}", f"college given twice: {min(twice)}"))
        if bool(self.colleges) != (self.quorum is not None):
            raise SchemaError(
                Text("une instance qui siège a des collèges et un quorum", "a body that sits has colleges and a quorum")
            )
        if self.sessions_a_year and not self.colleges:
            raise SchemaError(Text("des séances sans membres", "sessions without members"))
        if self.colleges and not any(one.votes for one in self.colleges):
            raise SchemaError(Text("aucun collège ne vote", "no college votes"))
        voting = sum(one.seats for one in self.colleges if one.votes)
        if self.quorum is not None and self.quorum.number is not None and self.quorum.number > voting:
            raise SchemaError(Text("un quorum au-delà des sièges qui votent", "a quorum beyond the seats that vote"))
        for code in self.commitments:
            if int(code.split(".")[0]) not in self.measures:
                raise SchemaError(
                    Text(
                        f"l'engagement {code} n'est pas d'une mesure de l'instance",
                        f"commitment {code} is not of a measure of the body",
                    )
                )
        return self


class Bodies(Strict):
    bodies: tuple[Body, ...] = Field(min_length=1)


register(Kind("body", Text("instance", "body"), Body))
register(Kind("bodies", Text("instances", "bodies"), Bodies, children={"bodies": "body"}, wrapper=True))
