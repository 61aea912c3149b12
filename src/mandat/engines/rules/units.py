"""Units of the rules: products of base units with whole exponents, never converted behind one's back.

``EUR/month`` and ``EUR/year`` are different units: going from one to the other is written in the
formula (``par_mois(x)``, ``x en EUR/an``) and is exact. Lengths of time that have no exact ratio
(days in a month) have no conversion at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from mandat.kernel.text import Text
from mandat.kernel.units import UNITS

#: Base units that are lengths of time, with what they are called after a number and after “par”.
TIMES: dict[str, tuple[Text, Text]] = {
    "hour": (Text("heure", "hour"), Text("heures", "hours")),
    "day": (Text("jour", "day"), Text("jours", "days")),
    "week": (Text("semaine", "week"), Text("semaines", "weeks")),
    "month": (Text("mois", "month"), Text("mois", "months")),
    "quarter": (Text("trimestre", "quarter"), Text("trimestres", "quarters")),
    "year": (Text("an", "year"), Text("ans", "years")),
}
#: Base units the programme's figures do not need but rules do.
_MORE: dict[str, tuple[Text, Text]] = {
    "household": (Text("foyer", "household"), Text("foyers", "households")),
    "child": (Text("enfant", "child"), Text("enfants", "children")),
    "part": (Text("part", "part"), Text("parts", "parts")),
    "point": (Text("point", "point"), Text("points", "points")),
    "item": (Text("unité", "item"), Text("unités", "items")),
    "trip": (Text("trajet", "trip"), Text("trajets", "trips")),
    "meal": (Text("repas", "meal"), Text("repas", "meals")),
    "km": (Text("km", "km"), Text("km", "km")),
    "m2": (Text("m²", "m²"), Text("m²", "m²")),
    "ha": (Text("ha", "ha"), Text("ha", "ha")),
    "kg": (Text("kg", "kg"), Text("kg", "kg")),
    "kWh": (Text("kWh", "kWh"), Text("kWh", "kWh")),
}
#: ``percent`` is a way of writing; ``commune`` is what rules call the place someone lives in.
_LABELS: dict[str, tuple[Text, Text]] = {
    **{code: (unit.one, unit.many) for code, unit in UNITS.items() if code not in ("percent", "commune")},
    **_MORE,
    **TIMES,
}
#: Other spellings of a base unit, in formulas and documents alike.
_SPELLINGS: dict[str, str] = {
    **{code: code for code in _LABELS},
    "€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR",
    "heure": "hour", "heures": "hour", "hours": "hour",
    "jour": "day", "jours": "day", "days": "day",
    "semaine": "week", "semaines": "week", "weeks": "week",
    "mois": "month", "months": "month",
    "trimestre": "quarter", "trimestres": "quarter", "quarters": "quarter",
    "an": "year", "ans": "year", "année": "year", "années": "year", "years": "year",
    "personne": "person", "personnes": "person", "persons": "person",
    "foyer": "household", "enfant": "child", "enfants": "child", "children": "child",
    "parts": "part", "points": "point", "trajet": "trip", "trajets": "trip", "repas": "meal", "meals": "meal",
}  # fmt: skip
#: How many of the smaller there are in the larger: only what is exact on any day.
_RATIOS: dict[tuple[str, str], int] = {
    ("year", "month"): 12,
    ("year", "quarter"): 4,
    ("quarter", "month"): 3,
    ("week", "day"): 7,
    ("day", "hour"): 24,
    ("week", "hour"): 168,
}
#: A unit inside a formula, after a number: known words only, so that nothing else is taken for one.
UNIT_PATTERN = (
    "(?:{words})(?:/(?:{words}))*".format(
        words="|".join(sorted(map(re.escape, _SPELLINGS), key=lambda word: (-len(word), word)))
    )
    + r"(?![\w])"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A dimension: base units and their exponents, sorted by name, none of them zero. ``Unit()`` is a plain number."""

    exponents: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        return self._combine(other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return self._combine(other, -1)

    def _combine(self, other: Unit, sign: int) -> Unit:
        total = dict(self.exponents)
        for name, exponent in other.exponents:
            total[name] = total.get(name, 0) + sign * exponent
        return Unit(tuple(sorted((name, exponent) for name, exponent in total.items() if exponent)))

    @property
    def plain(self) -> bool:
        """Whether this is a number without unit."""
        return not self.exponents

    @property
    def period(self) -> str:
        """The length of time this is per (``month`` in EUR/month); empty where there is none or several."""
        found = [name for name, exponent in self.exponents if name in TIMES and exponent == -1]
        return found[0] if len(found) == 1 else ""

    @property
    def money(self) -> bool:
        return ("EUR", 1) in self.exponents

    def __str__(self) -> str:
        above = [name for name, exponent in self.exponents for _ in range(exponent)]
        below = [name for name, exponent in self.exponents for _ in range(-exponent)]
        return "/".join(["*".join(above) or "1", *below]) if self.exponents else "1"

    def words(self, *, many: bool = True) -> Text:
        """What follows a number: ``€ par mois``; empty for a plain number."""
        above = [_LABELS[name][many] for name, exponent in self.exponents for _ in range(exponent)]
        below = [_LABELS[name][0] for name, exponent in self.exponents for _ in range(-exponent)]
        return Text(
            " ".join(["·".join(label.fr for label in above), *(f"par {label.fr}" for label in below)]).strip(),
            " ".join(["·".join(label.en for label in above), *(f"per {label.en}" for label in below)]).strip(),
        )


PLAIN = Unit()
YEARS = Unit((("year", 1),))
MONTHS = Unit((("month", 1),))
DAYS = Unit((("day", 1),))


@dataclass(frozen=True, slots=True)
class Written:
    """A unit as a document writes it: ``percent`` is a plain number whose written value counts hundredths."""

    unit: Unit
    percent: bool = False

    @property
    def shift(self) -> int:
        """Decimals the written value has more inside: 30 percent is 0.30."""
        return 2 if self.percent else 0


def parse_unit(text: str) -> Written:
    """Read ``EUR/month``, ``€/an``, ``EUR/person/year``, ``percent``, or ``1`` for a plain number.

    Raises ValueError naming the part that is no unit.
    """
    text = text.strip()
    if text in ("percent", "%"):
        return Written(PLAIN, percent=True)
    if text in ("", "1"):
        return Written(PLAIN)
    first, *rest = text.split("/")
    unit = PLAIN
    for name in first.split("*"):
        unit *= PLAIN if name.strip() == "1" else _base(name)
    for name in rest:
        unit /= _base(name)
    return Written(unit)


def _base(name: str) -> Unit:
    name = name.strip()
    if name not in _SPELLINGS:
        raise ValueError(name)
    return Unit(((_SPELLINGS[name], 1),))


def is_unit_word(name: str) -> bool:
    """Whether ``name`` is money or a length of time, which would be hard to tell from a value of that name."""
    return _SPELLINGS.get(name) in {"EUR", *TIMES}


def unit_words() -> tuple[str, ...]:
    """Every spelling of a base unit, sorted."""
    return tuple(sorted(_SPELLINGS))


def conversion(source: Unit, target: Unit) -> Fraction | None:
    """By what a value in ``source`` is multiplied to be in ``target``; None where there is no exact conversion.

    Only one length of time may differ: EUR/month to EUR/year multiplies by 12, months to years divides by 12.
    """
    have, want = dict(source.exponents), dict(target.exponents)
    changed = [name for name in {*have, *want} if have.get(name, 0) != want.get(name, 0)]
    if not changed:
        return Fraction(1)
    if len(changed) != 2:
        return None
    old, new = (changed[0], changed[1]) if have.get(changed[0], 0) else (changed[1], changed[0])
    exponent = have.get(old, 0)
    if have.get(new, 0) or want.get(old, 0) or want.get(new, 0) != exponent:
        return None
    if (old, new) in _RATIOS:
        return Fraction(_RATIOS[old, new]) ** exponent
    if (new, old) in _RATIOS:
        return Fraction(1, _RATIOS[new, old]) ** exponent
    return None


def per(unit: Unit, period: str) -> Unit | None:
    """``unit`` with its length of time replaced by ``period``: EUR/year and month give EUR/month."""
    if not unit.period:
        return None
    return unit * Unit(((unit.period, 1),)) / Unit(((period, 1),))
