"""Which statement to show a participant next.

Published priority: (1 - chance of a pass) × (1 + distance from the centre of someone who only agreed with it)
× chance of agreeing × a boost for the little seen, 1 + 8·2^(-seen/5), squared; 49 for statements about the
conversation itself. The next statement is drawn with a probability proportional to its priority.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mandat.engines.opinion.counts import Counts
from mandat.engines.opinion.representativeness import chance
from mandat.engines.opinion.votes import Bools, Floats

META_PRIORITY = 7.0


def priorities(everyone: Counts, statements: Floats, *, excluded: Bools, meta: Bools) -> Floats:
    """(m,) priorities; ``everyone`` is (1, m) counts of grouped participants, ``statements`` (m, 2) places.

    0 for statements moderated out.
    """
    agree, seen = everyone.agree[0], everyone.seen[0]
    passes = seen - agree - everyone.disagree[0]
    extremity = np.hypot(statements[:, 0], statements[:, 1])
    importance = (1 - chance(passes, seen)) * (1 + extremity) * chance(agree, seen)
    priority = np.where(meta, META_PRIORITY, importance * (1 + 8 * np.exp2(-seen / 5.0))) ** 2
    return np.asarray(np.where(excluded, 0.0, priority))


def next_statement(priority: Floats, *, seen: Collection[int], chance: float) -> int | None:
    """Column to show next, or None when nothing is left.

    ``seen`` are the columns already voted on; ``chance`` in [0, 1) decides, so that a draw can be replayed.
    """
    if not 0.0 <= chance < 1.0:
        raise ValueError("chance must be in [0, 1)")
    weights = priority.copy()
    weights[list(seen)] = 0.0
    running = np.cumsum(weights)
    if not len(running) or running[-1] <= 0:
        return None
    place = int(np.searchsorted(running, chance * running[-1], side="right"))
    return min(place, int(np.flatnonzero(weights)[-1]))
