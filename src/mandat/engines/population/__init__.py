"""A synthetic population of a region from published margins.

    for part in generate(communes, margins=shipped_margins(), seed=1, reference_day=date(2026, 1, 1)):
        write_part(part, persons=stream, households=other)

Persons in households, one département at a time, sorted by household: exact populations by commune, ages, sexes,
households, incomes and situations as the margins say. Nobody in it exists, and every table says so (``SYNTHETIC``).
Arrays and Arrow tables; no clock, no file, no chance but the seed.
"""

from mandat.engines.population.check import Fit, fit
from mandat.engines.population.generate import MARK, SYNTHETIC, Commune, Part, generate
from mandat.engines.population.margins import Margins, Source, read_margins, shipped_margins
from mandat.engines.population.parquet import is_synthetic, write_part

__all__ = [
    "MARK",
    "SYNTHETIC",
    "Commune",
    "Fit",
    "Margins",
    "Part",
    "Source",
    "fit",
    "generate",
    "is_synthetic",
    "read_margins",
    "shipped_margins",
    "write_part",
]
