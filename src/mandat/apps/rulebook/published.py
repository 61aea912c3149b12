"""The published rules, compiled: read once for each revision of the programme and each state of the territory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from mandat.apps.programme.published import Published, published
from mandat.apps.rulebook import recording
from mandat.apps.rulebook.compiling import perimeters
from mandat.apps.rulebook.places import Perimeters
from mandat.apps.rulebook.schema import RULE, VOCABULARY
from mandat.apps.territory import selectors
from mandat.definitions.models import DefinitionVersion, SourceFile
from mandat.definitions.reading import read
from mandat.definitions.registry import kinds
from mandat.engines.rules import Input, Rule, RuleDocument, RuleProblem, VocabularyDocument, compile_rule
from mandat.engines.rules.document import Entity
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Vocabularies by code, each with its version.
Words = Mapping[str, tuple[VocabularyDocument, DefinitionRef]]


@dataclass(frozen=True)
class PublishedRule:
    """A rule in one version: its document, what it compiles to, and the vocabularies it is read with.

    ``rule`` is None where the document does not compile (``problems`` says why); a folder that holds such a rule cannot
    be published, but the territory may have changed since.
    """

    document: RuleDocument
    ref: DefinitionRef
    vocabularies: tuple[VocabularyDocument, ...]
    rule: Rule | None
    problems: tuple[RuleProblem, ...] = ()
    #: The versions of ``vocabularies``, in the same order.
    words: tuple[DefinitionRef, ...] = ()

    @property
    def code(self) -> str:
        return self.document.code

    @property
    def entity(self) -> str:
        """What the rule is about."""
        return self.document.entity

    @property
    def applied(self) -> Rule:
        """The rule, ready to be applied. Raises InputError where the document does not compile."""
        if self.rule is None:
            why = self.problems[0] if self.problems else ""
            raise InputError(
                Text(f"la règle {self.code} ne s'applique pas : {why}", f"rule {self.code} does not apply: {why}")
            )
        return self.rule

    def checked(self) -> PublishedRule:
        """Itself. Raises InputError where the document does not compile."""
        _ = self.applied
        return self

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """Every input the rule may ask, by name; its own replace none of the vocabularies'."""
        shared = {given.name: given for words in self.vocabularies for given in words.inputs}
        return {**shared, **{given.name: given for given in self.document.inputs}}

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        shared = {entity.name: entity for words in self.vocabularies for entity in words.entities}
        return {**shared, **{entity.name: entity for entity in self.document.entities}}

    @cached_property
    def keys(self) -> Mapping[str, tuple[str, bool]]:
        """By entity, its key in a situation, and whether there are several members under it."""
        return {
            entity.name: (entity.key, entity.within is not None or entity.kind == "person")
            for entity in self.entities.values()
        }

    @cached_property
    def rests(self) -> Mapping[str, frozenset[str]]:
        """The inputs that each formula rests on, directly or not."""
        return recording.rests(self.document, self.inputs)

    def output(self, role: str) -> str:
        """The name of the output of a role; empty where there is none."""
        return next((output.name for output in self.document.outputs if output.role == role), "")

    @property
    def asked(self) -> Mapping[str, Input]:
        """The inputs that its formulas use; all of them where it does not compile."""
        return self.rule.inputs if self.rule is not None else self.inputs


@dataclass(frozen=True)
class Rulebook:
    """The rules in force, by code in the order of their files, and the vocabularies."""

    programme: str
    revision: int
    rules: Mapping[str, PublishedRule]
    vocabularies: Mapping[str, VocabularyDocument]

    def rule(self, code: str) -> PublishedRule:
        """The rule of a code. Raises InputError where none is published."""
        try:
            return self.rules[code]
        except KeyError:
            raise InputError(Text(f"règle inconnue : {code}", f"unknown rule: {code}")) from None


def published_rules(current: Published | None = None) -> Rulebook:
    """The rules in force. Two short queries a call, then memory."""
    current = current or published()
    return _read(current.code, current.revision, selectors.reference().stamp)


@lru_cache(maxsize=4)
def _read(programme: str, revision: int, territory: object) -> Rulebook:
    rows = list(
        DefinitionVersion.objects.filter(programme=programme, kind__in=(RULE, VOCABULARY), current=True).order_by(
            "kind", "position"
        )
    )
    # The files themselves, not their JSON: numbers, days and codes of golden cases keep their types.
    texts = dict(
        SourceFile.objects.filter(programme=programme, path__in={row.file for row in rows}).values_list("path", "text")
    )
    bodies = {(row.kind, row.code): _content(texts.get(row.file, ""), row) for row in rows}
    refs = {(row.kind, row.code): DefinitionRef(row.kind, row.code, row.version, row.digest) for row in rows}
    words = {
        code: VocabularyDocument.model_validate(body) for (kind, code), body in bodies.items() if kind == VOCABULARY
    }
    places = perimeters(programme)
    found = {
        code: _compiled(
            RuleDocument.model_validate(body),
            refs[RULE, code],
            {name: (document, refs[VOCABULARY, name]) for name, document in words.items()},
            places,
        )
        for (kind, code), body in bodies.items()
        if kind == RULE
    }
    return Rulebook(programme, revision, MappingProxyType(found), MappingProxyType(words))


def _content(text: str, row: DefinitionVersion) -> dict[str, Any]:
    """The document as its file writes it, at the top or inside another (a scheme holds its rules)."""
    document, _problems = read(text, file=row.file) if text else (None, [])
    for kind, found in _documents(document.data if document else None):
        if (kind, found.get("code")) == (row.kind, row.code):
            return {key: value for key, value in found.items() if key != "kind"}
    return dict(row.body)


def _documents(data: Any, kind: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """A document and those it holds, each with its kind."""
    if not isinstance(data, dict):
        return
    kind = kind or str(data.get("kind"))
    yield kind, data
    known = kinds().get(kind)
    for name, inner in known.children.items() if known else ():
        for item in data.get(name) or ():
            yield from _documents(item, inner)


def _compiled(document: RuleDocument, ref: DefinitionRef, words: Words, places: Perimeters) -> PublishedRule:
    used = [words[code] for code in document.uses if code in words]
    vocabularies = tuple(vocabulary for vocabulary, _ref in used)
    rule, problems = compile_rule(document, vocabularies, perimeters=places, version=str(ref.version), run_cases=False)
    return PublishedRule(document, ref, vocabularies, rule, tuple(problems), tuple(ref for _document, ref in used))


@lru_cache(maxsize=64)
def _version(programme: str, code: str, version: int, revision: int, territory: object) -> PublishedRule | None:
    rows = DefinitionVersion.objects.filter(programme=programme, kind=RULE, code=code)
    row = rows.filter(version=version).first()
    if row is None:
        return None
    document = RuleDocument.model_validate(row.body)
    following = rows.filter(version=version + 1).first()
    words = _words_until(programme, document.uses, following.published_at if following else None)
    ref = DefinitionRef(row.kind, row.code, row.version, row.digest)
    return _compiled(document, ref, words, perimeters(programme))


def rule_version(code: str, version: int, *, current: Published | None = None) -> PublishedRule:
    """A rule as it was in one version, with the vocabularies in force when that version ended.

    Raises InputError for a version that never was.
    """
    current = current or published()
    found = _version(current.code, code, version, current.revision, selectors.reference().stamp)
    if found is None:
        raise InputError(Text(f"version inconnue : {code} {version}", f"unknown version: {code} {version}"))
    return found


def rule_as_recorded(programme: str, code: str, version: int, vocabularies: Mapping[str, int]) -> PublishedRule:
    """A rule in one version with vocabularies in theirs, as a decision recorded them. Raises InputError where one is missing."""
    words, known = tuple(sorted(vocabularies.items())), selectors.reference()
    return _recorded(programme, code, version, words, published(programme).revision, known.stamp)


@lru_cache(maxsize=256)
def _recorded(
    programme: str, code: str, version: int, vocabularies: tuple[tuple[str, int], ...], revision: int, territory: object
) -> PublishedRule:
    rows = DefinitionVersion.objects.filter(programme=programme)
    row = rows.filter(kind=RULE, code=code, version=version).first()
    words: dict[str, tuple[VocabularyDocument, DefinitionRef]] = {}
    for name, number in vocabularies:
        held = rows.filter(kind=VOCABULARY, code=name, version=number).first()
        if held is None:
            raise InputError(Text(f"version inconnue : {name} {number}", f"unknown version: {name} {number}"))
        words[name] = _word(held)
    if row is None:
        raise InputError(Text(f"version inconnue : {code} {version}", f"unknown version: {code} {version}"))
    ref = DefinitionRef(row.kind, row.code, row.version, row.digest)
    return _compiled(RuleDocument.model_validate(row.body), ref, words, perimeters(programme))


def _words_until(programme: str, codes: Sequence[str], until: dt.datetime | None) -> Words:
    rows = DefinitionVersion.objects.filter(programme=programme, kind=VOCABULARY, code__in=codes)
    if until is not None:
        rows = rows.filter(published_at__lt=until)
    return {row.code: _word(row) for row in rows.order_by("version")}


def _word(row: DefinitionVersion) -> tuple[VocabularyDocument, DefinitionRef]:
    ref = DefinitionRef(row.kind, row.code, row.version, row.digest)
    return VocabularyDocument.model_validate(row.body), ref
