"""One door to every budgeting rule: :func:`count`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from mandat.engines.counting.completions import ExactRun, Raised, Stop, is_exhaustive, run_add1, run_add_opt
from mandat.engines.counting.equal_shares import Shares, help_out, run_shares
from mandat.engines.counting.greedy import density, run_greedy
from mandat.engines.counting.model import Election, parse_decimal
from mandat.engines.counting.pav import run_pav, run_sequential_pav
from mandat.engines.counting.phragmen import run_phragmen
from mandat.engines.counting.preference import compare, excluded
from mandat.engines.counting.result import Count, Decision, named_ties
from mandat.engines.counting.single import RANKINGS
from mandat.engines.counting.stv import run_stv
from mandat.engines.counting.ties import tie_rank
from mandat.engines.counting.utilities import Market, Utility, market
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Rule = Literal[
    "equal-shares",
    "greedy",
    "phragmen",
    "welfare",
    "approval",
    "borda",
    "schulze",
    "majority-judgement",
    "stv",
    "pav",
    "sequential-pav",
]
BUDGET_RULES: tuple[Rule, ...] = ("equal-shares", "greedy", "phragmen", "welfare")
SEAT_RULES: tuple[Rule, ...] = (
    "approval",
    "borda",
    "schulze",
    "majority-judgement",
    "stv",
    "pav",
    "sequential-pav",
)
RULES: tuple[Rule, ...] = BUDGET_RULES + SEAT_RULES
Completion = Literal["none", "add1", "add1u", "greedy", "epsilon", "add-opt", "add-optu"]
COMPLETIONS: tuple[Completion, ...] = ("none", "add1", "add1u", "greedy", "epsilon", "add-opt", "add-optu")
Comparison = Literal["none", "majority", "exclusion"]
COMPARISONS: tuple[Comparison, ...] = ("none", "majority", "exclusion")


def count(
    election: Election,
    *,
    rule: Rule = "equal-shares",
    utility: Utility = "cost",
    completion: Completion = "none",
    increment: Decimal | int | str = 1,
    stop: Stop = "exhaustive",
    comparison: Comparison = "none",
    seats: int = 1,
    tie_order: str = "id",
) -> Count:
    """Count an election by ``rule``.

    ``utility`` says what a project is worth to those who name it (see ``utilities``); Phragmén's
    rule does not use it. ``completion``, ``increment`` (money a voter, per run) and ``stop``
    concern Equal Shares alone, and so does ``comparison``: the greedy outcome is kept when voters
    prefer it (see ``preference``). ``tie_order`` decides level projects (see ``ties``).
    ``seats`` is for the rules that fill seats, which know no cost. Under the others winners never
    cost more than the budget together. Raises InputError on an unusable choice.
    """
    run = _RULES.get(rule)
    if run is None:
        raise InputError(
            Text(f"règle inconnue : {rule} ({', '.join(RULES)})", f"unknown rule: {rule} ({', '.join(RULES)})")
        )
    options: dict[str, Any] = {"tie_order": tie_order}
    if rule in SEAT_RULES:
        if not 0 < seats <= len(election):
            raise InputError(Text(f"nombre de sièges inutilisable : {seats}", f"unusable number of seats: {seats}"))
        options |= {"seats": seats, "rule": rule}
    elif rule != "phragmen":
        options["utility"] = utility
    if rule == "equal-shares":
        step = parse_decimal(str(increment))
        if step is None or step <= 0:
            raise InputError(Text(f"incrément inutilisable : {increment}", f"unusable increment: {increment}"))
        options |= {"completion": completion, "increment": step, "stop": stop, "comparison": comparison}
    return run(election, options)


def _equal_shares(election: Election, options: dict[str, Any]) -> Count:
    made, rank = market(election, options["utility"]), tie_rank(election, options["tie_order"])
    _known(options, "completion", COMPLETIONS)
    _known(options, "comparison", COMPARISONS)
    _known(options, "stop", ("exhaustive", "overspend"))
    if not made.total:
        return Count("equal-shares", election, (), (), (), options)
    budget, completion = election.budget_units, options["completion"]
    detail: Raised | ExactRun
    if completion.startswith("add-opt"):
        exact, raises = run_add_opt(market=made, budget=budget, rank=rank, stop=options["stop"])
        detail, winners, ties = ExactRun(exact, raises), list(exact.order), list(exact.ties)
        decisions = [Decision(k, election.ids[j], "exact-equal-shares", "price") for k, j in enumerate(winners, 1)]
    else:
        detail = _shares(election, options, made, rank)
        winners, ties = list(detail.kept.order), list(detail.kept.ties)
        decisions = _share_decisions(election, detail.kept)
    if completion in ("add1u", "greedy", "add-optu") and not is_exhaustive(made, winners, budget):
        more, more_ties = run_greedy(market=made, budget=budget, rank=rank, elected=winners)
        more = [j for j in more if made.mass[j]]
        decisions += _greedy_decisions(election, options, more, len(winners), "completion")
        ties += [tie for tie in more_ties if tie[2] in set(more)]
        winners += more
    result = Count(
        "equal-shares",
        election,
        tuple(winners),
        named_ties(election, ties, options["tie_order"]),
        tuple(decisions),
        options,
        detail,
    )
    return result if options["comparison"] == "none" else _compared(result)


def _known(options: dict[str, Any], name: str, values: tuple[str, ...]) -> None:
    if options[name] not in values:
        given, known = options[name], ", ".join(values)
        raise InputError(Text(f"{name} inconnu : {given} ({known})", f"unknown {name}: {given} ({known})"))


def _shares(election: Election, options: dict[str, Any], made: Market, rank: list[int]) -> Raised:
    budget, completion = election.budget_units, options["completion"]
    if completion in ("add1", "add1u"):
        increment = Fraction(options["increment"]) * election.money_scale
        return run_add1(market=made, budget=budget, rank=rank, increment=increment, stop=options["stop"])
    shares = run_shares(market=made, endowment=Fraction(budget, made.total), rank=rank)
    if completion == "epsilon":
        help_out(shares, rank)
    return Raised(shares, 1, 0, [shares.cost])


def _compared(shares: Count) -> Count:
    """The comparison step: greedy instead, where voters prefer it (see ``preference``)."""
    options, election = dict(shares.options), shares.election
    greedy = _greedy(election, options)
    if options["comparison"] == "majority":
        found = compare(election, shares.winners, greedy.winners, options["utility"])
        options["compared"] = {"equal-shares": found.first, "greedy": found.second, "equal": found.equal}
        greedy_wins = found.second > found.first
    else:
        left_out = excluded(election, shares.winners), excluded(election, greedy.winners)
        options["compared"] = {"equal-shares": left_out[0], "greedy": left_out[1]}
        greedy_wins = left_out[1] < left_out[0]
    options["kept"] = "greedy" if greedy_wins else "equal-shares"
    kept = greedy if greedy_wins else shares
    return Count(kept.rule, election, kept.winners, kept.ties, kept.decisions, options, kept.detail)


def _share_decisions(election: Election, shares: Shares) -> list[Decision]:
    ids = election.ids
    out = []
    scale, unit = election.money_scale, shares.market.unit
    by_cost = shares.market.utility == "cost"
    for step, j in enumerate(shares.order, 1):
        if step <= shares.gifts:
            out.append(Decision(step, ids[j], "gift"))
            continue
        stage = "epsilon" if step > shares.unhelped else "equal-shares"
        # Price per unit of use, as floats found it: decided in exact numbers wherever that mattered.
        value = Fraction(shares.prices[step - shares.gifts - 1])
        value /= unit[j] if by_cost and stage != "epsilon" else scale
        out.append(Decision(step, ids[j], stage, "price", value))
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


def _seats(election: Election, options: dict[str, Any]) -> Count:
    rule, seats, rank = options.pop("rule"), options["seats"], tie_rank(election, options["tie_order"])
    detail: Any
    if rule in RANKINGS:
        order, ties, detail = RANKINGS[rule](election, rank, seats)
    else:
        if rule == "stv":
            detail = run_stv(election=election, seats=seats, rank=rank)
        else:
            detail = (run_pav if rule == "pav" else run_sequential_pav)(election=election, seats=seats, rank=rank)
        order, ties = detail.order, detail.ties
    return Count(
        rule,
        election,
        tuple(order),
        named_ties(election, ties, options["tie_order"]),
        tuple(Decision(step, election.ids[j], rule) for step, j in enumerate(order, 1)),
        options,
        detail,
    )


_RULES: dict[str, Callable[[Election, dict[str, Any]], Count]] = {
    "equal-shares": _equal_shares,
    "greedy": _greedy,
    "phragmen": _phragmen,
    "welfare": _welfare,
    **dict.fromkeys(SEAT_RULES, _seats),
}
