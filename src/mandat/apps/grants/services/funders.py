"""The financing plan that an applicant types: who brings what beside the Region."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mandat.apps.grants.models import Case, PlanLine
from mandat.apps.programme.published import published
from mandat.engines.financing import Source
from mandat.kernel.errors import InputError
from mandat.kernel.money import CENT
from mandat.kernel.text import Text

MOST_LINES = 40
LARGEST = Decimal(10) ** 12


def plan_set(case: Case, plan: Sequence[Source]) -> None:
    """Replace the lines of the plan other than the Region's. The caller holds the case. Raises InputError."""
    if len(plan) > MOST_LINES:
        raise InputError(Text(f"au plus {MOST_LINES} lignes dans le plan", f"at most {MOST_LINES} lines in the plan"))
    lines = []
    for position, source in enumerate(plan):
        funder = " ".join("".join(c if c.isprintable() else " " for c in source.funder).split())
        if not funder or len(funder) > 200:
            raise InputError(
                Text("nommez chaque financeur (200 caractères au plus)", "name each funder (200 characters at most)")
            )
        amount = source.amount
        if not amount.is_finite() or not 0 <= amount < LARGEST or amount != amount.quantize(CENT):
            raise InputError(
                Text(
                    f"{funder} : un montant positif, au centime près", f"{funder}: a positive amount, to the cent"
                )
            )  # fmt: skip
        lines.append(
            PlanLine(case=case, position=position, funder=funder, amount=int(amount * 100), public=source.public,
                     own=source.own, certain=source.certain)
        )  # fmt: skip
    case.plan.all().delete()
    PlanLine.objects.bulk_create(lines)


def sources_of(case: Case) -> list[Source]:
    """The lines of the financing plan, other than what is asked of the Region."""
    return [
        Source(funder=line.funder, amount=Decimal(line.amount) / 100, public=line.public, own=line.own, certain=line.certain)
        for line in case.plan.all()
    ]  # fmt: skip


def region_source(case: Case) -> Source | None:
    """What is asked of the Region, as a line of the plan; None where it is not known yet."""
    if case.asked is None:
        return None
    return Source(funder=region_name(), amount=Decimal(case.asked) / 100, public=True)


def region_name() -> str:
    """How the Region is called among funders."""
    current = published()
    return f"Région {current.programme.region_name}"
