"""What a fact must satisfy before it is appended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from mandat.facts.base import Fact
from mandat.journal.models import Line
from mandat.journal.record import WITHDRAWN, parse
from mandat.kernel.errors import InputError
from mandat.kernel.periods import paris_date
from mandat.kernel.text import Text

#: Clocks of several machines differ by less.
DRIFT = dt.timedelta(minutes=10)
#: Longest values of the columns facts are found by.
LONGEST = {"programme": 60, "kind": 80, "area": 40, "subject": 200, "source": 255}


def moment(given: dt.datetime | None, *, last: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """The moment of recording: never before the log's last one."""
    if given is None:
        return now if last is None or now >= last else last
    if given.tzinfo is None:
        raise InputError(Text("un moment d'enregistrement a un fuseau", "a moment of recording has a time zone"))
    given = given.astimezone(dt.UTC)
    if given > now + DRIFT:
        raise InputError(Text(f"enregistrement dans le futur : {given}", f"recording in the future: {given}"))
    if last is not None and given < last:
        raise InputError(
            Text(
                f"fait antidaté : le dernier enregistrement est du {last.isoformat()}",
                f"back-dated fact: the last recording is of {last.isoformat()}",
            )
        )
    return given


def fact(item: Fact, *, recorded_at: dt.datetime) -> Fact:
    """``item`` with its data as its type writes them. Raises InputError."""
    try:
        data = item.type.data.model_validate(item.data).model_dump(exclude_unset=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        raise InputError(
            Text(
                f"fait {item.kind} : champ {field} refusé ({first['type']})",
                f"fact {item.kind}: field {field} refused ({first['type']})",
            )
        ) from None
    if not item.programme:
        raise InputError(Text("un fait est d'un programme", "a fact is of a programme"))
    for name, longest in LONGEST.items():
        value = getattr(item, name)
        if len(value) > longest or "\x00" in value:
            raise InputError(Text(f"{name} : valeur trop longue ou illisible", f"{name}: value too long or unreadable"))
    if item.occurred_on > paris_date(recorded_at):
        raise InputError(
            Text(
                f"un fait ne peut pas être daté du futur : {item.occurred_on}",
                f"a fact cannot be dated in the future: {item.occurred_on}",
            )
        )
    if item.kind == WITHDRAWN and item.corrects is None:
        raise InputError(Text("un retrait nomme le fait retiré", "a withdrawal names the fact withdrawn"))
    return item if data == item.data else replace(item, data=data)


def corrections(facts: Sequence[Fact]) -> dict[int, Fact]:
    """The facts corrected, by index: each stands, and is of the same programme and kind as its correction. Raises InputError."""
    targets = [item.corrects for item in facts if item.corrects is not None]
    if not targets:
        return {}
    if len(set(targets)) < len(targets):
        raise InputError(Text("un fait est corrigé deux fois", "a fact is corrected twice"))
    known: dict[int, Fact] = {}
    replaced: dict[int, int] = {}
    for start in range(0, len(targets), 500):
        some = targets[start : start + 500]
        for index, text in Line.objects.filter(index__in=some).values_list("index", "text"):
            known[index] = parse(text)
        replaced |= {
            int(corrected or 0): index
            for corrected, index in Line.objects.filter(corrects__in=some).values_list("corrects", "index")
        }
    for item in facts:
        target = item.corrects
        if target is None:
            continue
        if target not in known:
            raise InputError(Text(f"le fait {target} n'existe pas", f"there is no fact {target}"))
        programme, kind = known[target].programme, known[target].kind
        if programme != item.programme:
            raise InputError(
                Text(f"le fait {target} est d'un autre programme", f"fact {target} is of another programme")
            )
        if kind == WITHDRAWN:
            raise InputError(
                Text(f"le fait {target} est un retrait : il reste", f"fact {target} is a withdrawal: it stays")
            )
        if target in replaced:
            by = replaced[target]
            raise InputError(
                Text(f"le fait {target} est déjà remplacé par {by}", f"fact {target} is already replaced by {by}")
            )
        if item.kind != WITHDRAWN and _family(item.kind) != _family(kind):
            raise InputError(Text(f"le fait {target} est d'un autre genre", f"fact {target} is of another kind"))
    return known


def _family(kind: str) -> str:
    """A kind without its version: a correction may use the newer version of a type."""
    return kind.rpartition(".")[0]
