"""Opinion maps: who thinks alike, what sets groups apart, what they share.

Votes on statements (agree, pass, disagree) become a map in two dimensions, groups chosen by silhouette, statements that
represent each group, consensus and bridging statements, and the order in which to show statements next. After the
method of the Polis software (Small et al., 2021); see ``docs/engines/opinion.md``.

    conversation = read_votes_file(stream, name="votes.csv")
    opinions = map_opinions(conversation.votes, settings=Settings(seed=1))
    as_data(opinions, conversation)

A live conversation keeps a state: ``fit_state``, then ``update`` for each vote, ``refit`` when due.

Pure functions over arrays: n participants, m statements, votes in {-1, 0, 1}. Deterministic for given votes, settings
and seed. No clock, no file, no chance of its own.
"""

from mandat.engines.opinion.changes import Vote
from mandat.engines.opinion.dots import Dot, dots
from mandat.engines.opinion.export import as_data
from mandat.engines.opinion.mapping import Group, OpinionMap, Settings, map_opinions
from mandat.engines.opinion.persist import from_bytes, to_bytes
from mandat.engines.opinion.readers import PARTS, Sign, part_of, read_export, read_votes_file
from mandat.engines.opinion.routing import next_statement
from mandat.engines.opinion.stability import Stability, adjusted_rand
from mandat.engines.opinion.votes import Conversation, Statement, VoteMatrix
from mandat.engines.opinion.warm import Drift, OpinionState, fit_state, refit, update

__all__ = [
    "PARTS",
    "Conversation",
    "Dot",
    "Drift",
    "Group",
    "OpinionMap",
    "OpinionState",
    "Settings",
    "Sign",
    "Stability",
    "Statement",
    "Vote",
    "VoteMatrix",
    "adjusted_rand",
    "as_data",
    "dots",
    "fit_state",
    "from_bytes",
    "map_opinions",
    "next_statement",
    "part_of",
    "read_export",
    "read_votes_file",
    "refit",
    "to_bytes",
    "update",
]
