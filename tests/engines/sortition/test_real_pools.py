"""The pools of shared/data: optimum, certificate, quotas and equal treatment on each of them."""

from __future__ import annotations

import json
from collections import defaultdict
from math import fsum
from pathlib import Path

import pytest

from mandat.engines.sortition import Lottery, build_problem, optimal_lottery, read_pool, read_quotas

NAMES = [
    "cca_like_75", "example_large_200", "example_small_20", "fixture_22",
    "hd_like_30", "idasofiep_medium_37", "mass_like_24", "sf_c_like_44",
]  # fmt: skip


def lottery_of(folder: Path, objective: str) -> Lottery:
    with (folder / "categories.csv").open("rb") as stream:
        quotas = read_quotas(stream)
    with (folder / "respondents.csv").open("rb") as stream:
        pool = read_pool(stream, quotas)
    problem = build_problem(pool, quotas, seats=int(folder.name.rsplit("_", 1)[1]))
    return optimal_lottery(problem, objective=objective)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_leximin_reaches_its_bound_and_the_recorded_minimum_on_every_shipped_pool(shared_data: Path, name: str) -> None:
    lottery = lottery_of(shared_data / "sortition" / name, "leximin")
    recorded = json.loads((shared_data / "sortition" / "reference.json").read_text()).get(name, {})
    assert lottery.certificate.gap <= 1e-9
    assert lottery.certificate.distance <= 1e-7
    for objective in ("maximin", "leximin"):
        if objective in recorded:
            assert round(lottery.minimum, 6) >= recorded[objective]["min_probability"]
    chances = lottery.by_person()
    assert abs(fsum(chances.values()) - lottery.problem.seats) <= 1e-9
    alike = defaultdict(set)
    for person in lottery.problem.pool.people:
        alike[person.features].add(chances[person.id])
    assert all(len(values) == 1 for values in alike.values())
    assert all(lottery.problem.holds(panel) for panel in lottery.panels)
