"""Explanations of Equal Shares: who paid what, and what was missing."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from mandat.engines.counting.completions import ExactRun, Raised
from mandat.engines.counting.model import FloatArray
from mandat.engines.counting.result import Count, number
from mandat.engines.counting.sentences import Explanation, amount, hopeless, ordinal, say
from mandat.engines.counting.utilities import Market, market
from mandat.kernel.text import Text


@dataclass(slots=True)
class Paid:
    """One purchase in money units: how many pay the full price (the most one pays), how many what they had."""

    most: float
    full: int
    partly: int
    others: int = 0  # helpers who did not want the project (epsilon)


@dataclass(slots=True)
class Spending:
    """Every purchase, what each packed ballot's voter has left, and the start money, in money units."""

    paid: dict[int, Paid]
    left: FloatArray
    endowment: float


def spending(result: Count) -> Spending:
    """Who paid what, from the run a count keeps."""
    detail: Raised | ExactRun = result.detail
    made = market(result.election, result.options["utility"])
    weight = made.row_weight
    paid: dict[int, Paid] = {}
    if isinstance(detail, ExactRun):
        run = detail.kept
        for purchase in run.purchases:
            paid[purchase.project] = Paid(float(purchase.price), purchase.voters, 0)
        purses = np.array([float(v) for v in run.purses])
        return Spending(paid, purses[run.stages[-1]], float(run.endowment))
    ledger = detail.kept.ledger
    for bought in ledger.rounds:
        most = bought.q if bought.use is None else bought.q * float(bought.use.max())
        full, partly = int(weight[bought.payers].sum()), int(weight[bought.poor].sum())
        others = _helpers(made, bought.project, bought.payers, bought.poor) if bought.helped else 0
        paid[bought.project] = Paid(most, full, partly, others)
    return Spending(paid, ledger.left, float(ledger.endowment))


def _helpers(made: Market, project: int, *groups: Any) -> int:
    wanted = np.zeros(made.packed, dtype=bool)
    wanted[made.rows[project]] = True
    return int(sum(made.row_weight[rows[~wanted[rows]]].sum() for rows in groups))


def explain_shares(result: Count) -> dict[str, Explanation]:
    """An explanation for every project of an Equal Shares count."""
    election = result.election
    if result.detail is None:
        tell = Text("Non retenu : aucun bulletin.", "Not elected: no ballot.")
        return {i: Explanation(i, False, "no-votes", tell) for i in election.ids}
    made, money = market(election, result.options["utility"]), spending(result)
    stages = {d.project: d.stage for d in result.decisions}
    place = {j: k for k, j in enumerate(result.winners, 1)}
    out: dict[str, Explanation] = {}
    for j, name in enumerate(election.ids):
        if j in money.paid:
            out[name] = _bought(result, made, j, place[j], money.paid[j], stages[name])
        elif j in place:
            out[name] = _given(result, j, place[j], stages[name])
        else:
            out[name] = hopeless(result, j) or _missed(result, made, j, money)
    return out


def _bought(result: Count, made: Market, j: int, place: int, paid: Paid, stage: str) -> Explanation:
    election = result.election
    votes, cost = made.voters[j], election.costs[j]
    price = amount(election, paid.most)
    support = round(cost / paid.most, 2) if paid.most else float(votes)
    data: dict[str, Any] = {
        "votes": votes,
        "place": place,
        "most_paid": number(price),
        "paid_in_full": paid.full,
        "paid_in_part": paid.partly,
        "paid_nothing": max(0, votes + paid.others - paid.full - paid.partly),
        "effective_support": support,
    }
    same = made.use[j] is None or paid.others
    if paid.others:
        data["helpers"] = paid.others
        sentence = say(
            "Retenu {place} : ses {votes} soutiens donnent tout ce qui leur reste et {others} autres personnes "
            "complètent, {price} chacune au plus.",
            "Elected {place}: its {votes} supporters give all they have left and {others} other people add up to "
            "{price} each.",
            place=ordinal(place),
            votes=votes,
            others=paid.others,
            price=price,
        )
        return Explanation(election.ids[j], True, "completion", sentence, data)
    partly = (
        (", {partly} donnent tout ce qui leur reste", ", {partly} give all they have left") if paid.partly else ("", "")
    )
    sentence = say(
        "Retenu {place} : {full} "
        + ("personnes paient " if paid.full != 1 else "personne paie ")
        + ("" if same else "jusqu’à ")
        + ("{price} chacune" if paid.full != 1 else "{price}")
        + partly[0]
        + " ; soutien effectif de {support} voix sur {votes}.",
        "Elected {place}: {full} "
        + ("people pay " if paid.full != 1 else "person pays ")
        + ("" if same else "up to ")
        + ("{price} each" if paid.full != 1 else "{price}")
        + partly[1]
        + "; effective support of {support} votes out of {votes}.",
        place=ordinal(place),
        full=paid.full,
        partly=paid.partly,
        price=price,
        support=round(support, 1),
        votes=votes,
    )
    return Explanation(election.ids[j], True, "elected", sentence, data)


def _given(result: Count, j: int, place: int, stage: str) -> Explanation:
    election = result.election
    data = {"votes": election.votes[j], "place": place}
    if stage in ("gift", "exact-equal-shares"):
        tell = Text("Retenu : ne coûte rien et a des soutiens.", "Elected: costs nothing and has supporters.")
        return Explanation(election.ids[j], True, "gift", tell, data)
    sentence = say(
        "Retenu {place}, en complément : il tenait dans l’argent resté disponible ({votes} voix).",
        "Elected {place}, as completion: it fitted in the money left ({votes} votes).",
        place=ordinal(place),
        votes=election.votes[j],
    )
    return Explanation(election.ids[j], True, "completion", sentence, data)


def _missed(result: Count, made: Market, j: int, money: Spending) -> Explanation:
    election = result.election
    votes, cost = made.voters[j], election.costs[j]
    if not votes:
        tell = Text("Non retenu : aucun point.", "Not elected: no point.")
        return Explanation(election.ids[j], False, "no-votes", tell, {"votes": 0})
    held = float((money.left[made.rows[j]] * made.weight[j]).sum())
    lacking = max(0.0, cost - held)
    missing = max(1, ceil(lacking / money.endowment - 1e-9)) if money.endowment else 0
    data = {
        "votes": votes,
        "supporters_money": number(amount(election, held)),
        "missing_money": number(amount(election, lacking)),
        "share_of_cost_held": held / cost,
        "missing_votes": missing,
    }
    sentence = say(
        "Non retenu : il reste {held} aux {votes} personnes qui le soutiennent, pour un coût de {cost} ; "
        "il manque {missing} voix.",
        "Not elected: its {votes} supporters have {held} left, for a cost of {cost}; {missing} votes short.",
        held=amount(election, held),
        votes=votes,
        cost=election.projects[j].cost,
        missing=missing,
    )
    return Explanation(election.ids[j], False, "unaffordable", sentence, data)
