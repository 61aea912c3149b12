"""Rules as code: one document, checked, evaluated for one household or a whole population."""

from mandat.engines.rules.document import RuleDocument, VocabularyDocument

__all__ = ["RuleDocument", "VocabularyDocument"]
