"""Synthetic votes: the envelopes of each scheme and year, and those of the commitments that count a budget."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from functools import partial

from mandat.apps.accounts.models import User
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END, courses
from mandat.apps.funds import services as funds
from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import Published

VOTED = "budget.line_voted.v1"
#: What is voted of the promise, by pace.
_PACE: Mapping[str, str] = {"ahead": "1.12", "on_path": "1.03", "behind": "0.7", "stopped": "1", "none": "0"}
#: The first year of which a budget is voted.
FIRST = 2022
#: Nothing is voted before this day of the history.
OPENS = dt.date(2022, 5, 3)
STEP = Decimal(10_000)


def budgeted(current: Published) -> set[str]:
    """Commitments that add up what is voted: their envelopes are opened and voted, nothing is planned beside."""
    return {
        code
        for code, one in current.commitments.items()
        if one.indicator.facts == (VOTED,) and one.indicator.aggregate == "sum" and one.indicator.of == "amount"
    }


def promised(current: Published) -> dict[tuple[int, str], Decimal]:
    """What is voted for each of these commitments in each year of the history."""
    last = END.year
    wanted, found = budgeted(current), {}
    for course in courses(current):
        code, goal = course.commitment.code, course.commitment.goal
        if code not in wanted:
            continue
        share = Decimal(_PACE[course.pace])
        years = range(FIRST, min(last, course.until.year) + 1)
        each = goal.value if goal.each == "year" else goal.value / (current.programme.mandate.end.year - FIRST + 1)
        for year in years:
            amount = (each * share / STEP).to_integral_value(ROUND_CEILING) * STEP
            if amount > 0:
                found[year, code] = amount
    return found


def acts(current: Published, agent: User, needs: Mapping[int, Mapping[str, Decimal]], first: dt.date) -> Iterator[Act]:
    """One vote a year: ``needs`` is what will be awarded, by year and scheme; a fifth more is voted. ``first`` is the first day of all."""
    plans: dict[int, list[tuple[str, int, str, tuple[str, ...], Decimal]]] = defaultdict(list)
    left = promised(current)
    for year in sorted({*needs, *(year for year, _code in left)}):
        for code, amount in needs.get(year, {}).items():
            measure = SCHEMES.all(current)[code].document.measures[0]
            own = [c for y, c in left if y == year and int(c.split(".")[0]) == measure]
            voted = (amount * Decimal("1.2") / STEP).to_integral_value(ROUND_CEILING) * STEP
            voted = max([voted, *(left.pop((year, c)) for c in own)])
            plans[year].append((f"{code}-{year}", measure, code, tuple(own), voted))
        for other in [c for y, c in left if y == year]:
            plans[year].append(
                (
                    f"engagement-{other.replace('.', '-')}-{year}",
                    int(other.split(".")[0]),
                    "",
                    (other,),
                    left[year, other],
                )
            )
    for year, lines in plans.items():
        day = max(dt.date(year - 1, 12, 14), first)
        yield Act(moment(day, 15), f"grants/1{year}", partial(_vote, current, agent, year, lines, day))


def _vote(
    current: Published,
    agent: User,
    year: int,
    lines: list[tuple[str, int, str, tuple[str, ...], Decimal]],
    day: dt.date,
) -> None:
    last = current.programme.mandate.end.year
    for code, measure, scheme, commitments, voted in lines:
        type_ = SCHEMES.all(current)[scheme].document.type if scheme else "subsidy"
        title = SCHEMES.all(current)[scheme].document.title if scheme else current.measures[measure].title
        envelope = funds.envelope_open(
            actor=agent, code=code, title=f"{title.fr} {year}"[:200], line="6574", year=year, measure=measure,
            section="investment" if type_ in ("equity", "loan", "repayable-advance") else "operating",
            commitments=commitments, scheme=scheme, synthetic=True,
        )  # fmt: skip
        # A budget promised year by year is voted whole in its year; the others are paid over two years.
        half = voted if commitments else (voted / 2).quantize(Decimal(1))
        payments = {year: half, year + 1: voted - half} if year < last and half < voted else {year: voted}
        funds.vote(
            actor=agent, envelope=envelope, on=moment(day, 15).date(), decision=f"SYN-{code}", stage="primary",
            commitment=voted, payments=payments,
        )  # fmt: skip
