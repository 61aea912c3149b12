"""Facts observed in published statistics: the outcomes."""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


@fact_type(
    "statistics.observed.v1",
    label=Text("Valeur observée", "Value observed"),
    sentence=Text("{series} : {quantity_text} ({publisher})", "{series}: {quantity_text} ({publisher})"),
)
class Observed(Data):
    """A published statistic: ``quantity`` of ``series`` on ``occurred_on``, by whom it was published."""

    series: str
    publisher: str
    period: str = ""
    url: str = ""
