"""Why each project is elected or not: data, and one sentence in French and in English.

The data of a project are plain numbers: money in the currency, votes as counted.
``missing_votes`` is how many more supporters would surely have sufficed, all else equal: for
Equal Shares and Phragmén's rule, people new to the vote who name nothing else (with the same
start money each); for greedy, votes that bring it before the last purchase it still had room for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from mandat.engines.counting.completions import Raised
from mandat.engines.counting.model import Election
from mandat.engines.counting.result import Count, number
from mandat.engines.counting.utilities import market
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """``reason`` is a code: elected, gift, completion, too-dear, no-votes, unaffordable, no-room, stopped, not-optimal."""

    project: str
    elected: bool
    reason: str
    sentence: Text
    data: dict[str, Any] = field(default_factory=dict)


def explain(result: Count) -> dict[str, Explanation]:
    """An explanation for every project, in the order of the file."""
    return _EXPLAINERS[result.rule](result)


def amount(election: Election, units: float | Fraction) -> Decimal:
    """Money for people: the currency rounded to its hundredth."""
    return (Decimal(float(units)) / election.money_scale).quantize(Decimal("0.01"))


def spell(value: Decimal | float, language: str) -> str:
    """A number as the language writes it, without trailing zeros."""
    text = f"{value:,.2f}".removesuffix(".00")
    if language == "fr":
        return text.replace(",", "\u202f").replace(".", ",")
    return text


def _say(fr: str, en: str, **values: Any) -> Text:
    def render(template: str, language: str) -> str:
        return template.format(
            **{k: spell(v, language) if isinstance(v, (int, float, Decimal)) else v for k, v in values.items()}
        )

    return Text(render(fr, "fr"), render(en, "en"))


def _hopeless(result: Count, j: int) -> Explanation | None:
    """Reasons that hold under every rule."""
    election = result.election
    votes, cost = election.votes[j], election.costs[j]
    if cost > election.budget_units:
        return Explanation(
            election.ids[j],
            False,
            "too-dear",
            _say(
                "Non retenu : coûte {cost}, plus que tout le budget ({budget}).",
                "Not elected: costs {cost}, more than the whole budget ({budget}).",
                cost=election.projects[j].cost,
                budget=election.budget,
            ),
            {"votes": votes},
        )
    if not votes:
        return Explanation(
            election.ids[j], False, "no-votes", Text("Non retenu : aucune voix.", "Not elected: no vote."), {"votes": 0}
        )
    return None


# ---------------------------------------------------------------------- equal shares


def _equal_shares(result: Count) -> dict[str, Explanation]:
    election = result.election
    if result.detail is None:
        return {
            i: Explanation(i, False, "no-votes", Text("Non retenu : aucun bulletin.", "Not elected: no ballot."))
            for i in election.ids
        }
    raised: Raised = result.detail
    shares = raised.kept
    ledger, made = shares.ledger, shares.ledger.market
    bought = {r.project: r for r in ledger.rounds}
    place = {j: k for k, j in enumerate(result.winners, 1)}
    stage = {d.project: d.stage for d in result.decisions}
    spent = sum(election.costs[j] for j in result.winners)
    out: dict[str, Explanation] = {}
    for j, name in enumerate(election.ids):
        votes = made.voters[j]
        cost = election.costs[j]
        data: dict[str, Any] = {"votes": votes}
        if j in bought:
            round_ = bought[j]
            paying = made.row_weight[round_.payers]
            full = int(paying.sum())
            partly = int(made.row_weight[round_.poor].sum())
            uses = None if round_.use is None else round_.use
            most = round_.q if uses is None else round_.q * float(uses.max())
            price = amount(election, most)
            support = cost / most if most else float(votes)
            data |= {
                "place": place[j],
                "price_per_use": round_.q / made.unit[j] / (election.money_scale if made.utility != "cost" else 1),
                "most_paid": number(price),
                "paid_in_full": full,
                "paid_in_part": partly,
                "paid_nothing": votes - full - partly,
                "effective_support": round(support, 2),
            }
            sentence = _say(
                "Retenu en {place}{e} : {full} personnes paient {most}chacune {price}"
                + (", {partly} autres donnent tout ce qui leur reste" if partly else "")
                + " ; soutien effectif de {support} voix sur {votes}.",
                "Elected {place}{th}: {full} people pay {mosten}{price} each"
                + (", {partly} others give all they have left" if partly else "")
                + "; effective support of {support} votes out of {votes}.",
                place=place[j],
                e="re" if place[j] == 1 else "e",
                th="st" if place[j] == 1 else "nd" if place[j] == 2 else "rd" if place[j] == 3 else "th",
                full=full,
                partly=partly,
                price=price,
                most="" if uses is None else "jusqu’à ",
                mosten="" if uses is None else "up to ",
                support=round(support, 1),
                votes=votes,
            )
            out[name] = Explanation(name, True, "elected", sentence, data)
        elif j in place:
            data["place"] = place[j]
            if stage[name] == "gift":
                sentence = Text(
                    "Retenu : ne coûte rien et a des soutiens.", "Elected: costs nothing and has supporters."
                )
                out[name] = Explanation(name, True, "gift", sentence, data)
            else:
                sentence = _say(
                    "Retenu en {place}e, en complément : il tenait dans l’argent resté disponible ({votes} voix).",
                    "Elected in place {place}, as completion: it fitted in the money left ({votes} votes).",
                    place=place[j],
                    votes=votes,
                )
                out[name] = Explanation(name, True, "completion", sentence, data)
        else:
            found = _hopeless(result, j)
            if found is not None or not votes:
                out[name] = found or Explanation(
                    name, False, "no-votes", Text("Non retenu : aucun point.", "Not elected: no point."), data
                )
                continue
            held = float((ledger.left[made.rows[j]] * made.weight[j]).sum())
            lacking = max(0.0, cost - held)
            missing = max(1, ceil(lacking / float(ledger.endowment) - 1e-9))
            data |= {
                "supporters_money": number(amount(election, held)),
                "missing_money": number(amount(election, lacking)),
                "missing_votes": missing,
                "share_of_cost_held": held / cost,
            }
            if cost > election.budget_units - spent and raised.raises:
                data["also_no_room"] = True
            sentence = _say(
                "Non retenu : il reste {held} aux {votes} personnes qui le soutiennent, pour un coût de {cost} ; "
                "{missing} voix de plus auraient suffi.",
                "Not elected: its {votes} supporters have {held} left, for a cost of {cost}; "
                "{missing} more votes would have sufficed.",
                held=amount(election, held),
                votes=votes,
                cost=election.projects[j].cost,
                missing=missing,
            )
            out[name] = Explanation(name, False, "unaffordable", sentence, data)
    return out


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
            sentence = _say(
                "Retenu en {place}{e} avec {votes} voix : il restait {left} pour un coût de {cost}.",
                "Elected in place {place} with {votes} votes: {left} was left for a cost of {cost}.",
                place=place[j],
                e="re" if place[j] == 1 else "e",
                votes=votes,
                left=election.money(before[place[j] - 1]),
                cost=election.projects[j].cost,
            )
            out[name] = Explanation(name, True, "elected", sentence, data)
            continue
        if cost > election.budget_units:
            found = _hopeless(result, j)
            assert found is not None
            out[name] = found
            continue
        rival = max(k for k, money in enumerate(before) if money >= cost)
        winner = result.winners[rival]
        data["missing_votes"] = missing = _votes_to_pass(result, j, winner)
        data["rival"] = election.ids[winner]
        sentence = _say(
            "Non retenu : à son tour, il ne restait pas {cost} ; {missing} voix de plus l’auraient placé avant {rival}.",
            "Not elected: at its turn less than {cost} was left; {missing} more votes would have put it before {rival}.",
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
            sentence = _say(
                "Retenu en {place}{e} : ses {votes} soutiens portent alors {load} chacun.",
                "Elected in place {place}: its {votes} supporters then carry {load} each.",
                place=place[j],
                e="re" if place[j] == 1 else "e",
                votes=votes,
                load=load,
            )
            data = {"place": place[j], "votes": votes, "load": number(load), "effective_support": votes}
            out[name] = Explanation(name, True, "elected", sentence, data)
            continue
        found = _hopeless(result, j)
        if found is not None:
            out[name] = found
            continue
        wanted = (carried[j] + cost) / votes
        missing = max(1, ceil((carried[j] + cost) / level) - votes) if level else 1
        sentence = _say(
            "Non retenu : ses {votes} soutiens auraient porté {load} chacun, alors que le compte s’arrête à {level} ; "
            "{missing} voix de plus auraient suffi.",
            "Not elected: its {votes} supporters would have carried {load} each, while the count stopped at {level}; "
            "{missing} more votes would have sufficed.",
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
            sentence = _say(
                "Retenu : fait partie de l’ensemble qui apporte le plus au total ({votes} voix).",
                "Elected: belongs to the set worth most in total ({votes} votes).",
                votes=election.votes[j],
            )
            out[name] = Explanation(name, True, "elected", sentence, data)
        else:
            out[name] = _hopeless(result, j) or Explanation(
                name,
                False,
                "not-optimal",
                _say(
                    "Non retenu : avec lui ({votes} voix pour {cost}), le total apporté par le budget serait moindre.",
                    "Not elected: with it ({votes} votes for {cost}) the budget would bring less in total.",
                    votes=election.votes[j],
                    cost=election.projects[j].cost,
                ),
                data,
            )
    return out


_EXPLAINERS: dict[str, Callable[[Count], dict[str, Explanation]]] = {
    "equal-shares": _equal_shares,
    "greedy": _greedy,
    "phragmen": _phragmen,
    "welfare": _welfare,
}
