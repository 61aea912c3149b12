"""Answers before they are kept: only what the right's rule knows, in the form its inputs declare.

A situation is ``{"foyer": {...}, "personnes": [{...}], "demandeur": 0}``; values are plain JSON (numbers as texts), so that what
is sealed reads back as it was. What a draft holds may be incomplete, never of another form.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mandat.apps.programme.published import published
from mandat.apps.rights.ruling import compiled
from mandat.apps.rights.terms import Terms
from mandat.apps.rulebook.published import PublishedRule
from mandat.engines.rules import Input, SituationError, read_answer
from mandat.facts.base import decimal_text
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Members of a household in one claim.
MOST_MEMBERS = 30
_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f"))


def checked(terms: Terms, answers: Mapping[str, Any], *, as_of: dt.date) -> dict[str, Any]:
    """The answers that the right's rule uses, as JSON values. Raises InputError for one of another type or out of range.

    What other rights asked is left out: a claim holds what it needs and no more.
    """
    held = compiled(published().code, terms.document.rule)
    found: dict[str, Any] = {}
    for entity, (key, many) in held.keys.items():
        block = answers.get(key)
        if many and isinstance(block, list | tuple):
            if len(block) > MOST_MEMBERS:
                raise InputError(
                    Text(
                        f"pas plus de {MOST_MEMBERS} personnes par foyer", f"at most {MOST_MEMBERS} persons a household"
                    )
                )
            found[key] = [_block(held, entity, member, as_of) for member in block if isinstance(member, Mapping)]
        elif not many and isinstance(block, Mapping):
            found[key] = _block(held, entity, block, as_of)
        if many and entity == held.entity:
            # Who claims is one of them, though nothing be known yet.
            found[key] = found.get(key) or [{}]
    rank = answers.get("demandeur")
    if isinstance(rank, int) and not isinstance(rank, bool) and rank >= 0:
        found["demandeur"] = rank
    return found


def used_inputs(held: PublishedRule) -> frozenset[str]:
    """Inputs that some formula rests on."""
    return frozenset().union(*held.rests.values()) if held.rests else frozenset()


def _block(held: PublishedRule, entity: str, given: Mapping[str, Any], as_of: dt.date) -> dict[str, Any]:
    used = used_inputs(held)
    found = {}
    for name, value in given.items():
        item = held.inputs.get(str(name))
        if item is not None and item.entity == entity and item.name in used and value not in (None, ""):
            found[item.name] = value_of(item, value, as_of=as_of)
    return found


def value_of(item: Input, value: Any, *, as_of: dt.date) -> Any:
    """One answer in its plain form: bool, text of an exact number, ISO day, code. Raises InputError naming the question."""
    if isinstance(value, str):
        value = _typed(item, value.strip())
    elif isinstance(value, Decimal):
        value = format(value, "f")
    try:
        found = read_answer(item, value, as_of=as_of)
    except SituationError as error:
        [problem] = error.problems
        raise InputError(
            Text(f"{item.question.fr} {problem.text.fr}", f"{item.question.en} {problem.text.en}")
        ) from None
    if isinstance(found, Decimal):
        return int(found) if item.type == "integer" else decimal_text(found)
    return found.isoformat() if isinstance(found, dt.date) else found


def _typed(item: Input, text: str) -> Any:
    """A text as people write it, in the form the engine reads."""
    if item.type == "boolean":
        return {"true": True, "false": False, "oui": True, "non": False, "yes": True, "no": False}.get(
            text.lower(), text
        )
    if item.type in ("number", "integer"):
        return text.translate(_SPACES).replace(",", ".")
    return text.upper() if item.type == "commune" else text
