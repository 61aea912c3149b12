"""Where synthetic facts happen: communes drawn by population, EPCI in a stated order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mandat.apps.territory import selectors


@dataclass(frozen=True, slots=True)
class Places:
    """Area codes of the region: communes with their share of the population, and EPCI."""

    communes: Sequence[str]
    shares: np.ndarray
    epci: Sequence[str]

    def commune(self, chance: np.random.Generator) -> str:
        return self.communes[int(chance.choice(len(self.communes), p=self.shares))]


def places(region: str) -> Places:
    """The places of a loaded region."""
    weights = sorted(selectors.area_weights("population", f"region:{region}").items())
    # The square root keeps villages in the story: by plain population cities would take nearly all of it.
    roots = np.sqrt(np.array([weight for _, weight in weights], dtype=float) + 1)
    return Places([f"commune:{code}" for code, _ in weights], roots / roots.sum(), selectors.epci_areas(region))
