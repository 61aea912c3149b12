"""The published side of a draw: the anonymous pool, its digest, what stands in the way of quotas, the numbered lottery. No database.

What is computed here is what ``mandat draw`` computes from the published files: ``vivier.csv``, ``quotas.csv``, ``loterie.json``.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mandat.engines import sortition
from mandat.engines.sortition import InfeasibleError, Lottery, Person, Pool, Quotas, build_problem, read_pool
from mandat.engines.sortition.infeasible import explain
from mandat.engines.sortition.public import PublicDraw, pool_hash, publish, select
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Numbered panels of a published lottery.
PANELS = 1000


@dataclass(frozen=True, slots=True)
class Numbered:
    """A lottery ready to publish: its document, who holds which ticket, and what it promises everyone."""

    draw: PublicDraw
    lottery: Lottery

    @property
    def document(self) -> str:
        return json.dumps(self.draw.document, ensure_ascii=False, separators=(",", ":"))


def pool_csv(quotas: Quotas, people: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """``id,feature,…``, a line a volunteer in the order of numbers: what is published of them, and no more."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["id", *quotas.categories])
    for number, features in sorted(people, key=lambda one: one[0]):
        writer.writerow([number, *(features[category] for category in quotas.categories)])
    return stream.getvalue()


def quotas_csv(quotas: Quotas) -> str:
    """``category,feature,min,max``, as ``mandat draw`` reads it."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["category", "feature", "min", "max"])
    for quota in quotas.items:
        writer.writerow([quota.category, quota.value, quota.low, quota.high])
    return stream.getvalue()


def pool_of(text: str, quotas: Quotas) -> Pool:
    """The published pool, read as anyone would."""
    return read_pool(io.StringIO(text), quotas, file="vivier.csv", id_column="id")


def digest_of(pool: Pool) -> str:
    """SHA-256 of the pool whatever the order of its lines: the one ``mandat draw`` prints."""
    return pool_hash(pool)


def counted(people: Iterable[Mapping[str, str]], quotas: Quotas) -> dict[str, dict[str, int]]:
    """How many have each value of each feature."""
    tallies: dict[str, Counter[str]] = {category: Counter() for category in quotas.categories}
    for features in people:
        for category in quotas.categories:
            tallies[category][features[category]] += 1
    return {
        category: {value: tallies[category][value] for value in quotas.values(category)}
        for category in quotas.categories
    }


def obstacle(people: Sequence[Mapping[str, str]], quotas: Quotas, *, seats: int) -> Text | None:
    """Why no panel of these people meets the quotas, with the smallest change that would help; None where one does."""
    pool = Pool(
        quotas.categories,
        tuple(
            Person(str(number), tuple(features[category] for category in quotas.categories))
            for number, features in enumerate(people)
        ),
    )
    if len(people) < seats:
        return Text(
            f"{len(people)} volontaires pour {seats} places : le tirage n'est pas possible",
            f"{len(people)} volunteers for {seats} seats: no draw is possible",
        )
    problem = build_problem(pool, quotas, seats=seats)
    try:
        sortition.optimal_lottery(problem, objective="maximin")
    except InfeasibleError:
        return explain(problem)
    return None


def numbered(
    pool: Pool,
    quotas: Quotas,
    *,
    seats: int,
    objective: str,
    kept: Sequence[str] = (),
    excluded: Sequence[str] = (),
    rank: int = 1,
) -> Numbered:
    """The fairest lottery over panels, as numbered panels of tickets. The seed is the pool's digest, known before the event is named.

    Raises InputError with the smallest change that would help where no panel meets the quotas.
    """
    # Compiled code, loaded where a draw is prepared: every worker and command would carry it otherwise.
    from mandat.engines.sortition.rounding import round_lottery

    problem = build_problem(pool, quotas, seats=seats, kept=list(kept), excluded=list(excluded))
    try:
        lottery = sortition.optimal_lottery(problem, objective=objective)  # type: ignore[arg-type]  # one of the engine's objectives
    except InfeasibleError:
        raise InputError(explain(problem)) from None
    digest = pool_hash(pool)
    seed = digest if rank == 1 else f"{digest}:{rank}"
    return Numbered(publish(round_lottery(lottery, panels=PANELS), seed=seed), lottery)


def designated(document: Mapping[str, Any], tickets: Mapping[str, str], number: str) -> tuple[int, list[str]]:
    """The panel that what the event gave designates, and the numbers of those on it."""
    which, [chosen] = select(PublicDraw(document=dict(document), tickets=dict(tickets)), number)
    return which, chosen


def chance_of(document: Mapping[str, Any], ticket: str) -> float:
    """The chance of whoever holds a ticket, from 0 to 1; 0 for none."""
    kind = ticket.partition(".")[0]
    if not kind.isdigit() or not 0 < int(kind) <= len(document["types"]):
        return 0.0
    return float(document["types"][int(kind) - 1]["in_this_lottery"])
