"""Communes by size: the classes in which the territory dimension of equality is shown."""

from __future__ import annotations

from mandat.kernel.text import Text

#: Upper bound (excluded) in inhabitants, code, words. The first two are « rural » in most of the Region's rules.
SIZES: tuple[tuple[int, str, Text], ...] = (
    (500, "under-500", Text("moins de 500 habitants", "under 500 inhabitants")),
    (2_000, "500-1999", Text("500 à 1 999 habitants", "500 to 1,999 inhabitants")),
    (10_000, "2000-9999", Text("2 000 à 9 999 habitants", "2,000 to 9,999 inhabitants")),
    (50_000, "10000-49999", Text("10 000 à 49 999 habitants", "10,000 to 49,999 inhabitants")),
    (10**9, "50000-more", Text("50 000 habitants et plus", "50,000 inhabitants and more")),
)
UNKNOWN = ("unknown", Text("commune inconnue", "commune not known"))
LABELS = {code: label for _bound, code, label in SIZES} | {UNKNOWN[0]: UNKNOWN[1]}


def size_of(population: int | None) -> str:
    """The class of a commune by its inhabitants; ``unknown`` where they are not known."""
    if population is None:
        return UNKNOWN[0]
    return next(code for bound, code, _label in SIZES if population < bound)
