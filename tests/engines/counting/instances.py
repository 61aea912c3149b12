"""Small random elections, and the standalone recount as an independent judge."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mandat.cli import recount
from mandat.engines import counting
from mandat.engines.counting.report_data import definition_of


@st.composite
def elections(
    draw: st.DrawFn, *, vote_type: str = "approval", most_projects: int = 7, most_voters: int = 12, free: bool = True
) -> counting.Election:
    """Few projects with small whole or decimal costs: ties and exact equalities are common."""
    m = draw(st.integers(1, most_projects))
    ids = [str(k) for k in draw(st.lists(st.integers(1, 120), min_size=m, max_size=m, unique=True))]
    unit = draw(st.sampled_from(["1", "0.01", "250"]))
    costs = {
        i: counting.parse_decimal(unit) * draw(st.integers(0 if free else 1, 8))  # type: ignore[operator]
        for i in ids
    }
    budget = counting.parse_decimal(unit) * draw(st.integers(0, 30))  # type: ignore[operator]
    ballot = st.lists(st.sampled_from(ids), unique=True, max_size=m)
    ballots: list[Any] = draw(st.lists(ballot, min_size=1, max_size=most_voters))
    if vote_type in ("cumulative", "scoring"):
        ballots = [{i: draw(st.integers(0, 4)) for i in named} for named in ballots]
    return counting.make_election(costs=costs, budget=budget, ballots=ballots, vote_type=vote_type)  # type: ignore[arg-type]


def recounted(result: counting.Count) -> list[str]:
    """Winners found by the standalone script from the written ballots and the definition alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ballots.pb"
        path.write_text("".join(counting.write_pabulib(result.election)), "utf-8")
        definition = definition_of(result)
        winners: list[str] = recount.count(recount.Vote(str(path), definition), definition)
        return winners
