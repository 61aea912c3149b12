"""Facts: public, typed, dated lines without personal data, appended by acts and never edited.

``base`` holds the line itself and the registry of types; each other module
holds the types of one domain. ``docs/facts.md`` is written from this registry.
"""

from mandat.facts.base import Breakdown, DefinitionRef, Fact, FactType, canonical, fact_type, fact_types

__all__ = ["Breakdown", "DefinitionRef", "Fact", "FactType", "canonical", "fact_type", "fact_types"]
