"""Schema of a wallet: an allowance credited to a person and spent at approved partners."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.programme.schema import BilingualText, BilingualTitle, CommitmentCode, Slug
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Number, Strict
from mandat.kernel.text import Text

Amount = Annotated[Number, Field(gt=0, le=1_000_000, decimal_places=2)]
Period = Literal["spend", "day", "week", "month", "year"]


class Cap(Strict):
    """At most ``amount`` in one purchase (``spend``) or over a calendar day, week, month or year."""

    amount: Amount
    every: Period


class Category(Strict):
    """A kind of partner, what it sells against this wallet, and the caps on what is spent there."""

    code: Slug
    label: BilingualTitle
    accepts: BilingualText | None = None
    caps: tuple[Cap, ...] = ()


class Credit(Strict):
    """How often the wallet is credited, for information, and the most one credit may bring: a guard against a slip."""

    every: Literal["month", "once"]
    at_most: Amount


class Expiry(Strict):
    """When a credit not spent goes back to the region.

    ``month-end``: on the last day of the month of the credit, or of the ``months`` after it; ``months``: so many months
    after the credit, on the same day; ``date``: on ``date``, whatever the day of the credit; ``never``.
    """

    after: Literal["month-end", "months", "date", "never"]
    months: int = Field(default=0, ge=0, le=60)
    date: dt.date | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Expiry:
        if (self.after == "date") != (self.date is not None):
            raise SchemaError(Text("« after: date » va avec « date »", "“after: date” goes with “date”"))
        if self.after == "months" and not self.months:
            raise SchemaError(Text("dites après combien de mois : months", "say after how many months: months"))
        return self


class Card(Strict):
    """A printed card: paid with without confirmation, so never for much."""

    per_spend: Amount
    per_day: Amount

    @model_validator(mode="after")
    def _ordered(self) -> Card:
        if self.per_day < self.per_spend:
            raise SchemaError(Text("per_day ne peut être sous per_spend", "per_day cannot be under per_spend"))
        return self


class Settlement(Strict):
    """How partners are paid. ``value`` is what the region pays for one unit, where the wallet does not hold euros."""

    every: Literal["week", "month"] = "month"
    value: Amount | None = None


class Wallet(Strict):
    """An allowance in euros (``EUR``) or in whole units (``item``).

    ``code_minutes``: how long a one-time code may be used; ``refund_days``: until when a partner may refund a purchase.
    ``assumptions`` are shown on the page: what the source does not say and the region may change.
    """

    code: Slug
    title: BilingualTitle
    text: BilingualText
    measures: tuple[Annotated[int, Field(ge=1, le=9999)], ...] = Field(min_length=1)
    commitments: tuple[CommitmentCode, ...] = ()
    unit: Literal["EUR", "item"] = "EUR"
    credit: Credit
    expiry: Expiry
    categories: tuple[Category, ...] = Field(min_length=1, max_length=30)
    caps: tuple[Cap, ...] = ()
    code_minutes: int = Field(default=10, ge=2, le=60)
    card: Card | None = None
    refund_days: int = Field(default=30, ge=0, le=365)
    settlement: Settlement = Settlement()
    assumptions: tuple[BilingualText, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Wallet:
        for code in self.commitments:
            if int(code.split(".")[0]) not in self.measures:
                raise SchemaError(
                    Text(
                        f"l'engagement {code} n'est pas d'une mesure du porte-monnaie",
                        f"commitment {code} is not of a measure of the wallet",
                    )
                )
        codes = [category.code for category in self.categories]
        if len(set(codes)) != len(codes):
            raise SchemaError(Text("deux catégories portent le même code", "two categories share a code"))
        if (self.unit == "EUR") != (self.settlement.value is None):
            raise SchemaError(
                Text(
                    "« settlement.value » dit ce que vaut une unité : seulement hors euros",
                    "“settlement.value” says what a unit is worth: only where it is not euros",
                )
            )
        if self.unit != "EUR":
            amounts = [cap.amount for cap in self.every_cap()] + [self.credit.at_most]
            if self.card is not None:
                amounts += [self.card.per_spend, self.card.per_day]
            if any(amount != amount.to_integral_value() for amount in amounts):
                raise SchemaError(Text("les unités sont entières", "units are whole numbers"))
        return self

    def every_cap(self) -> list[Cap]:
        return [*self.caps, *(cap for category in self.categories for cap in category.caps)]

    def category(self, code: str) -> Category | None:
        """The category of a code; None where there is none."""
        return next((one for one in self.categories if one.code == code), None)

    def euros_of(self, amount: Decimal) -> Decimal:
        """What the region pays a partner for ``amount`` of the wallet's unit."""
        return amount * (self.settlement.value or Decimal(1))


register(Kind("wallet", Text("porte-monnaie", "wallet"), Wallet))
