"""One door to every budgeting rule: :func:`count`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from mandat.engines.counting.completions import Raised, Stop, is_exhaustive, run_add1
from mandat.engines.counting.equal_shares import Shares, run_shares
from mandat.engines.counting.greedy import density, run_greedy
from mandat.engines.counting.model import Election, parse_decimal
from mandat.engines.counting.phragmen import run_phragmen
from mandat.engines.counting.result import Count, Decision, named_ties
from mandat.engines.counting.ties import tie_rank
from mandat.engines.counting.utilities import Utility, market
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Rule = Literal["equal-shares", "greedy", "phragmen", "welfare"]
RULES: tuple[Rule, ...] = ("equal-shares", "greedy", "phragmen", "welfare")
Completion = Literal["none", "add1", "add1u", "greedy", "epsilon", "add-opt", "add-optu"]
COMPLETIONS: tuple[Completion, ...] = ("none", "add1", "add1u", "greedy", "epsilon", "add-opt", "add-optu")
Comparison = Literal["none", "majority"]


def count(
    election: Election,
    *,
    rule: Rule = "equal-shares",
    utility: Utility = "cost",
    completion: Completion = "none",
    increment: Decimal | int | str = 1,
    stop: Stop = "exhaustive",
    comparison: Comparison = "none",
    tie_order: str = "id",
) -> Count:
    """Count an election by ``rule``.

    ``utility`` says what a project is worth to those who name it (see ``utilities``); Phragmén's
    rule does not use it. ``completion``, ``increment`` (money a voter, per run) and ``stop``
    concern Equal Shares alone, and so does ``comparison``: with ``majority`` the greedy outcome
    is kept when more voters prefer it. ``tie_order`` decides level projects (see ``ties``).
    Winners never cost more than the budget together. Raises InputError on an unusable choice.
    """
    run = _RULES.get(rule)
    if run is None:
        raise InputError(
            Text(f"règle inconnue : {rule} ({', '.join(RULES)})", f"unknown rule: {rule} ({', '.join(RULES)})")
        )
    options: dict[str, Any] = {"tie_order": tie_order}
    if rule != "phragmen":
        options["utility"] = utility
    if rule == "equal-shares":
        step = parse_decimal(str(increment))
        if step is None or step <= 0:
            raise InputError(Text(f"incrément inutilisable : {increment}", f"unusable increment: {increment}"))
        options |= {"completion": completion, "increment": step, "stop": stop, "comparison": comparison}
    return run(election, options)


def _equal_shares(election: Election, options: dict[str, Any]) -> Count:
    utility, completion = options["utility"], options["completion"]
    made, rank = market(election, utility), tie_rank(election, options["tie_order"])
    budget = election.budget_units
    if not made.total:
        return Count("equal-shares", election, (), (), (), options)
    if completion not in COMPLETIONS:
        known = ", ".join(COMPLETIONS)
        raise InputError(
            Text(f"complément inconnu : {completion} ({known})", f"unknown completion: {completion} ({known})")
        )
    shares: Shares
    raised: Raised | None = None
    if completion in ("add1", "add1u"):
        increment = Fraction(options["increment"]) * election.money_scale
        raised = run_add1(market=made, budget=budget, rank=rank, increment=increment, stop=options["stop"])
        shares = raised.kept
    else:
        shares = run_shares(market=made, endowment=Fraction(budget, made.total), rank=rank)
    decisions = _share_decisions(election, shares)
    ties = list(shares.ties)
    winners = list(shares.order)
    if completion in ("add1u", "greedy") and not is_exhaustive(made, winners, budget):
        more, more_ties = run_greedy(market=made, budget=budget, rank=rank, elected=winners)
        more = [j for j in more if made.mass[j]]
        decisions += _greedy_decisions(election, options, more, len(winners), "completion")
        ties += more_ties
        winners += more
    return Count(
        "equal-shares",
        election,
        tuple(winners),
        named_ties(election, ties, options["tie_order"]),
        tuple(decisions),
        options,
        raised or Raised(shares, 1, 0, [shares.cost]),
    )


def _share_decisions(election: Election, shares: Shares) -> list[Decision]:
    ids = election.ids
    out = []
    for step, j in enumerate(shares.order, 1):
        stage = "gift" if step <= shares.gifts else "equal-shares"
        out.append(Decision(step, ids[j], stage, "price"))
    return out


def _greedy_decisions(
    election: Election, options: dict[str, Any], order: list[int], before: int, stage: str
) -> list[Decision]:
    made = market(election, options["utility"])
    measure = "votes" if options["utility"] == "cost" else "density"
    return [
        Decision(
            before + k,
            election.ids[j],
            stage,
            measure,
            Fraction(made.voters[j]) if measure == "votes" else density(made, j)[1] * election.money_scale,
        )
        for k, j in enumerate(order, 1)
    ]


def _greedy(election: Election, options: dict[str, Any]) -> Count:
    made, rank = market(election, options["utility"]), tie_rank(election, options["tie_order"])
    order, ties = run_greedy(market=made, budget=election.budget_units, rank=rank)
    return Count(
        "greedy",
        election,
        tuple(order),
        named_ties(election, ties, options["tie_order"]),
        tuple(_greedy_decisions(election, options, order, 0, "greedy")),
        options,
    )


def _phragmen(election: Election, options: dict[str, Any]) -> Count:
    made, rank = market(election, "cardinality"), tie_rank(election, options["tie_order"])
    order, ties, loads = run_phragmen(market=made, budget=election.budget_units, rank=rank)
    decisions = [
        Decision(step, election.ids[j], "phragmen", "load", load / election.money_scale)
        for step, (j, load) in enumerate(zip(order, loads, strict=True), 1)
    ]
    return Count(
        "phragmen",
        election,
        tuple(order),
        named_ties(election, ties, options["tie_order"]),
        tuple(decisions),
        options,
        loads,
    )


def _welfare(election: Election, options: dict[str, Any]) -> Count:
    from mandat.engines.counting.welfare import run_welfare

    made, rank = market(election, options["utility"]), tie_rank(election, options["tie_order"])
    best = run_welfare(market=made, budget=election.budget_units, rank=rank)
    return Count(
        "welfare",
        election,
        tuple(best.order),
        named_ties(election, best.ties, options["tie_order"]),
        tuple(Decision(step, election.ids[j], "welfare") for step, j in enumerate(best.order, 1)),
        options,
        best,
    )


_RULES: dict[str, Callable[[Election, dict[str, Any]], Count]] = {
    "equal-shares": _equal_shares,
    "greedy": _greedy,
    "phragmen": _phragmen,
    "welfare": _welfare,
}
