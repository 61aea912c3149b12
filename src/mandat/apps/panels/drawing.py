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
from typing import TYPE_CHECKING, Any

from mandat.engines import sortition
from mandat.engines.sortition import InfeasibleError, Lottery, Person, Pool, Quotas, build_problem, read_pool
from mandat.engines.sortition.infeasible import explain
from mandat.engines.sortition.public import PublicDraw, pool_hash, publish, select
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

if TYPE_CHECKING:
    from mandat.engines.sortition.rounding import UniformLottery

#: Numbered panels of a published lottery, and the most there are where seats are few for many people.
PANELS, MOST_PANELS = 1000, 32_000


@dataclass(frozen=True, slots=True)
class Numbered:
    """A lottery ready to publish: its document, who holds which ticket, and what it promises everyone."""

    draw: PublicDraw
    lottery: Lottery
    bound: float

    @property
    def lowest(self) -> float:
        """The lowest chance of those whom a panel can seat."""
        return self.lottery.lowest

    @property
    def shut(self) -> int:
        """How many people of the pool no panel that meets the quotas can seat, given who stays."""
        groups = zip(self.lottery.problem.classes, self.lottery.shut.tolist(), strict=True)
        return sum(len(group.members) for group, is_shut in groups if is_shut)

    @property
    def panels(self) -> int:
        return len(self.draw.document["panels"])

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

    Everyone whom some panel can seat is on one of the numbered panels: there are more of them where few seats are left for many people.
    Raises InputError with the smallest change that would help where no panel meets the quotas.
    """
    problem = build_problem(pool, quotas, seats=seats, kept=list(kept), excluded=list(excluded))
    try:
        lottery = sortition.optimal_lottery(problem, objective=objective)  # type: ignore[arg-type]  # one of the engine's objectives
    except InfeasibleError:
        raise InputError(explain(problem)) from None
    bound = lottery.certificate.minimum_bound
    if lottery.shut.any():
        # What no fair draw could beat is asked of those who can sit: the others hold every bound at nothing.
        out = [pool.people[member].id for group, shut in zip(problem.classes, lottery.shut, strict=True) if shut for member in group.members]  # fmt: skip
        others = build_problem(pool, quotas, seats=seats, kept=list(kept), excluded=[*excluded, *out])
        bound = sortition.optimal_lottery(others, objective=objective).certificate.minimum_bound  # type: ignore[arg-type]
    digest = pool_hash(pool)
    seed = digest if rank == 1 else f"{digest}:{rank}"
    return Numbered(publish(_rounded(lottery), seed=seed), lottery, max(bound, lottery.lowest))


def _rounded(lottery: Lottery) -> UniformLottery:
    """The lottery over a thousand numbered panels, or as many as it takes for everyone it may seat to be on one."""
    # Compiled code, loaded where a draw is prepared: every worker and command would carry it otherwise.
    from mandat.engines.sortition.rounding import round_lottery

    seated = lottery.problem.free & ~lottery.shut
    panels = PANELS
    while seated.any() and panels < MOST_PANELS and panels * lottery.lowest < 1:
        panels *= 2
    found = round_lottery(lottery, panels=panels)
    while panels < MOST_PANELS and (found.probabilities[seated] * panels < 1 - 1e-9).any():
        panels *= 2
        found = round_lottery(lottery, panels=panels)
    return found


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
