"""Count the ballots of a poll by its frozen definition: the same function for the site and for a stranger's recount. No Django.

A definition is ``{"code", "title", "rules", "options", "budget", "opens_at", "closes_at", …}``. Blank and spoiled ballots are counted apart and
take part in nothing else. A threshold is a share of the ballots that name something; a quorum a number of voters.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from mandat.apps.ballots import contents
from mandat.apps.ballots.choices import GRADES, Option
from mandat.apps.ballots.schema import BallotRules
from mandat.engines import counting
from mandat.engines.counting.model import VoteType
from mandat.engines.counting.result import Count
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: How each type of ballot is read by ``engines.counting``.
VOTE_TYPES: Mapping[str, VoteType] = {
    "single": "choose-1",
    "yes-no": "choose-1",
    "approval": "approval",
    "knapsack": "approval",
    "ranking": "ordinal",
    "cumulative": "cumulative",
    "majority-judgement": "scoring",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """What is in a box: each distinct content with its number, blank and spoiled ballots apart."""

    named: Mapping[str, int]
    blank: int
    spoiled: int

    @property
    def expressed(self) -> int:
        """Ballots that name something."""
        return sum(self.named.values())

    @property
    def ballots(self) -> int:
        return self.expressed + self.blank + self.spoiled


def tallied(lines: Iterable[str]) -> Tally:
    """Group canonical contents."""
    groups = Counter(lines)
    blank = groups.pop(contents.canonical(contents.BLANK), 0)
    spoiled = groups.pop(contents.canonical(contents.SPOILED), 0)
    return Tally(dict(sorted(groups.items())), blank, spoiled)


def rules_of(definition: Mapping[str, Any]) -> BallotRules:
    return BallotRules.model_validate(definition["rules"])


def options_of(definition: Mapping[str, Any]) -> tuple[Option, ...]:
    return tuple(Option.of(one) for one in definition["options"])


def budget_of(definition: Mapping[str, Any]) -> Decimal | None:
    return Decimal(definition["budget"]) if definition.get("budget") is not None else None


def election_of(definition: Mapping[str, Any], tally: Tally) -> counting.Election:
    """The ballots that name something, as ``engines.counting`` takes them. Raises InputError for a content that is not of this poll."""
    rules, options, budget = rules_of(definition), options_of(definition), budget_of(definition)
    known = {one.code: one for one in options}
    ballots: list[Any] = []
    for text in tally.named:
        content = json.loads(text)
        # What the list holds must be what a voter could have sent: a tampered list is refused here at the latest.
        if contents.canonical(contents.checked(content, rules=rules, options=known, budget=budget)) != text:
            raise InputError(Text("un bulletin n'est pas sous sa forme canonique", "a ballot is not in canonical form"))
        (value,) = content.values()
        ballots.append([value] if isinstance(value, str) else value)
    # Without a budget, a budget rule fills seats: each option costs one of them.
    return counting.make_election(
        costs={one.code: one.cost or Decimal(0) if budget is not None else Decimal(1) for one in options},
        budget=budget if budget is not None else Decimal(rules.counting.seats),
        ballots=ballots,
        vote_type=VOTE_TYPES[rules.type],
        weights=list(tally.named.values()),
        names={one.code: one.title.fr for one in options},
    )


def counted(definition: Mapping[str, Any], tally: Tally) -> Count:
    """Count by the rule of the definition. Plurality is the approval of one option."""
    rules = rules_of(definition)
    election = election_of(definition, tally)
    how = rules.counting
    return counting.count(
        election,
        rule="approval" if how.rule == "plurality" else how.rule,
        utility=how.utility,
        completion=how.completion,
        increment=how.increment,
        stop=how.stop,
        comparison=how.comparison,
        seats=min(how.seats, len(election)),
        tie_order=how.tie_order,
    )


def outcome(
    definition: Mapping[str, Any], tally: Tally, *, voters: int, on_roll: int, expressed: int | None = None
) -> dict[str, Any]:
    """All that is published of a count, as plain JSON.

    ``voters`` are those the roll says voted, ``on_roll`` those who could. ``winners`` are in order; ``valid`` says whether quorum and threshold
    were met, ``reasons`` which was not. ``expressed``: where the tally holds votes and not ballots, how many ballots they came from. Ties are those that touched the outcome, with what decided them.
    """
    rules = rules_of(definition)
    found: dict[str, Any] = {
        "ballots": tally.ballots,
        "expressed": tally.expressed if expressed is None else expressed,
        "blank": tally.blank,
        "spoiled": tally.spoiled,
        "voters": voters,
        "on_roll": on_roll,
        "winners": [],
        "votes": {one["code"]: 0 for one in definition["options"]},
        "ties": [],
        "sentences": {},
        "total_cost": None,
        "valid": True,
        "reasons": [],
    }
    found |= _sums(definition, tally, rules)
    if tally.expressed:
        count = counted(definition, tally)
        election = count.election
        found["winners"] = count.winner_ids
        found["votes"] = dict(zip(election.ids, election.votes, strict=True))
        found["ties"] = [
            {"step": one.step, "options": list(one.projects), "chosen": one.chosen, "order": one.order}
            for one in count.ties
        ]
        found["sentences"] = {
            code: {"fr": why.sentence.fr, "en": why.sentence.en} for code, why in counting.explain(count).items()
        }
        if definition.get("budget") is not None:
            found["total_cost"] = format(count.total_cost, "f")
    else:
        found["valid"] = False
        found["reasons"].append({"code": "no-vote"})
    _quorum(found, rules)
    _threshold(found, rules)
    return found


def _sums(definition: Mapping[str, Any], tally: Tally, rules: BallotRules) -> dict[str, Any]:
    """Points of each option, or how many gave it each grade (from the lowest; those who gave none gave the lowest)."""
    codes = [one["code"] for one in definition["options"]]
    if rules.type == "cumulative":
        points = dict.fromkeys(codes, 0)
        for text, weight in tally.named.items():
            for code, value in json.loads(text)["points"].items():
                points[code] = points.get(code, 0) + value * weight
        return {"points": points}
    if rules.type == "majority-judgement":
        grades = {code: [0] * len(GRADES) for code in codes}
        for text, weight in tally.named.items():
            given = json.loads(text)["grades"]
            for code in codes:
                grades[code][given.get(code, 0)] += weight
        return {"grades": grades}
    return {}


def _share(percent: Decimal, total: int) -> int:
    """At least that share: rounded up."""
    return int((Decimal(total) * Decimal(percent) / 100).to_integral_value(ROUND_CEILING))


def _quorum(found: dict[str, Any], rules: BallotRules) -> None:
    needed: int | None = rules.quorum_number
    if rules.quorum is not None:
        needed = _share(rules.quorum, found["on_roll"])
    if needed is None:
        return
    found["quorum"] = needed
    if found["voters"] < needed:
        found["valid"] = False
        found["reasons"].append({"code": "quorum", "needed": needed, "had": found["voters"]})


def _threshold(found: dict[str, Any], rules: BallotRules) -> None:
    if rules.threshold is None or not found["winners"]:
        return
    needed = _share(rules.threshold, found["expressed"])
    found["threshold"] = needed
    short = [code for code in found["winners"] if found["votes"][code] < needed]
    if not short:
        return
    found["reasons"].append({"code": "threshold", "needed": needed, "options": short})
    found["winners"] = [code for code in found["winners"] if code not in short]
    if not found["winners"]:
        found["valid"] = False
