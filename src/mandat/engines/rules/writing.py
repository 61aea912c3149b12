"""What the documents of rules are made of: exact numbers, names, units, dates, bilingual texts."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from mandat.engines.rules.units import is_unit_word, parse_unit
from mandat.kernel.text import Text

#: Inputs and parameters keep at most so many decimals.
MOST_DECIMALS = 9
#: Members a household may declare at most.
MOST_MEMBERS = 500
EARLIEST, LATEST = dt.date(1850, 1, 1), dt.date(2200, 12, 31)


NAME = r"^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$"
_NAME = re.compile(NAME)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DocumentError(ValueError):
    """What a document says that cannot be, in both languages (``text``)."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def refuse(fr: str, en: str) -> DocumentError:
    return DocumentError(Text(fr, en))


def _exact(value: Any) -> Any:
    """YAML gives int and Decimal; JSON and forms give text. A float is never exact, a boolean is no number."""
    if isinstance(value, float | bool):
        raise refuse("un nombre s'écrit en décimal exact", "a number is written as an exact decimal")
    return value


def _finite(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_DECIMALS or abs(value) > 10**15:
        raise refuse(
            f"au plus {MOST_DECIMALS} décimales et 10^15", f"at most {MOST_DECIMALS} decimals, and at most 10^15"
        )
    return value


def _unit(value: str) -> str:
    try:
        parse_unit(value)
    except ValueError as error:
        raise refuse(
            f"unité inconnue : {error} ; écrivez par exemple EUR/month, year, percent ou 1",
            f"unknown unit: {error}; write for instance EUR/month, year, percent or 1",
        ) from None
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise refuse(
            f"« {value} » : un nom s'écrit en minuscules sans accent, comme revenu_mensuel",
            f"“{value}”: a name is written in lower case without accents, such as revenu_mensuel",
        )
    if is_unit_word(value):
        raise refuse(
            f"« {value} » est une unité et ne peut nommer autre chose",
            f"“{value}” is a unit and cannot name anything else",
        )
    return value


Number = Annotated[Decimal, BeforeValidator(_exact), AfterValidator(_finite)]
UnitText = Annotated[str, AfterValidator(_unit), Field(max_length=60)]


def _number_or_day(value: Any) -> Decimal | dt.date:
    """Either, by what is written: one sentence where it is neither, not one for each."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            raise refuse(f"date impossible : {value}", f"impossible date: {value}") from None
    if type(value) is dt.date:
        if not EARLIEST <= value <= LATEST:
            raise refuse(f"date hors de {EARLIEST} … {LATEST}", f"date outside {EARLIEST} … {LATEST}")
        return value
    try:
        return _finite(Decimal(_exact(value)))
    except (ArithmeticError, TypeError):
        raise refuse("un nombre ou une date est attendu", "a number or a date is expected") from None


NumberOrDay = Annotated[Decimal | dt.date, BeforeValidator(_number_or_day)]
Name = Annotated[str, Field(max_length=60, json_schema_extra={"pattern": NAME}), AfterValidator(_name)]
#: Entities may bear the name of a unit: they stand before a point, never after a number.
EntityName = Annotated[str, Field(pattern=NAME, max_length=60)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=60)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=60)]
Day = Annotated[dt.date, Field(ge=EARLIEST, le=LATEST)]
Formula = Annotated[str, Field(min_length=1, max_length=20_000)]


class Strict(BaseModel):
    """Frozen, no unknown field; dumped under the names the files use (``from``)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, validate_by_name=True, validate_by_alias=True,
        serialize_by_alias=True,
    )  # fmt: skip


class Words(Strict):
    """A short text in both languages."""

    fr: Annotated[str, Field(min_length=1, max_length=300)]
    en: Annotated[str, Field(min_length=1, max_length=300)]

    @property
    def text(self) -> Text:
        return Text(self.fr, self.en)


class Paragraph(Strict):
    """A longer text in both languages."""

    fr: Annotated[str, Field(min_length=1, max_length=2000)]
    en: Annotated[str, Field(min_length=1, max_length=2000)]

    @property
    def text(self) -> Text:
        return Text(self.fr, self.en)


class Reference(Strict):
    """Where a figure or a rule comes from: an article of law, a deliberation, the programme."""

    text: Annotated[str, Field(min_length=3, max_length=300)]
    url: Annotated[str, Field(pattern=r"^https?://", max_length=500)] | None = None


def distinct(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refuse(f"nom en double : {name}", f"duplicate name: {name}")
        seen.add(name)


def decimals_of(value: Decimal) -> int:
    """How many decimals a number needs: 12.50 needs one, 1000 none."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
