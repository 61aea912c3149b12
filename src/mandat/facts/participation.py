"""Facts of participation: acts of the institution one by one, what people do day by day. None bears words of a person.

- ``participation.opened.v1``, ``phase_opened.v1``, ``closed.v1``: a process opens, enters a phase, ends.
- ``participation.rules_changed.v1``: a reasoned decision put another version of its rules in force.
- ``participation.threshold_crossed.v1``: a proposal (``subject``) reached ``quantity`` supports: an answer is due.
- ``participation.merged.v1``: ``quantity`` proposals were joined to ``subject``.
- ``participation.status_given.v1``: the Region says what becomes of a proposal.
- ``participation.young_joined.v1``: ``quantity`` more people from 14 to 24 joined a process, told by five or more.
- ``participation.counted.v1``: what was done in one component on one day. ``quantity`` is contributions (proposals, supports and
  comments). Breakdowns are of participants who joined that day and leave out what is under five (``withheld``).
"""

from __future__ import annotations

import datetime as dt

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


class _OfProcess(Data):
    """``process`` is the code of its definition, ``title`` what that calls it."""

    process: str
    title: str


@fact_type(
    "participation.opened.v1",
    label=Text("Participation ouverte", "Participation opened"),
    sentence=Text("{title} : la participation est ouverte", "{title}: participation is open"),
)
class Opened(_OfProcess):
    """A process opens under the version of its rules named by ``definition``."""


@fact_type(
    "participation.phase_opened.v1",
    label=Text("Phase ouverte", "Phase opened"),
    sentence=Text("{title} : la phase « {phase_title} » est ouverte", "{title}: the phase “{phase_title}” is open"),
    counts=False,
)
class PhaseOpened(_OfProcess):
    """A process enters a phase."""

    phase: str
    phase_title: str


@fact_type(
    "participation.closed.v1",
    label=Text("Participation close", "Participation closed"),
    sentence=Text("{title} : la participation est close", "{title}: participation is closed"),
)
class Closed(_OfProcess):
    """The last phase of a process has ended. ``quantity`` is how many took part (unit ``person``), where five or more did."""

    proposals: int = 0
    supports: int = 0
    comments: int = 0


@fact_type(
    "participation.rules_changed.v1",
    label=Text("Règles modifiées", "Rules changed"),
    sentence=Text("{title} : ses règles changent. Motif : {reason}", "{title}: its rules change. Reason: {reason}"),
    counts=False,
)
class RulesChanged(_OfProcess):
    """A public decision changed the rules of a process under way, from version ``before`` to ``after``."""

    before: int
    after: int
    reason: str


class _OfProposal(_OfProcess):
    component: str


@fact_type(
    "participation.threshold_crossed.v1",
    label=Text("Seuil de soutiens atteint", "Threshold of supports reached"),
    sentence=Text(
        "{title} : une proposition réunit {threshold} soutiens", "{title}: a proposal has {threshold} supports"
    ),
)
class ThresholdCrossed(_OfProposal):
    """A proposal reached its threshold: ``answer_due`` is when the body owes its answer."""

    threshold: int
    body: str = ""
    answer_due: dt.date | None = None


@fact_type(
    "participation.merged.v1",
    label=Text("Propositions réunies", "Proposals merged"),
    sentence=Text("{title} : des propositions proches sont réunies", "{title}: like proposals are merged"),
    counts=False,
)
class Merged(_OfProposal):
    """Proposals were joined to another; their supports go with them, each person counted once."""

    sources: tuple[str, ...]


@fact_type(
    "participation.status_given.v1",
    label=Text("Suite donnée à une proposition", "What becomes of a proposal"),
    sentence=Text("{title} : une proposition est {status_label}", "{title}: a proposal is {status_label_en}"),
)
class StatusGiven(_OfProposal):
    """``status`` is ``in-study``, ``retained``, ``refused`` or ``done``."""

    status: str
    status_label: str
    status_label_en: str


@fact_type(
    "participation.counted.v1",
    label=Text("Participation du jour", "Participation of the day"),
    sentence=Text("{title} : {quantity_text} le {day}", "{title}: {quantity_text} on {day}"),
)
class Counted(_OfProcess):
    """The contributions of one day in one component. ``participants`` are those who joined that day; 0 where under five."""

    component: str
    day: dt.date
    proposals: int = 0
    supports: int = 0
    comments: int = 0
    participants: int = 0
    withheld: bool = False


@fact_type(
    "participation.young_joined.v1",
    label=Text("Jeunes participants", "Young participants"),
    sentence=Text("{title} : {quantity_text} de 14 à 24 ans en plus", "{title}: {quantity_text} more from 14 to 24"),
)
class YoungJoined(_OfProcess):
    """People whose age band is 14-17 or 18-24, since the last fact of the same process; ``joined`` in all."""

    joined: int
