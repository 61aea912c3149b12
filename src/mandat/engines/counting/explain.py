"""Why each project is elected or not: data, and one sentence in French and in English.

The data of a project are plain numbers: money in the currency, votes as counted.
``missing_votes`` is how many more supporters would surely have sufficed, all else equal: for
Equal Shares and Phragmén's rule, people new to the vote who name nothing else (with the same
start money each); for greedy, votes that bring it before the last purchase it still had room for.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from mandat.engines.counting.count import SEAT_RULES
from mandat.engines.counting.explain_seats import explain_seats
from mandat.engines.counting.explain_shares import explain_shares
from mandat.engines.counting.result import Count, number
from mandat.engines.counting.sentences import Explanation, amount, hopeless, ordinal, say
from mandat.engines.counting.utilities import market


def explain(result: Count) -> dict[str, Explanation]:
    """An explanation for every project, in the order of the file."""
    return _EXPLAINERS[result.rule](result)


# ---------------------------------------------------------------------- greedy


def _greedy(result: Count) -> dict[str, Explanation]:
    election = result.election
    made = market(election, result.options["utility"])
    by_votes = made.utility == "cost"
    left = election.budget_units
    before: list[int] = []
    for j in result.winners:
        before.append(left)
        left -= election.costs[j]
    place = {j: k for k, j in enumerate(result.winners, 1)}
    out: dict[str, Explanation] = {}
    for j, name in enumerate(election.ids):
        votes, cost = election.votes[j], election.costs[j]
        data: dict[str, Any] = {"votes": votes, "effective_support": votes}
        if not by_votes and cost:
            data["worth_per_money"] = made.mass[j] * made.unit[j] / cost * election.money_scale
        if j in place:
            data |= {"place": place[j], "money_left_before": number(election.money(before[place[j] - 1]))}
            sentence = say(
                "Retenu {place} avec {votes} voix : il restait {left} pour un coût de {cost}.",
                "Elected {place} with {votes} votes: {left} was left for a cost of {cost}.",
                place=ordinal(place[j]),
                votes=votes,
                left=election.money(before[place[j] - 1]),
                cost=election.projects[j].cost,
            )
            out[name] = Explanation(name, True, "elected", sentence, data)
            continue
        if cost > election.budget_units:
            found = hopeless(result, j)
            assert found is not None
            out[name] = found
            continue
        rival = max(k for k, money in enumerate(before) if money >= cost)
        winner = result.winners[rival]
        data["missing_votes"] = missing = _votes_to_pass(result, j, winner)
        data["rival"] = election.ids[winner]
        sentence = say(
            "Non retenu : à son tour, il ne restait pas {cost} ; il manque {missing} voix pour passer avant {rival}.",
            "Not elected: at its turn less than {cost} was left; {missing} votes short of passing {rival}.",
            cost=election.projects[j].cost,
            missing=missing,
            rival=election.ids[winner],
        )
        out[name] = Explanation(name, False, "no-room", sentence, data)
    return out


def _votes_to_pass(result: Count, j: int, winner: int) -> int:
    """Votes (or units of use) that put ``j`` strictly before ``winner``."""
    election = result.election
    made = market(election, result.options["utility"])
    if made.utility == "cost":
        return max(1, election.votes[winner] + 1 - election.votes[j])
    goal = Fraction(made.mass[winner] * made.unit[winner], election.costs[winner] or 1) * election.costs[j]
    return max(1, int(goal // made.unit[j]) + 1 - made.mass[j])


# ---------------------------------------------------------------------- Phragmén


def _phragmen(result: Count) -> dict[str, Explanation]:
    election = result.election
    made = market(election, "cardinality")
    loads: list[Fraction] = result.detail
    place = {j: k for k, j in enumerate(result.winners, 1)}
    carried = {j: Fraction(0) for j in range(len(election))}
    out: dict[str, Explanation] = {}
    last = [-1] * made.packed
    for k, j in enumerate(result.winners):
        for r in made.rows[j].tolist():
            last[r] = k
    for j in range(len(election)):
        share: dict[int, int] = {}
        for r, w in zip(made.rows[j].tolist(), made.weight[j].tolist(), strict=True):
            if last[r] >= 0:
                share[last[r]] = share.get(last[r], 0) + int(w)
        carried[j] = sum((loads[k] * w for k, w in share.items()), Fraction(0))
    level = loads[-1] if loads else Fraction(0)
    for j, name in enumerate(election.ids):
        votes, cost = election.votes[j], election.costs[j]
        if j in place:
            load = amount(election, loads[place[j] - 1])
            sentence = say(
                "Retenu {place} : ses {votes} soutiens portent alors {load} chacun.",
                "Elected {place}: its {votes} supporters then carry {load} each.",
                place=ordinal(place[j]),
                votes=votes,
                load=load,
            )
            data = {"place": place[j], "votes": votes, "load": number(load), "effective_support": votes}
            out[name] = Explanation(name, True, "elected", sentence, data)
            continue
        found = hopeless(result, j)
        if found is not None:
            out[name] = found
            continue
        wanted = (carried[j] + cost) / votes
        missing = max(1, ceil((carried[j] + cost) / level) - votes) if level else 1
        sentence = say(
            "Non retenu : ses {votes} soutiens auraient porté {load} chacun, alors que le compte s’arrête à {level} ; "
            "il manque {missing} voix.",
            "Not elected: its {votes} supporters would have carried {load} each, while the count stopped at {level}; "
            "{missing} votes short.",
            votes=votes,
            load=amount(election, wanted),
            level=amount(election, level),
            missing=missing,
        )
        data = {"votes": votes, "load": number(amount(election, wanted)), "missing_votes": missing}
        out[name] = Explanation(name, False, "stopped", sentence, data)
    return out


def _welfare(result: Count) -> dict[str, Explanation]:
    election = result.election
    made = market(election, result.options["utility"])
    place = {j: k for k, j in enumerate(result.winners, 1)}
    out: dict[str, Explanation] = {}
    for j, name in enumerate(election.ids):
        worth = made.mass[j] * made.unit[j]
        data = {
            "votes": election.votes[j],
            "effective_support": election.votes[j],
            "worth": number(election.money(worth) if made.utility == "cost" else Decimal(worth)),
        }
        if j in place:
            data["place"] = place[j]
            sentence = say(
                "Retenu : fait partie de l’ensemble qui apporte le plus au total ({votes} voix).",
                "Elected: belongs to the set worth most in total ({votes} votes).",
                votes=election.votes[j],
            )
            out[name] = Explanation(name, True, "elected", sentence, data)
        else:
            out[name] = hopeless(result, j) or Explanation(
                name,
                False,
                "not-optimal",
                say(
                    "Non retenu : avec lui ({votes} voix pour {cost}), le total apporté par le budget serait moindre.",
                    "Not elected: with it ({votes} votes for {cost}) the budget would bring less in total.",
                    votes=election.votes[j],
                    cost=election.projects[j].cost,
                ),
                data,
            )
    return out


_EXPLAINERS: dict[str, Callable[[Count], dict[str, Explanation]]] = {
    "equal-shares": explain_shares,
    "greedy": _greedy,
    "phragmen": _phragmen,
    "welfare": _welfare,
    **dict.fromkeys(SEAT_RULES, explain_seats),
}
