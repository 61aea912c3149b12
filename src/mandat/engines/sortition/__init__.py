"""Drawing by lot: panels that meet quotas, with the fairest chances that any lottery can give, and a proof of it.

``read_quotas`` and ``read_pool`` read the usual files; ``build_problem`` groups exchangeable people;
``optimal_lottery`` gives the lottery and its certificate. Method, sources, guarantees and limits:
docs/engines/sortition.md.
"""

from typing import TYPE_CHECKING, Any

from mandat.engines.sortition.classes import build_problem
from mandat.engines.sortition.model import Certificate, Lottery, Person, Pool, Problem, Quota, Quotas
from mandat.engines.sortition.readers import FileProblemsError, read_pool, read_quotas
from mandat.engines.sortition.relax import InfeasibleError

if TYPE_CHECKING:
    from mandat.engines.sortition.optimise import OBJECTIVES, Objective, optimal_lottery

__all__ = [
    "OBJECTIVES",
    "Certificate",
    "FileProblemsError",
    "InfeasibleError",
    "Lottery",
    "Objective",
    "Person",
    "Pool",
    "Problem",
    "Quota",
    "Quotas",
    "build_problem",
    "optimal_lottery",
    "read_pool",
    "read_quotas",
]


def __getattr__(name: str) -> Any:
    """The search is compiled: its compiler weighs 60 MB, which who only reads quotas need not carry."""
    if name not in ("OBJECTIVES", "Objective", "optimal_lottery"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mandat.engines.sortition import optimise

    return getattr(optimise, name)
