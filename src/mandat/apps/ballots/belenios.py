"""Belenios: a question as its server takes one, a list of voters, and a result read back. Formats of its public specification; no Django.

- single, yes-no and approval ballots become homomorphic questions (``answers``, ``min``, ``max``, ``blank``): the result is a count of each
  answer, the blank one first where there is one;
- rankings and judgements become questions whose ballots are mixed and opened (``NonHomomorphic``): the result is a list of ballots, a whole
  number for each answer: the rank (0: none), or the grade (1: the best).

Budgets and points have no counterpart there: such votes cannot be exported.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mandat.apps.ballots import contents, tallying
from mandat.apps.ballots.choices import GRADES
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

HOMOMORPHIC = ("single", "yes-no", "approval")
MIXED = ("ranking", "majority-judgement")


def _supported(type: str) -> None:
    if type not in (*HOMOMORPHIC, *MIXED):
        raise InputError(
            Text(
                "Belenios ne connaît ni budget ni points : ce vote ne s'y exporte pas",
                "Belenios knows neither budgets nor points: this vote cannot be exported to it",
            )
        )


def template(definition: Mapping[str, Any], *, administrator: str = "") -> dict[str, Any]:
    """The election as Belenios takes it. Raises InputError for a type it has no question for."""
    rules, options = tallying.rules_of(definition), tallying.options_of(definition)
    _supported(rules.type)
    words = definition.get("question") or definition["title"]
    answers = [one.title.fr for one in options]
    question: dict[str, Any]
    if rules.type in HOMOMORPHIC:
        most = 1 if rules.type != "approval" else min(rules.most or len(answers), len(answers))
        question = {"question": words["fr"], "answers": answers, "min": 1, "max": most}
        if rules.blank:
            question["blank"] = True
    else:
        question = {"type": "NonHomomorphic", "value": {"question": words["fr"], "answers": answers}}
    found = {"name": definition["title"]["fr"], "description": words["fr"], "questions": [question]}
    return found | ({"administrator": administrator} if administrator else {})


def voters(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The list of voters: ``address,login,weight``, one a line. ``lines`` are (address, login). Raises InputError, with the line."""
    seen: set[str] = set()
    for number, (address, login) in enumerate(lines, 1):
        if not address or any(mark in address + login for mark in ",\n\r\t "):
            raise InputError(
                Text("chaque ligne doit avoir un courriel", "each line needs an e-mail address"), line=number
            )
        if address.casefold() in seen:
            raise InputError(Text("courriel en double", "e-mail address given twice"), line=number)
        seen.add(address.casefold())
        yield f"{address},{login},1\n"


def read(text: str) -> Sequence[Any]:
    """The answers to the one question of a result file. Raises InputError."""
    try:
        body = json.loads(text)
    except ValueError:
        raise InputError(Text("ce fichier n'est pas du JSON", "this file is not JSON")) from None
    found = body.get("result") if isinstance(body, dict) else None
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], list):
        raise InputError(
            Text(
                "un résultat de Belenios à une question est attendu",
                "a result of Belenios with one question is expected",
            )
        )
    return found[0]


def outcome(definition: Mapping[str, Any], answers: Sequence[Any], *, voters: int, on_roll: int) -> dict[str, Any]:
    """Count a result by the rules of the definition. ``voters``: ballots Belenios accepted. Raises InputError for what is not of this vote."""
    rules = tallying.rules_of(definition)
    _supported(rules.type)
    if rules.type in MIXED:
        tally = tallying.tallied(_mixed(definition, answers))
        if tally.ballots != voters:
            raise InputError(
                Text(
                    f"le résultat a {tally.ballots} bulletins, et non {voters}",
                    f"the result has {tally.ballots} ballots, not {voters}",
                )
            )
        return tallying.outcome(definition, tally, voters=voters, on_roll=on_roll)
    return _counts(definition, answers, voters, on_roll)


def _counts(definition: Mapping[str, Any], answers: Sequence[Any], voters: int, on_roll: int) -> dict[str, Any]:
    rules, options = tallying.rules_of(definition), tallying.options_of(definition)
    if len(answers) != len(options) + rules.blank or not all(_whole(one) and one <= voters for one in answers):
        raise InputError(
            Text("le résultat n'a pas un nombre pour chaque réponse", "the result has not one number for each answer")
        )
    blank = answers[0] if rules.blank else 0
    counts = dict(zip((one.code for one in options), answers[int(rules.blank) :], strict=True))
    expressed = voters - blank
    single = rules.type != "approval"
    if (sum(counts.values()) != expressed) if single else any(n > expressed for n in counts.values()):
        raise InputError(
            Text(f"ces nombres ne font pas {voters} bulletins", f"these numbers do not make {voters} ballots")
        )
    wrap = (lambda code: {"choice": code}) if single else (lambda code: {"approved": [code]})
    named = {contents.canonical(wrap(code)): n for code, n in counts.items() if n}
    # Votes by option decide alone: who named several is not in the result.
    tally = tallying.Tally(dict(sorted(named.items())), blank, 0)
    found = tallying.outcome(definition, tally, voters=voters, on_roll=on_roll, expressed=expressed)
    return found | {"ballots": voters}


def _mixed(definition: Mapping[str, Any], answers: Sequence[Any]) -> Iterator[str]:
    rules, options = tallying.rules_of(definition), tallying.options_of(definition)
    known = {one.code: one for one in options}
    for number, ballot in enumerate(answers, 1):
        if not isinstance(ballot, list) or len(ballot) != len(options) or not all(_whole(one) for one in ballot):
            raise InputError(Text("bulletin illisible", "unreadable ballot"), line=number)
        pairs = list(zip(known, ballot, strict=True))
        content: Mapping[str, Any]
        if not any(ballot):
            content = contents.BLANK
        elif rules.type == "ranking":
            ranked = sorted((rank, code) for code, rank in pairs if rank)
            if len({rank for rank, _code in ranked}) < len(ranked):
                raise InputError(Text("rang donné deux fois", "rank given twice"), line=number)
            content = {"ranked": [code for _rank, code in ranked]}
        else:
            content = {"grades": {code: max(len(GRADES) - value, 0) if value else 0 for code, value in pairs}}
        try:
            yield contents.canonical(contents.checked(content, rules=rules, options=known, budget=None))
        except InputError as error:
            raise InputError(error.text, line=number) from error


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
