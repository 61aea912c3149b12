"""What a person has answered: kept in the page itself or in a file of theirs, never here.

A file is JSON: ``{"format": "mandat-mes-droits", "version": 1, "members": [...], "answers": [{"entity", "member", "input", "value"}]}``.
``members`` names the other people of the household, null while it is not known whether there are any; ``member`` is 0 for the
person who answers, and for what is asked once for the whole household. A value null means "I prefer not to say".
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from mandat.apps.rulebook.asking import Value, WrongAnswerError, checked
from mandat.engines.rules.document import Input
from mandat.kernel.errors import InputError

FORMAT, VERSION = "mandat-mes-droits", 1
#: People of a household besides the one who answers.
MOST_MEMBERS = 29
#: Bytes of a file of answers: thirty people who answer fifty questions each take half of it.
LARGEST = 200_000
#: Characters of what the form carries once compressed.
LONGEST = 100_000
#: Characters of a name someone gives to a member of their household.
LONGEST_NAME = 40
_SALT = "mandat.rights.questionnaire"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One question to one member: ``name`` is that of the input as the book knows it."""

    entity: str
    member: int
    name: str

    def __str__(self) -> str:
        return f"{self.entity}:{self.member}:{self.name}"

    @classmethod
    def read(cls, text: str) -> Slot | None:
        parts = text.split(":")
        if len(parts) != 3 or not parts[1].isdecimal() or len(parts[1]) > 3:
            return None
        return cls(parts[0], int(parts[1]), parts[2])


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers in the order they were given; None is "I prefer not to say"."""

    given: Mapping[Slot, Value | None]
    members: tuple[str, ...] | None = None

    def value(self, slot: Slot) -> Value | None:
        return self.given.get(slot)

    def __contains__(self, slot: Slot) -> bool:
        return slot in self.given

    def with_(self, slot: Slot, value: Value | None) -> Answers:
        """The same with one answer more, or changed in its place."""
        return replace(self, given={**self.given, slot: value})

    def household(self, members: tuple[str, ...] | None) -> Answers:
        """The same with other people in the household; answers of those who left it go."""
        kept = 1 + len(members or ())
        return Answers({slot: value for slot, value in self.given.items() if slot.member < kept}, members)

    def before(self, slot: Slot | None) -> Slot | None:
        """The question answered before ``slot``, or last where it is not answered yet."""
        order = list(self.given)
        if slot is None or slot not in self.given:
            return order[-1] if order else None
        rank = order.index(slot)
        return order[rank - 1] if rank else None

    def of(self, entity: str) -> Iterator[tuple[Slot, Value | None]]:
        return ((slot, value) for slot, value in self.given.items() if slot.entity == entity)


EMPTY = Answers({})


def as_document(answers: Answers) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "members": list(answers.members) if answers.members is not None else None,
        "answers": [
            {"entity": slot.entity, "member": slot.member, "input": slot.name, "value": value}
            for slot, value in answers.given.items()
        ],
    }


def sealed(answers: Answers) -> str:
    """The answers as the form carries them: signed, so that what comes back is what was sent."""
    members = list(answers.members) if answers.members is not None else None
    return signing.dumps([members, [[str(slot), value] for slot, value in answers.given.items()]], salt=_SALT, compress=True)  # fmt: skip


def unsealed(text: str) -> Answers:
    """The answers of a form. Raises InputError where they were not sealed here."""
    if not text:
        return EMPTY
    try:
        members, given = signing.loads(text[: LONGEST + 1], salt=_SALT) if len(text) <= LONGEST else (None, None)
    except (signing.BadSignature, ValueError):
        given = None
    if given is None:
        raise InputError(_("Your answers could not be read again. Nothing was kept of them: please start again."))
    slots = ((Slot.read(name), value) for name, value in given)
    return Answers({slot: value for slot, value in slots if slot}, tuple(members) if members is not None else None)


def file_of(answers: Answers) -> bytes:
    """The file a person keeps: readable, versioned."""
    return (json.dumps(as_document(answers), ensure_ascii=False, indent=2) + "\n").encode()


def read_file(raw: bytes, inputs: Mapping[tuple[str, str], Input], *, as_of: dt.date) -> tuple[Answers, int]:
    """The answers of a file, and how many of them no right asks for any more.

    ``inputs`` are the questions asked today, by entity and name. Raises InputError for anything a file written here cannot hold.
    """
    if len(raw) > LARGEST:
        raise InputError(_("This file is too large to be one of answers."))
    try:
        document = json.loads(raw.decode("utf-8-sig"), parse_float=_refuse_float, parse_constant=_refuse_float)
    except (ValueError, RecursionError):
        raise InputError(_("This file is not one of answers: choose the file you kept from this site.")) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(_("This file is not one of answers: choose the file you kept from this site."))
    if document.get("version") != VERSION:
        raise InputError(_("This file was written by another version of the questionnaire and cannot be read."))
    if set(document) != {"format", "version", "members", "answers"} or not isinstance(document["answers"], list):
        raise InputError(_("This file was changed and cannot be read. Nothing was taken from it."))
    members = _members(document["members"])
    given: dict[Slot, Value | None] = {}
    gone = 0
    for line in document["answers"]:
        slot = _slot(line, 1 + len(members or ()))
        if slot is None or slot in given:
            raise InputError(_("This file was changed and cannot be read. Nothing was taken from it."))
        asked = inputs.get((slot.entity, slot.name))
        if asked is None:
            gone += 1
            continue
        try:
            given[slot] = None if line["value"] is None else checked(asked, line["value"], as_of=as_of)
        except WrongAnswerError:
            gone += 1  # asked again, as the question now stands
    return Answers(given, members), gone


def _refuse_float(text: str) -> Any:
    raise ValueError(text)


def _members(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    wrong = InputError(_("This file was changed and cannot be read. Nothing was taken from it."))
    if not isinstance(value, list) or len(value) > MOST_MEMBERS:
        raise wrong
    if not all(isinstance(name, str) and len(name) <= LONGEST_NAME and name.isprintable() for name in value):
        raise wrong
    return tuple(value)


def _slot(line: Any, people: int) -> Slot | None:
    if not isinstance(line, dict) or set(line) != {"entity", "member", "input", "value"}:
        return None
    entity, member, name = line["entity"], line["member"], line["input"]
    if not isinstance(entity, str) or not isinstance(name, str) or not isinstance(member, int):
        return None
    if isinstance(member, bool) or not 0 <= member < people or ":" in entity + name:
        return None
    return Slot(entity, member, name)
