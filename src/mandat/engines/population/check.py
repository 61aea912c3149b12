"""How far a generated population is from its margins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mandat.engines.population.generate import Part
from mandat.engines.population.margins import OLDEST, Margins

#: Bands of age compared.
BANDS = (0, 6, 11, 15, 18, 20, 25, 30, 40, 50, 60, 65, 75, 85, OLDEST + 1)


@dataclass(frozen=True, slots=True)
class Fit:
    """One cell of one margin: what was wanted and what there is."""

    margin: str
    cell: str
    wanted: float
    found: float

    @property
    def gap(self) -> float:
        """Difference relative to what was wanted."""
        return abs(self.found - self.wanted) / self.wanted if self.wanted else float(self.found != 0)


def fit(parts: Iterable[Part], margins: Margins) -> list[Fit]:
    """Compare parts with the margins: age and sex, households by kind and size, deciles of persons."""
    persons = np.zeros((OLDEST + 1, 2))
    households = np.zeros(len(margins.compositions))
    deciles = np.zeros(10)
    for part in parts:
        ages = part.persons["age"].to_numpy()
        women = (part.persons["sexe"].combine_chunks().indices.to_numpy() == 1).astype(int)
        persons += np.bincount(2 * ages + women, minlength=2 * (OLDEST + 1)).reshape(-1, 2)
        deciles += np.bincount(part.persons["decile"].to_numpy() - 1, minlength=10)
        kinds = part.households["type"].combine_chunks().dictionary_decode().to_numpy(zero_copy_only=False)
        sizes = part.households["taille"].to_numpy()
        for k, composition in enumerate(margins.compositions):
            households[k] += int(((kinds == composition.kind) & (sizes == composition.size)).sum())
    total = persons.sum()
    found = []
    for low, high in pairwise(BANDS):
        for sex in (0, 1):
            cell = f"{'FM'[1 - sex]} {low}-{high - 1}"
            wanted = float(margins.persons[low:high, sex].sum() * total)
            found.append(Fit("age, sexe", cell, wanted, float(persons[low:high, sex].sum())))
    for k, composition in enumerate(margins.compositions):
        cell = f"{composition.kind} {composition.size}"
        found.append(Fit("menages", cell, composition.share * float(households.sum()), float(households[k])))
    found += [Fit("deciles", str(k + 1), float(total) / 10, float(deciles[k])) for k in range(10)]
    return found
