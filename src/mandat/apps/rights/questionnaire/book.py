"""What the questionnaire goes over: the published rights of persons and households, their rules and their questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

from mandat.apps.programme.published import published
from mandat.apps.rights.schema import Right
from mandat.apps.rulebook.published import PublishedRule, Rulebook, published_rules
from mandat.apps.territory import selectors as territory
from mandat.definitions.models import DefinitionVersion
from mandat.engines.rules import Input, Rule
from mandat.engines.rules.document import Entity

#: Kinds of entities one person can answer for.
ASKED = ("person", "household")


@dataclass(frozen=True)
class Entry:
    """A right and its rule. ``names`` maps an input of the rule to the name it has in the book, where they differ."""

    right: Right
    published: PublishedRule
    names: Mapping[str, str]

    @property
    def code(self) -> str:
        return self.right.code

    @property
    def rule(self) -> Rule:
        assert self.published.rule is not None
        return self.published.rule

    @cached_property
    def unit(self) -> str:
        """The unit of the amount; empty where the right has none."""
        name = self.right.outputs.amount
        outputs = self.published.document.outputs
        return next((output.unit or "1" for output in outputs if output.name == name), "") if name else ""


@dataclass(frozen=True)
class Book:
    """``inputs`` are the questions by entity and name in the book, in the order the rights bring them."""

    entries: tuple[Entry, ...]
    inputs: Mapping[tuple[str, str], Input]
    entities: Mapping[str, Entity]

    @cached_property
    def most_members(self) -> int:
        """People of a household besides the one who answers."""
        return next((entity.most - 1 for entity in self.entities.values() if entity.kind == "person"), 0)


def book() -> Book:
    """The book of the published programme. Two short queries a call, then memory."""
    current = published()
    return _book(current.code, current.revision, territory.reference().stamp)


@lru_cache(maxsize=4)
def _book(programme: str, revision: int, stamp: object) -> Book:
    rows = DefinitionVersion.objects.filter(programme=programme, kind="right", current=True).order_by("position")
    return gathered([Right.model_validate(row.body) for row in rows], published_rules())


def gathered(rights: Iterable[Right], rules: Rulebook) -> Book:
    """The book of these rights. Those about organisations or projects, and those whose rule does not compile, are left out.

    Two rules may each have an input of their own under one name: where they ask different things, the second is
    known in the book under the name of its rule too (``rule.name``).
    """
    inputs: dict[tuple[str, str], Input] = {}
    entities: dict[str, Entity] = {}
    entries = []
    for right in rights:
        found = rules.rules.get(right.rule)
        if found is None or found.rule is None or not _asks_people(found):
            continue
        names = {}
        for name, given in found.asked.items():
            key = name if inputs.setdefault((given.entity, name), given) == given else f"{found.code}.{name}"
            inputs.setdefault((given.entity, key), given)
            if key != name:
                names[name] = key
        entities |= {name: entity for name, entity in found.entities.items() if name not in entities}
        entries.append(Entry(right, found, MappingProxyType(names)))
    return Book(tuple(entries), MappingProxyType(inputs), MappingProxyType(entities))


def _asks_people(found: PublishedRule) -> bool:
    return all(found.entities[given.entity].kind in ASKED for given in found.asked.values())
