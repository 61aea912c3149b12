"""How much of the region the contracts and labels of a scheme cover on a day, against what is promised for when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from mandat.apps.grants.schema import Scheme
from mandat.apps.registers.models import ContractArea, Label
from mandat.apps.territory import selectors as territory

#: What a definition calls a weight, as ``territory.selectors.area_weights`` does.
WEIGHTS = {"population": "population", "area": "surface", "communes": "communes"}
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Today's communes covered and not, and shares of the region in percent, rounded down to a tenth: what is nearly whole is not whole.

    ``share`` is by the definition's own weight (``by``), ``goal`` in the same; ``due`` its date.
    """

    on: dt.date
    by: str
    covered: frozenset[str]
    missing: frozenset[str]
    share: Decimal
    shares: dict[str, Decimal]
    goal: Decimal | None
    due: dt.date | None

    @property
    def reached(self) -> bool:
        return self.goal is not None and self.share >= self.goal


def contract_areas(programme: str, scheme: str, on: dt.date) -> list[str]:
    """The areas in force contracts of a scheme cover on a day."""
    found = ContractArea.objects.filter(
        contract__programme=programme, contract__scheme=scheme, contract__starts_on__lte=on, contract__ends_on__gte=on,
        since__lte=on,
    ).exclude(contract__ended_on__lte=on).exclude(until__lt=on)  # fmt: skip
    return list(found.order_by("area").values_list("area", flat=True).distinct())


def label_areas(programme: str, scheme: str, on: dt.date) -> list[str]:
    """The communes of those who hold a label on a day."""
    held = Label.objects.filter(programme=programme, scheme=scheme, since__lte=on, until__gte=on).exclude(commune="")
    codes = held.exclude(ended_on__lte=on).order_by("commune").values_list("commune", flat=True).distinct()
    return [f"commune:{code}" for code in codes]


def coverage(scheme: Scheme, areas: Iterable[str], *, region: str, on: dt.date) -> Coverage:
    """What ``areas`` cover of ``region`` (``region:24``) on a day, by each weight. A commune whose figure is unknown weighs nothing."""
    inside = frozenset(territory.expand(region))
    covered = frozenset(code for area in areas for code in territory.expand(area)) & inside
    contract = scheme.contract
    by = contract.covers if contract is not None and contract.covers else "communes"
    shares = {name: _share(WEIGHTS[name], region, covered) for name in WEIGHTS}
    return Coverage(
        on=on,
        by=by,
        covered=covered,
        missing=inside - covered,
        share=shares[by],
        shares=shares,
        goal=contract.share if contract is not None else None,
        due=contract.by if contract is not None else None,
    )


def _share(weight: str, region: str, covered: frozenset[str]) -> Decimal:
    weights = territory.area_weights(weight, region)
    whole = sum(weights.values())
    part = sum(value for code, value in weights.items() if code in covered)
    return (HUNDRED * part / whole).quantize(Decimal("0.1"), ROUND_DOWN) if whole else Decimal(0)
