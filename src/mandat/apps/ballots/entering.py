"""Paper ballots as an agent types them: a line for each different ballot, its number first.

``12 ; haie`` · ``3 ; 1, 4`` (several) · ``2 ; haie > velo`` (ranking) · ``1 ; haie=3, cour=2`` (points or grades) · ``4 ; blanc`` · ``1 ; nul``. An option is
named by its code, or by its place on the paper. No Django.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from mandat.apps.ballots import contents
from mandat.apps.ballots.choices import Option
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

MOST = 5000


def ballots(text: str, *, type: str, options: Sequence[Option]) -> list[dict[str, Any]]:
    """The papers, one item each. Raises InputError with the line typed."""
    found: list[dict[str, Any]] = []
    for line, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        count, _mark, what = row.partition(";")
        if not re.fullmatch(r"\s*[0-9]{1,4}\s*", count) or not what.strip():
            raise InputError(
                Text(
                    "attendu : un nombre, un point-virgule, le bulletin", "expected: a number, a semicolon, the ballot"
                ),
                line=line,
            )
        one = _ballot(what.strip(), type, options, line)
        found += [one] * int(count)
        if len(found) > MOST:
            raise InputError(Text(f"plus de {MOST} bulletins", f"more than {MOST} ballots"), line=line)
    return found


def _ballot(text: str, type: str, options: Sequence[Option], line: int) -> dict[str, Any]:
    word = text.casefold()
    if word in ("blanc", "blank"):
        return dict(contents.BLANK)
    if word in ("nul", "spoiled"):
        return dict(contents.SPOILED)
    if type in ("single", "yes-no"):
        return {"choice": _code(text, options, line)}
    if type in ("approval", "knapsack"):
        return {"approved": [_code(part, options, line) for part in _parts(text, ",")]}
    if type == "ranking":
        return {"ranked": [_code(part, options, line) for part in _parts(text, ">")]}
    values: dict[str, int] = {}
    for part in _parts(text, ","):
        name, _mark, value = part.partition("=")
        if not re.fullmatch(r"\s*[0-9]{1,4}\s*", value):
            raise InputError(
                Text(f"attendu : option=nombre, et non « {part[:40]} »", "expected: option=number"), line=line
            )
        values[_code(name, options, line)] = int(value)
    return {"points" if type == "cumulative" else "grades": values}


def _parts(text: str, mark: str) -> Iterator[str]:
    return (part.strip() for part in text.split(mark) if part.strip())


def _code(text: str, options: Sequence[Option], line: int) -> str:
    name = text.strip().casefold()
    aliases = {"oui": "yes", "non": "no"}
    name = aliases.get(name, name)
    for place, one in enumerate(options, 1):
        if name in (one.code, str(place)):
            return one.code
    raise InputError(Text(f"option inconnue : {text.strip()[:40]}", f"unknown option: {text.strip()[:40]}"), line=line)
