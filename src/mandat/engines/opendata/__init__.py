"""Read French open data as it is published: SCDL subventions, délibérations and budget, DECP.

Readers take an open binary stream and yield, line after line, a record or a refusal with its reason: a bad line never loses the
others, and memory does not grow with the file. What is repaired (encodings, separators, shifted columns, dates,
amounts) is said in ``notes``; what would have to be guessed is refused.

``read(format, stream)`` chooses the reader.
"""

from mandat.engines.opendata.reading import FORMATS, Format, read
from mandat.engines.opendata.records import BudgetLine, Contract, Deliberation, Grant, Modification, Record, Refused

__all__ = [
    "FORMATS",
    "BudgetLine",
    "Contract",
    "Deliberation",
    "Format",
    "Grant",
    "Modification",
    "Record",
    "Refused",
    "read",
]
