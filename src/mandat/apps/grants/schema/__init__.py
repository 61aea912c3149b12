"""Schemas of what the Region funds, labels or contracts for: schemes and conditionalities.

Everything about a scheme derives from its one document: the form, the pre-check, the instruction sheet, letters, the public page and exports.
"""

from mandat.apps.grants.schema.condition import Condition
from mandat.apps.grants.schema.scheme import Scheme
from mandat.definitions.registry import Kind, register
from mandat.kernel.text import Text

__all__ = ["Condition", "Scheme"]

register(Kind("condition", Text("condition", "condition"), Condition))
register(Kind("scheme", Text("dispositif", "scheme"), Scheme, children={"rules": "rule"}))
