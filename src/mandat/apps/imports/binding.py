"""Which measures and commitments a line serves, by the rules of a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mandat.apps.imports.schema import ImportMapping, Rule
from mandat.engines.opendata import BudgetLine, Contract, Deliberation, Grant, Modification, Record
from mandat.journal.words import index_words, query_words

Phrases = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Traits:
    """What rules look at: the words of the purpose, the beneficiary and the scheme, and codes."""

    purpose: str
    beneficiary: str = ""
    scheme: str = ""
    account: str = ""
    function: str = ""
    cpv: str = ""


def traits(record: Record) -> Traits:
    match record:
        case Grant():
            return Traits(record.purpose, record.beneficiary, record.scheme)
        case Deliberation():
            return Traits(record.title, "", f"{record.topic_code} {record.topic}")
        case BudgetLine():
            return Traits(record.purpose, "", record.operation, record.account or record.nature, record.function)
        case Contract():
            return Traits(record.purpose, cpv=record.cpv)
        case Modification():
            return Traits(record.purpose)


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    words: Phrases
    beneficiaries: Phrases
    schemes: Phrases
    unless: Phrases

    def accepts(self, of: Traits, purpose: frozenset[str], beneficiary: frozenset[str], scheme: frozenset[str]) -> bool:
        rule = self.rule
        return (
            (not self.words or _any(self.words, purpose))
            and (not self.beneficiaries or _any(self.beneficiaries, beneficiary))
            and (not self.schemes or _any(self.schemes, scheme))
            and (not rule.accounts or of.account.startswith(rule.accounts))
            and (not rule.functions or of.function.startswith(rule.functions))
            and (not rule.cpv or of.cpv.startswith(rule.cpv))
            and not (self.unless and _any(self.unless, purpose))
        )


class Binder:
    """Applies the rules of one mapping. Modifications follow the contract they modify, read just before."""

    def __init__(self, mapping: ImportMapping) -> None:
        self._rules = [
            _Compiled(
                rule, _phrases(rule.words), _phrases(rule.beneficiaries), _phrases(rule.schemes), _phrases(rule.unless)
            )
            for rule in mapping.rules
        ]
        self._contract: tuple[str, str, tuple[int, ...], tuple[str, ...]] = ("", "", (), ())

    def bind(self, record: Record) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Measures in their order and commitments in theirs; both empty where no rule fits."""
        if isinstance(record, Modification) and self._contract[:2] == (record.buyer, record.reference):
            return self._contract[2:]
        of = traits(record)
        purpose, beneficiary, scheme = _set(of.purpose), _set(of.beneficiary), _set(of.scheme)
        fitting = [one.rule for one in self._rules if one.accepts(of, purpose, beneficiary, scheme)]
        measures = tuple(sorted({number for rule in fitting for number in rule.measures}))
        codes = {code for rule in fitting for code in rule.commitments}
        commitments = tuple(sorted(codes, key=lambda code: tuple(map(int, code.split(".")))))
        if isinstance(record, Contract):
            self._contract = (record.buyer, record.reference, measures, commitments)
        return measures, commitments


def _phrases(texts: Sequence[str]) -> Phrases:
    return tuple(frozenset(query_words(text)) for text in texts)


def _any(phrases: Iterable[frozenset[str]], words: frozenset[str]) -> bool:
    return any(phrase <= words for phrase in phrases)


def _set(text: str) -> frozenset[str]:
    return frozenset(index_words((text,)).split()) if text else frozenset()
