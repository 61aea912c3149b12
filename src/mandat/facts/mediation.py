"""Facts of mediation: counts alone, told together, so that no case can be recognised.

A fact is appended when at least as many cases as the smallest count published have come since the last one: who knows of one case
learns nothing of another. No place, no service, no party, no reference.
"""

from __future__ import annotations

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfMediation(Data):
    process: str
    component: str


@fact_type(
    "mediation.opened.v1",
    label=Text("Service de médiation ouvert", "Mediation service open"),
    sentence=Text(
        "Le service de médiation reçoit ses premières demandes", "The mediation service receives its first requests"
    ),
)
class Opened(_OfMediation):
    """The first requests were received: enough of them to be told. ``milestone`` names it among the steps of a commitment."""

    milestone: str = "mediation-service-open"


@fact_type(
    "mediation.asked.v1",
    label=Text("Médiations demandées", "Mediations asked for"),
    sentence=Text(
        "{quantity_text} de plus : demandes de médiation reçues", "{quantity_text} more: requests for mediation"
    ),
)
class Asked(_OfMediation):
    """``quantity`` more cases were asked for since the last such fact; ``urgent`` and ``in_time`` are withheld (None) where too few."""

    urgent: int | None = None
    in_time: int | None = None


@fact_type(
    "mediation.completed.v1",
    label=Text("Médiations menées à leur terme", "Mediations completed"),
    sentence=Text(
        "{quantity_text} de plus : médiations menées à leur terme", "{quantity_text} more: mediations completed"
    ),
)
class Completed(_OfMediation):
    """``quantity`` more cases reached their end, whatever came of it; each outcome is withheld (None) where too few."""

    agreement: int | None = None
    partial: int | None = None
    none: int | None = None


@fact_type(
    "mediation.delays_counted.v1",
    label=Text("Délais de la médiation", "Delays of mediation"),
    sentence=Text(
        "En {year}, la moitié des demandes de médiation sont prises en charge en {median_days} jours ou moins",
        "In {year}, half of the requests for mediation are taken up within {median_days} days",
    ),
)
class DelaysCounted(_OfMediation):
    """The median time to take up the ``cases`` of the year, where they are enough to be told."""

    cases: int
    year: int
    median_days: int
