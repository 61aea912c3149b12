"""The whole method in one call: votes in, map out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mandat.engines.opinion.consensus import Bridge, Divide, bridging, consensus, dividing, group_informed
from mandat.engines.opinion.counts import Counts, count_votes
from mandat.engines.opinion.grouping import EXACT_LIMIT, Grouping, find_groups
from mandat.engines.opinion.projection import Projection, project
from mandat.engines.opinion.representativeness import Choice, representative, run_tests
from mandat.engines.opinion.routing import priorities
from mandat.engines.opinion.stability import RESAMPLES, Stability, resampled_stability
from mandat.engines.opinion.votes import Floats, Ints, VoteMatrix
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Settings:
    """Published choices of a map; the same votes and settings always give the same map.

    ``fewest_votes``: votes needed to be placed in a group (or every statement where there are fewer);
    ``fewest_participants``: below this, those who voted most are added up to it (15 in the published software;
    0 keeps the rule plain); ``withholding``: groups of fewer people are not shown.
    """

    seed: int = 0
    max_groups: int = 5
    fewest_votes: int = 7
    fewest_participants: int = 0
    withholding: int = 5
    exact_limit: int = EXACT_LIMIT
    resamples: int = RESAMPLES
    groups: int | None = None

    def check(self) -> Settings:
        """Raise InputError for a setting out of range."""
        bounds = {
            "seed": (self.seed, 0, 2**63 - 1),
            "max_groups": (self.max_groups, 2, 50),
            "fewest_votes": (self.fewest_votes, 1, 10**6),
            "fewest_participants": (self.fewest_participants, 0, 10**9),
            "withholding": (self.withholding, 2, 10**6),
            "exact_limit": (self.exact_limit, 0, 50_000),
            "resamples": (self.resamples, 0, 10_000),
            "groups": (2 if self.groups is None else self.groups, 1, 50),
        }
        for name, (value, low, high) in bounds.items():
            if not low <= value <= high:
                raise InputError(
                    Text(f"{name} doit être entre {low} et {high}", f"{name} must be between {low} and {high}")
                )
        return self


@dataclass(frozen=True, slots=True)
class Group:
    """A group that may be shown: ``size`` people, ``centre`` on the map, its statements."""

    number: int
    size: int
    centre: tuple[float, float]
    representative: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OpinionMap:
    """Everything found in a conversation.

    ``labels`` (n,): each participant's group from 0, -1 for those who voted too little; labels of ``len(groups)``
    and above are groups too small to show. ``counts`` has a row for each label. ``priority`` (m,).
    """

    votes: VoteMatrix
    settings: Settings
    projection: Projection
    grouping: Grouping
    labels: Ints
    counts: Counts
    everyone: Counts
    groups: tuple[Group, ...]
    consensus: tuple[Choice, ...]
    bridging: tuple[Bridge, ...]
    dividing: tuple[Divide, ...]
    informed: tuple[Floats, Floats]
    priority: Floats
    stability: Stability | None = None

    @property
    def withheld_groups(self) -> int:
        return self.grouping.k - len(self.groups) if len(self.labels) and (self.labels >= 0).any() else 0

    @property
    def shown_participants(self) -> int:
        return sum(group.size for group in self.groups)


def members_of(votes: VoteMatrix, settings: Settings) -> Ints:
    """Rows of the participants to be placed in groups, in row order."""
    count = votes.votes_by_participant()
    inside = count >= min(settings.fewest_votes, max(1, votes.shape[1]))
    missing = min(settings.fewest_participants, int((count > 0).sum())) - int(inside.sum())
    if missing > 0:
        outside = np.flatnonzero(~inside & (count > 0))
        inside[outside[np.argsort(-count[outside], kind="stable")][:missing]] = True
    return np.flatnonzero(inside)


def map_opinions(votes: VoteMatrix, *, settings: Settings | None = None, stability: bool = True) -> OpinionMap:
    """Project, group, test and rank. ``stability=False`` leaves the resampling out.

    Cost: the Gram matrix, O(min(n·m², Σ votes²)), then O(votes) for the rest; stability
    O(resamples · min(n, 2,000) · 24).
    """
    chosen = (settings or Settings()).check()
    projection = project(votes)
    members = members_of(votes, chosen)
    grouping = find_groups(
        projection.participants[members],
        max_groups=chosen.max_groups,
        seed=chosen.seed,
        exact_limit=chosen.exact_limit,
        only=chosen.groups,
    )
    return complete(votes, chosen, projection, members, grouping, stability=stability)


def complete(
    votes: VoteMatrix,
    settings: Settings,
    projection: Projection,
    members: Ints,
    grouping: Grouping,
    *,
    stability: bool,
) -> OpinionMap:
    """What follows from a projection and a grouping: tests, choices, priorities, stability."""
    n = votes.shape[0]
    labels = np.full(n, -1, np.int64)
    labels[members] = grouping.labels
    # One pass counts those without a group too, as row 0.
    counted = count_votes(votes, labels + 1, grouping.k + 1)
    counts, everyone = counted.only(list(range(1, grouping.k + 1))), counted.total()
    tests = run_tests(counts, counts.rest())
    sizes = np.bincount(grouping.labels, minlength=grouping.k)
    # Labels go by decreasing size, so the groups large enough come first.
    shown = [g for g in range(grouping.k) if sizes[g] >= settings.withholding]
    visible = counts.only(shown)
    return OpinionMap(
        votes=votes,
        settings=settings,
        projection=projection,
        grouping=grouping,
        labels=labels,
        counts=counts,
        everyone=everyone,
        groups=tuple(
            Group(
                number=g + 1,
                size=int(sizes[g]),
                centre=(float(grouping.centres[g, 0]), float(grouping.centres[g, 1])),
                representative=tuple(representative(counts, tests, g, votes.excluded)),
            )
            for g in shown
        ),
        consensus=tuple(consensus(everyone, votes.excluded)),
        bridging=tuple(bridging(visible, votes.excluded)),
        dividing=tuple(dividing(visible, votes.excluded)),
        informed=group_informed(visible),
        priority=priorities(counts.total(), projection.statements, excluded=votes.excluded, meta=votes.meta),
        stability=resampled_stability(
            votes, projection, members, grouping.labels, seed=settings.seed, resamples=settings.resamples
        )
        if stability
        else None,
    )
