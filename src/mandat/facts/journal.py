"""Facts about facts."""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


@fact_type(
    "journal.withdrawn.v1",
    label=Text("Fait retiré", "Fact withdrawn"),
    sentence=Text("Le fait {corrects} est retiré : {reason}", "Fact {corrects} is withdrawn: {reason}"),
    page="fact",
)
class Withdrawn(Data):
    """The fact ``corrects`` no longer counts; it stays readable. ``reason`` is public."""

    reason: str
