"""Counting votes: participatory budgets, committees and single winners, exactly and explained.

>>> from mandat.engines import counting
>>> election = counting.make_election(costs={"a": 3, "b": 2}, budget=3, ballots=[["a"], ["a", "b"]])
>>> counting.count(election, rule="greedy").winner_ids
['a']
"""

from mandat.engines.counting.count import COMPLETIONS, RULES, count
from mandat.engines.counting.csvfile import read_csv
from mandat.engines.counting.explain import explain
from mandat.engines.counting.metrics import measure
from mandat.engines.counting.model import Ballots, Election, Project, Refusal, make_election, parse_decimal
from mandat.engines.counting.pabulib import read_pabulib, write_pabulib
from mandat.engines.counting.result import Count, Decision
from mandat.engines.counting.ties import Tie, tie_rank
from mandat.engines.counting.utilities import UTILITIES

__all__ = [
    "COMPLETIONS",
    "RULES",
    "UTILITIES",
    "Ballots",
    "Count",
    "Decision",
    "Election",
    "Project",
    "Refusal",
    "Tie",
    "count",
    "explain",
    "make_election",
    "measure",
    "parse_decimal",
    "read_csv",
    "read_pabulib",
    "tie_rank",
    "write_pabulib",
]
