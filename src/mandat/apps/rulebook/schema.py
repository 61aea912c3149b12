"""The documents of rules as kinds of definitions: the engine says what they hold."""

from __future__ import annotations

from mandat.definitions.registry import Kind, register
from mandat.engines.rules import RuleDocument, VocabularyDocument
from mandat.kernel.text import Text

VOCABULARY, RULE = "rule-vocabulary", "rule"

register(Kind(VOCABULARY, Text("vocabulaire de règles", "rule vocabulary"), VocabularyDocument))
register(Kind(RULE, Text("règle", "rule"), RuleDocument))
