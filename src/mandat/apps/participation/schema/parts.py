"""What several parts of a process are made of."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from mandat.apps.programme.schema import BilingualText, BilingualTitle, Slug
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Number, Strict
from mandat.kernel.moments import opening
from mandat.kernel.text import Text

Percent = Annotated[Number, Field(ge=0, le=100)]
Age = Annotated[int, Field(ge=0, le=120)]
#: An area of facts: a region, a département, an EPCI, a commune; or a perimeter of the programme.
Area = Annotated[
    str, Field(pattern=r"^(?:(?:region|departement|epci|commune):[0-9AB]{2,9}|perimeter:[a-z0-9-]{1,60})$")
]
Reaction = Annotated[str, Field(pattern=r"^[a-z-]{1,30}$")]


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _on_the_clock(moment: dt.datetime | dt.date) -> dt.datetime | dt.date:
    try:
        opening(moment)
    except ValueError:
        raise SchemaError(
            Text(
                f"{moment} n'existe pas ou existe deux fois à Paris (changement d'heure), ou porte un décalage",
                f"{moment} is missing or comes twice in Paris (clocks change), or bears an offset",
            )
        ) from None
    return moment


def _day_or_hour(given: Any) -> Any:
    """A published definition is read back from JSON: a day written there stays a day, which lasts until the next midnight."""
    return dt.date.fromisoformat(given) if isinstance(given, str) and _DAY.fullmatch(given) else given


#: A day, or a day and an hour, of Paris.
Moment = Annotated[dt.datetime | dt.date, BeforeValidator(_day_or_hour), AfterValidator(_on_the_clock)]


class Choice(Strict):
    """One of the answers, categories or themes to choose from."""

    code: Slug
    label: BilingualTitle
    help: BilingualText | None = None


class Component(Strict):
    """What people do in a process: its ``code`` names it in phases, addresses and facts."""

    code: Slug
    title: BilingualTitle
    help: BilingualText | None = None
