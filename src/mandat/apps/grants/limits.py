"""Dated limits of the law, each with its reference: de minimis ceilings, the agreement's threshold, delays of a fair procedure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most one undertaking may receive over three years under a regulation, for aids granted from a day."""

    since: dt.date
    amount: Decimal
    law: Text


def _ceiling(since: str, amount: int, fr: str, en: str) -> Ceiling:
    return Ceiling(dt.date.fromisoformat(since), Decimal(amount), Text(fr, en))


#: By regulation, the newest first.
CEILINGS: dict[str, tuple[Ceiling, ...]] = {
    "general": (
        _ceiling("2024-01-01", 300_000, "règlement (UE) 2023/2831, article 3", "Regulation (EU) 2023/2831, article 3"),
        _ceiling("2014-01-01", 200_000, "règlement (UE) 1407/2013, article 3", "Regulation (EU) 1407/2013, article 3"),
    ),
    "agriculture": (
        _ceiling(
            "2024-12-16", 50_000,
            "règlement (UE) 1408/2013, article 3, modifié par le règlement (UE) 2024/3118",
            "Regulation (EU) 1408/2013, article 3, as amended by Regulation (EU) 2024/3118",
        ),
        _ceiling(
            "2019-03-14", 20_000,
            "règlement (UE) 1408/2013, article 3, modifié par le règlement (UE) 2019/316",
            "Regulation (EU) 1408/2013, article 3, as amended by Regulation (EU) 2019/316",
        ),
    ),
    "fisheries": (
        _ceiling("2014-07-01", 30_000, "règlement (UE) 717/2014, article 3", "Regulation (EU) 717/2014, article 3"),
    ),
    "sgei": (
        _ceiling("2024-01-01", 750_000, "règlement (UE) 2023/2832, article 3", "Regulation (EU) 2023/2832, article 3"),
        _ceiling("2012-04-29", 500_000, "règlement (UE) 360/2012, article 2", "Regulation (EU) 360/2012, article 2"),
    ),
}  # fmt: skip
#: Aids of these regulations count together under the ceiling of the one they are listed for (articles 5 of the same regulations).
TOGETHER: dict[str, frozenset[str]] = {
    "general": frozenset({"general", "agriculture", "fisheries"}),
    "sgei": frozenset(CEILINGS),
}
REGULATIONS = tuple(CEILINGS)

#: Above it, the subsidies one private body receives in a year from one authority need an agreement.
AGREEMENT_ABOVE = Decimal(23_000)
AGREEMENT_LAW = Text(
    "loi 2000-321 du 12 avril 2000, article 10 ; décret 2001-495, article 1er",
    "Act 2000-321 of 12 April 2000, article 10; Decree 2001-495, article 1",
)
#: Months after the end of the year within which the use of a subsidy is accounted for.
ACCOUNT_MONTHS = 6
ACCOUNT_LAW = Text(
    "loi 2000-321, article 10 : compte rendu financier dans les six mois",
    "Act 2000-321, article 10: account within six months",
)
OWN_LAW = Text(
    "CGCT, article L1111-10 : participation minimale du maître d'ouvrage",
    "CGCT, article L1111-10: least part of the promoter",
)
PROCEDURE_LAW = Text(
    "CRPA, articles L121-1 et L122-1 : procédure contradictoire", "CRPA, articles L121-1 and L122-1: fair procedure"
)
#: Days a beneficiary has to answer before money is asked back.
ANSWER_DAYS = 15


def ceiling(regulation: str, on: dt.date) -> Ceiling:
    """The ceiling in force on a day; the oldest known for days before. Raises KeyError for an unknown regulation."""
    rows = CEILINGS[regulation]
    return next((row for row in rows if row.since <= on), rows[-1])
