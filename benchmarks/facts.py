"""Seeded synthetic facts for benchmarks: the kinds, areas and commitments of the bundled programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from mandat.apps.programme.published import Published
from mandat.facts import Fact

START = dt.date(2021, 9, 1)
DAYS = 1_850


def facts(current: Published, areas: Sequence[str], count: int, *, seed: int = 1) -> Iterator[Fact]:
    """``count`` facts in order of date: awards and confirmed outputs, spread over measures, communes and days."""
    chance = np.random.default_rng(seed)
    money = [c for c in current.commitments.values() if "grants.awarded.v1" in c.indicator.facts]
    outputs = [c for c in current.commitments.values() if "programme.output_confirmed.v1" in c.indicator.facts]
    days = np.sort(chance.integers(0, DAYS, size=count))
    picks = chance.random(count)
    where = chance.integers(0, len(areas), size=count)
    amounts = chance.integers(500, 90_000, size=count)
    for rank in range(count):
        common: dict[str, Any] = {
            "occurred_on": START + dt.timedelta(days=int(days[rank])),
            "programme": current.code,
            "area": areas[where[rank]],
            "synthetic": True,
            "source": f"bench:{seed}:{rank}",
        }
        if picks[rank] < 0.7:
            commitment = money[int(picks[rank] / 0.7 * len(money))]
            yield Fact(
                kind="grants.awarded.v1",
                measures=(current.measure_of(commitment.code).number,),
                commitments=(commitment.code,),
                amount=Decimal(int(amounts[rank])),
                data={"beneficiary": f"Association synthétique n° {rank % 9000}", "purpose": f"Opération {rank}"},
                **common,
            )
            continue
        commitment = outputs[int((picks[rank] - 0.7) / 0.3 * len(outputs)) % len(outputs)]
        output = {c.field[5:]: c.any_of[0] for c in commitment.indicator.where if c.field.startswith("data.")}
        unit = commitment.goal.unit
        yield Fact(
            kind="programme.output_confirmed.v1",
            measures=(current.measure_of(commitment.code).number,),
            commitments=(commitment.code,),
            quantity=Decimal(int(amounts[rank]) % 9 + 1),
            unit=unit if unit not in ("EUR", "percent") else "item",
            breakdowns={"gender": {"women": int(amounts[rank]) % 5, "men": int(amounts[rank]) % 4}},
            data={"title": f"Réalisation {rank}", **output},
            **common,
        )
