"""Facts of consultations: opened, counted by day, closed, a text adopted, conflicts settled. Nothing of what people wrote is told."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text

ConsultationType = Literal["drafting", "survey", "opinion-map", "observations"]


class _Consulted(Data):
    """``process`` and ``component`` name it, ``title`` is the component's in French."""

    process: str
    component: str
    type: ConsultationType
    title: str


@fact_type(
    "consultations.opened.v1",
    label=Text("Consultation ouverte", "Consultation opened"),
    sentence=Text("La consultation est ouverte : {title}", "The consultation is open: {title}"),
)
class Opened(_Consulted):
    """People may take part from now on, until the end of ``closes_on`` where there is one."""

    closes_on: dt.date | None = None


@fact_type(
    "consultations.counted.v1",
    label=Text("Participation comptée", "Participation counted"),
    sentence=Text("{quantity_text} ont pris part à : {title}", "{quantity_text} took part in: {title}"),
)
class Counted(_Consulted):
    """How many people took part since it opened, counted on ``occurred_on``; ``items`` are what they gave."""

    items: int


@fact_type(
    "consultations.closed.v1",
    label=Text("Consultation close", "Consultation closed"),
    sentence=Text("La consultation est close : {title}", "The consultation is closed: {title}"),
)
class Closed(_Consulted):
    """Nothing more is taken. ``quantity`` people took part (absent where they are too few to be told)."""

    items: int


@fact_type(
    "consultations.text_adopted.v1",
    label=Text("Texte adopté", "Text adopted"),
    sentence=Text(
        "Le texte est arrêté après {quantity} amendements adoptés : {title}",
        "The text is settled, with {quantity} amendments adopted: {title}",
    ),
)
class TextAdopted(_Consulted):
    """The rule of adoption was applied and conflicts are settled: the text as it stands. ``sha256`` is that of its plain text."""

    proposed: int
    adopted: int
    rejected: int
    set_aside: int
    sha256: str


@fact_type(
    "consultations.conflict_settled.v1",
    label=Text("Amendements départagés", "Conflict of amendments settled"),
    sentence=Text(
        "Des amendements qui touchaient les mêmes mots sont départagés : {title}",
        "Amendments that touched the same words are settled: {title}",
    ),
    counts=False,
)
class ConflictSettled(_Consulted):
    """An agent said in public which of ``references`` are ``kept``."""

    article: str
    references: tuple[str, ...]
    kept: tuple[str, ...]


@fact_type(
    "consultations.observations_counted.v1",
    label=Text("Observations comptées", "Observations counted"),
    sentence=Text("{quantity_text} confirmées : {title}", "{quantity_text} confirmed: {title}"),
)
class ObservationsCounted(_Consulted):
    """Sightings confirmed on ``occurred_on`` in ``area``, since the day counted before; those of sensitive subjects are told for the region alone."""


@fact_type(
    "consultations.imported.v1",
    label=Text("Contributions reprises", "Contributions taken over"),
    sentence=Text(
        "{quantity} contributions d'un autre site sont reprises : {process}",
        "{quantity} contributions of another site are taken over: {process}",
    ),
    counts=False,
)
class ImportedFrom(Data):
    """What was imported into ``process`` from another site's open data; each item says where it comes from."""

    process: str
    proposals: int
    comments: int
    results: int
