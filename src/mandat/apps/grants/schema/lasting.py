"""What lasts: the terms of a label and of a contract, and the share of the region they must reach by a date."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from mandat.apps.grants.schema.parts import Percent
from mandat.apps.programme.schema import BilingualTitle
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Strict
from mandat.kernel.text import Text

#: What a coverage is a share of: figures of the territory, or counts the Region imports or declares.
Covered = Literal["population", "area", "communes", "epci", "living-basins", "schools", "canteens", "farmland"]


class Coverage(Strict):
    """What holders must cover together: the ``share`` in percent of the region's ``covers`` to reach ``by`` a day."""

    covers: Covered | None = None
    share: Percent | None = None
    by: dt.date | None = None

    @model_validator(mode="after")
    def _covers_a_share(self) -> Coverage:
        if (self.covers is None) != (self.share is None) or (self.by is not None and self.covers is None):
            raise SchemaError(Text("« covers » va avec « share »", "“covers” goes with “share”"))
        return self


class LabelTerms(Coverage):
    """A label: how long it is valid, when its renewal is proposed, the visit it asks for, and what it must cover by when."""

    valid_months: int = Field(ge=1, le=120)
    renew_before_days: int = Field(default=90, ge=1, le=365)
    visit: bool = False
    mark: BilingualTitle


class ContractTerms(Coverage):
    """A contract: how many years, how often it is reviewed, and what it must cover by when."""

    years: int = Field(ge=1, le=15)
    review_months: int = Field(default=12, ge=1, le=60)
