"""What several documents of this app are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mandat.engines.indicators.expression import Number

#: Names of rules' inputs and formulas, and of fields of a form: both meet in one case.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$", max_length=60)]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Euros = Annotated[Number, Field(ge=0, le=Decimal(10) ** 12, decimal_places=2)]

#: Who may hold a case, as the register of organisations says it, and persons.
ApplicantKind = Literal[
    "association", "company", "sole-trader", "cooperative", "farm", "commune", "epci", "public-body", "lycee",
    "higher-education", "research-body", "foundation", "union", "unincorporated-group", "person",
]  # fmt: skip

#: What an evidence, a condition or a report is asked for: the moments of a case, in their order.
Stage = Literal["application", "instruction", "agreement", "advance", "instalment", "balance", "after"]
STAGES: tuple[Stage, ...] = ("application", "instruction", "agreement", "advance", "instalment", "balance", "after")
