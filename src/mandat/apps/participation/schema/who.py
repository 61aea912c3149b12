"""Who may take part, and how that is known."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mandat.apps.ballots.schema import Channel
from mandat.apps.participation.schema.parts import Age, Area
from mandat.apps.programme.schema import BilingualText, Slug
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Strict
from mandat.kernel.text import Text

#: What someone is to the territory or to the matter, besides living there.
Quality = Literal[
    "student",
    "lycee-pupil",
    "worker",
    "user",
    "artist",
    "association",
    "union",
    "company",
    "local-authority",
    "researcher",
]
#: How a condition is known: what the person says, the identity provider (FranceConnect), a roll given by whoever keeps it, an agent who saw it.
Proof = Literal["declared", "oidc", "roll", "desk"]


class Verification(Strict):
    """How identity, age, residence and quality are known; the strictest that does not keep people out is the right one."""

    identity: Literal["none", "account", "oidc", "roll", "desk"] = "account"
    age: Proof = "declared"
    residence: Proof = "declared"
    quality: Proof = "declared"
    why: BilingualText


class Participants(Strict):
    """Who may take part.

    ``areas``: where one lives (empty: anywhere). ``qualities``: at least one of them (empty: none asked). ``bodies``: reserved to members of these.
    ``organisations``: through a member who speaks for them, one voice for each. ``channels`` are open to whoever votes or signs.
    """

    text: BilingualText
    least_age: Age | None = None
    most_age: Age | None = None
    areas: tuple[Area, ...] = ()
    qualities: tuple[Quality, ...] = ()
    bodies: tuple[Slug, ...] = ()
    organisations: bool = False
    channels: tuple[Channel, ...] = Field(default=("account",), min_length=1)
    verification: Verification

    @model_validator(mode="after")
    def _coherent(self) -> Participants:
        if self.least_age is not None and self.most_age is not None and self.most_age < self.least_age:
            raise SchemaError(Text("« most_age » est sous « least_age »", "“most_age” is under “least_age”"))
        return self
