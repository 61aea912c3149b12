"""Who may apply, where, and when applications are received."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from mandat.apps.grants.schema.parts import ApplicantKind, Euros
from mandat.apps.programme.schema import BilingualText, BilingualTitle, Slug
from mandat.apps.rulebook.schema import AreaCode
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Strict
from mandat.kernel.text import Text

Parties = Annotated[int, Field(ge=1, le=50)]


def _day_or_moment(value: object) -> object:
    """A day written as a text stays a day, which counts whole; read as a moment it would be its first second."""
    return dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value


Moment = Annotated[dt.datetime | dt.date, BeforeValidator(_day_or_moment)]


class Role(Strict):
    """A part that every joint application must fill, by one party of one of ``kinds`` (by ``least`` parties where more are needed).

    Written short, a kind alone is a role of that kind.
    """

    code: Slug
    kinds: tuple[ApplicantKind, ...] = Field(min_length=1)
    label: BilingualTitle | None = None
    least: Parties = 1
    leads: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"code": value, "kinds": [value]} if isinstance(value, str) else value


class Applicants(Strict):
    """Who may apply. ``parties``: how many organisations sign a joint application, the one that leads it included; ``roles`` are
    those every joint application must fill (a public laboratory and a citizens' association for a PICRI), each by another party."""

    kinds: tuple[ApplicantKind, ...] = Field(min_length=1)
    who: BilingualText
    parties: tuple[Parties, Parties] = (1, 1)
    roles: tuple[Role, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _ordered(self) -> Applicants:
        least, most = self.parties
        if least > most or sum(role.least for role in self.roles) > most:
            raise SchemaError(Text("le nombre de parties ne tient pas", "the number of parties does not hold"))
        codes = [role.code for role in self.roles]
        if len(set(codes)) != len(codes):
            raise SchemaError(Text("deux rôles portent le même code", "two roles share a code"))
        if sum(role.leads for role in self.roles) > 1:
            raise SchemaError(Text("un seul rôle mène la demande", "only one role leads the application"))
        return self


class Perimeter(Strict):
    """Where: the ``seat`` of the applicant or the place of the ``project`` lies in one of ``areas``, and in none of ``excluding``.

    An area is one of the territory (``region:24``, ``epci:241800507``, ``bassin:18033``) or a named perimeter of the programme
    (``perimeter:aires-de-captage``), written once and shared by the schemes and rules that name it.
    """

    of: Literal["seat", "project"] = "project"
    areas: tuple[AreaCode, ...] = Field(min_length=1)
    excluding: tuple[AreaCode, ...] = ()
    label: BilingualTitle | None = None


class Round(Strict):
    """A further round of every call: those retained in the one before then answer the sections and give the evidence of this one."""

    code: Slug
    title: BilingualTitle
    help: BilingualText | None = None


class CallRound(Strict):
    """When a further round of one call receives the answers of those retained, and the days its committee sits."""

    code: Slug
    opens: Moment
    closes: Moment
    committee_on: tuple[dt.date, ...] = ()


class Call(Strict):
    """A time when applications are received: from ``opens`` to the last second of ``closes`` (Europe/Paris), or without end.

    ``envelope`` is the most that may be awarded in it; ``committee_on`` are the days its committee sits. ``rounds`` dates the
    further rounds of a scheme that has them, one after the other: ``opens`` and ``closes`` are then those of the first.
    """

    code: Slug
    title: BilingualTitle
    opens: Moment
    closes: Moment | None = None
    envelope: Euros | None = None
    committee_on: tuple[dt.date, ...] = ()
    rounds: tuple[CallRound, ...] = Field(default=(), max_length=4)


def instant(moment: dt.datetime | dt.date) -> dt.datetime:
    """A comparable moment: a day stands for its first second."""
    if isinstance(moment, dt.datetime):
        return moment.replace(tzinfo=None)
    return dt.datetime.combine(moment, dt.time())  # Paris time, as written
