"""From a course to facts that fit its indicator: steps, years, coverage, observations, milestones, turns."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mandat.apps.bodies.terms import BODIES
from mandat.apps.demonstration.course import END as LAST_DAY
from mandat.apps.demonstration.course import (
    Course,
    Planned,
    days_between,
    done_share,
    filtered,
    make,
    people,
)
from mandat.apps.demonstration.places import Places
from mandat.apps.programme.published import Published
from mandat.facts import Fact
from mandat.kernel.money import euros
from mandat.kernel.periods import add_months

#: At most this many facts for one commitment's steps: where each fact counts one, and where each has a quantity.
MOST_COUNTED = 300
MOST_STEPS = 40
_RECORDED_LATER = dt.timedelta(days=12)


def steps(current: Published, course: Course, where: Places, kind: str) -> None:
    """Facts that add up (or name different things) to the share of the goal the pace gives."""
    commitment, chance = course.commitment, course.chance
    goal = int(commitment.goal.value - (commitment.goal.baseline or 0))
    reach = max(1, round(goal * done_share(course, course.until)))
    money = commitment.indicator.of == "amount"
    counted = commitment.indicator.aggregate in ("count", "distinct")
    number = min(reach, MOST_COUNTED if counted else MOST_STEPS)
    days = days_between(course, number)
    parts = 1 + chance.multinomial(reach - number, [1 / number] * number)
    for rank, (day, part) in enumerate(zip(days, parts, strict=True), 1):
        _one(
            current,
            course,
            where,
            kind,
            day,
            rank,
            amount=int(part) if money else 0,
            quantity=1 if counted else int(part),
        )


def years(current: Published, course: Course, where: Places, kind: str) -> None:
    """The yearly goal, more or less reached in each year, in a few facts a year."""
    goal = float(course.commitment.goal.value)
    money = course.commitment.indicator.of == "amount"
    rank = 0
    for year in range(course.start.year + 1, course.until.year + 1):
        last = min(dt.date(year, 12, 15), course.until)
        elapsed = (last - dt.date(year, 1, 1)).days / 350
        share = {"ahead": 1.12, "on_path": 1.03, "behind": 0.7, "stopped": 1.02}[course.pace]
        total = max(1, round(goal * share * min(1.0, elapsed) * float(course.chance.uniform(0.99, 1.04))))
        number = int(course.chance.integers(4, 8)) if total >= 8 else total
        days = sorted(
            dt.date(year, 1, 10) + dt.timedelta(days=int(d))
            for d in course.chance.integers(0, max(1, (last - dt.date(year, 1, 10)).days), size=number)
        )
        for day, part in zip(days, course.chance.multinomial(total, [1 / number] * number), strict=True):
            if not part:
                continue
            rank += 1
            _one(current, course, where, kind, day, rank, amount=int(part) if money else 0, quantity=int(part))


def _one(
    current: Published, course: Course, where: Places, kind: str, day: dt.date, rank: int, *, amount: int, quantity: int
) -> None:
    title = current.measure_of(course.commitment.code).title.fr
    name = f"{course.commitment.code}/{rank}"
    area = where.commune(course.chance)
    if kind == "programme.output_confirmed.v1":
        _declared(current, course, day, rank, area, quantity, title)
        return
    data = filtered(course.commitment, _data(kind, course, title, rank, day))
    common: dict[str, Any] = {"area": area, "subject": f"D-{name}"}
    if kind == "statistics.observed.v1":
        common["quantity"] = Decimal(quantity)
    elif kind != "programme.decision_recorded.v1":
        common["amount"] = euros(amount if amount else int(course.chance.integers(3, 90)) * 1000)
    course.planned.append(Planned(day + _RECORDED_LATER, make(current, course, kind, day, data, **common), name))


def _declared(
    current: Published, course: Course, day: dt.date, rank: int, area: str, quantity: int, title: str
) -> None:
    """A declaration, then its confirmation by a second agent some days later; one in thirty is refused or withdrawn."""
    name = f"{course.commitment.code}/{rank}"
    proof = {"evidence_sha256": f"{rank:064x}"}
    output = filtered(course.commitment, {"output": ""})["output"]
    label = f"{title} (réalisation synthétique n° {rank})"
    breakdowns = people(course, quantity)
    common: dict[str, Any] = {
        "area": area,
        "quantity": Decimal(quantity),
        "breakdowns": breakdowns,
        "subject": f"R-{name}",
    }
    declared = make(
        current, course, "programme.output_declared.v1", day, {"title": label, "output": output, **proof}, **common
    )
    course.planned.append(Planned(day, declared, f"{name}/declared"))

    def confirm(fact: Fact, index: int) -> Fact:
        return replace(fact, data={**fact.data, "declared": index})

    if course.chance.random() < 0.03:
        refused = make(
            current,
            course,
            "programme.output_refused.v1",
            day + _RECORDED_LATER,
            {"declared": 0, "reason": "La preuve jointe ne permet pas de vérifier la réalisation."},
        )
        course.planned.append(Planned(day + _RECORDED_LATER, refused, "", f"{name}/declared", confirm))
        return
    confirmed = make(
        current, course, "programme.output_confirmed.v1", day, {"title": label, "output": output, **proof}, **common
    )
    course.planned.append(Planned(day + _RECORDED_LATER, confirmed, name, f"{name}/declared", confirm))
    if course.chance.random() < 0.02 and quantity > 1:
        corrected = replace(confirmed, quantity=Decimal(quantity - 1), breakdowns=people(course, quantity - 1))

        def correct(fact: Fact, index: int) -> Fact:
            return replace(fact, corrects=index)

        course.planned.append(Planned(day + 4 * _RECORDED_LATER, corrected, "", name, correct))


def _data(kind: str, course: Course, title: str, rank: int, day: dt.date) -> dict[str, Any]:
    beneficiary = f"Association synthétique n° {int(course.chance.integers(1, 900))}"
    purpose = f"{title} (opération synthétique n° {rank})"
    found: dict[str, dict[str, Any]] = {
        "grants.awarded.v1": {"beneficiary": beneficiary, "purpose": purpose, "budget_year": day.year},
        "grants.paid.v1": {"beneficiary": beneficiary, "purpose": purpose},
        "procurement.awarded.v1": {"reference": f"SYN-{course.commitment.code}-{rank}", "purpose": purpose},
        "budget.line_voted.v1": {"year": day.year, "stage": "primary", "purpose": purpose},
        "budget.line_executed.v1": {"year": day.year, "purpose": purpose},
        "programme.decision_recorded.v1": {
            "form": "deliberation",
            "number": f"SYN-{day.year}-{course.commitment.code}-{rank}",
            "title": purpose,
            "body": "conseil-regional",
        },
        "programme.milestone_reached.v1": {"milestone": f"etape-{rank}", "title": purpose},
        "statistics.observed.v1": {"series": title, "publisher": "Série synthétique", "period": str(day.year)},
    }
    return found[kind]


def coverage(current: Published, course: Course, where: Places, kind: str) -> None:
    """EPCI after EPCI, until the pace's share of the region is covered."""
    order = [where.epci[int(i)] for i in course.chance.permutation(len(where.epci))]
    # A coverage of the whole is rarely complete: the last tenth is hard everywhere.
    share = done_share(course, course.until) * (1.0 if course.pace == "ahead" else 0.93)
    covered = order[: round(len(order) * min(1.0, share))]
    title = current.measure_of(course.commitment.code).title.fr
    for rank, (day, area) in enumerate(zip(days_between(course, len(covered)), covered, strict=True), 1):
        if kind == "programme.output_confirmed.v1":
            _declared(current, course, day, rank, area, 1, title)
            continue
        data = filtered(course.commitment, _data(kind, course, title, rank, day))
        amount = None if kind == "programme.decision_recorded.v1" else euros(int(course.chance.integers(5, 60)) * 1000)
        course.planned.append(
            Planned(
                day + _RECORDED_LATER,
                make(current, course, kind, day, data, area=area, amount=amount),
                f"{course.commitment.code}/{rank}",
            )
        )


def observations(current: Published, course: Course, kind: str) -> None:
    """One observed value each expected period, from the baseline towards the goal, with a step back now and then."""
    goal = course.commitment.goal
    target = float(goal.value)
    start = float(goal.baseline) if goal.baseline is not None else target * (1.4 if goal.direction == "down" else 0.6)
    title = current.measure_of(course.commitment.code).title.fr
    day, rank = add_months(course.start, 6), 0
    while day <= course.until:
        rank += 1
        noise = float(course.chance.normal(0, 0.03))
        value = start + (target - start) * (done_share(course, day) + noise)
        data = filtered(course.commitment, _data(kind, course, title, rank, day))
        amount: dict[str, Any] = (
            {"amount": euros(round(value))}
            if course.commitment.indicator.of == "amount"
            else {"quantity": Decimal(str(round(value, 1)))}
        )
        course.planned.append(
            Planned(
                day + _RECORDED_LATER,
                make(current, course, kind, day, data, **amount),
                f"{course.commitment.code}/{rank}",
            )
        )
        day = add_months(day, min(12, course.commitment.expected_every_months))


def milestones(current: Published, course: Course) -> None:
    """Milestones reached near their date at a good pace, later or never at a bad one."""
    by_bodies = {code for terms in BODIES.all(current).values() for code in terms.document.milestones.values()}
    slip = {"ahead": -30, "on_path": 10, "behind": 260, "none": 4000, "stopped": 60}[course.pace]
    for milestone in course.commitment.milestones:
        if milestone.code in by_bodies:
            continue  # the body's own acts reach it
        day = milestone.due + dt.timedelta(days=slip + int(course.chance.integers(-20, 20)))
        day = max(day, add_months(course.start, 1))
        if day > min(course.until, LAST_DAY - 2 * _RECORDED_LATER):
            continue
        data = {"milestone": milestone.code, "title": milestone.title.fr}
        fact = make(
            current,
            course,
            "programme.milestone_reached.v1",
            day,
            data,
            subject=f"{course.commitment.code}/{milestone.code}",
        )
        course.planned.append(Planned(day + _RECORDED_LATER, fact))


def turns(current: Published, course: Course) -> None:
    """One commitment in forty is suspended by a reasoned decision; half of those resume."""
    if course.chance.random() >= 0.025:
        return
    day = add_months(course.start, int(course.chance.integers(18, 50)))
    reason = "Suspension synthétique : le financement attendu de l'État n'est pas confirmé."
    suspended = make(
        current,
        course,
        "programme.commitment_suspended.v1",
        day,
        {"reason": reason, "decision": f"SYN-{day.year}-S{course.commitment.code}"},
    )
    course.planned.append(Planned(day, suspended))
    if course.chance.random() < 0.5:
        back = add_months(day, 8)
        resumed = make(
            current,
            course,
            "programme.commitment_resumed.v1",
            back,
            {"reason": "Reprise synthétique : le financement est confirmé."},
        )
        course.planned.append(Planned(back, resumed))
