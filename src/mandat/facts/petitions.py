"""Facts of petitions and of referendums asked by citizens: never a word of theirs, never a signature alone.

``subject`` is the public reference of the petition or referendum. What was written may be moderated away, so no title is repeated here.
Signatures are told by day, all together: ``quantity`` is how many the petition has at the end of the day (a state: ``last`` for each
subject), ``breakdowns`` by age as far as they may be told.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text

Consequence = Literal["reply", "hearing", "agenda", "counter-expertise", "referendum"]


class _OfPetition(Data):
    """``basis``: the Region's own right (``house``) or CGCT L1112-16 (``law``)."""

    process: str
    component: str
    basis: Literal["house", "law"]


@fact_type(
    "petitions.opened.v1",
    label=Text("Pétition ouverte aux signatures", "Petition opened for signatures"),
    sentence=Text(
        "La pétition {subject} est ouverte aux signatures jusqu'au {until}",
        "Petition {subject} is open for signatures until {until}",
    ),
)
class Opened(_OfPetition):
    """The service found it fit for publication; its text cannot change once it is signed."""

    until: dt.date
    version: int


@fact_type(
    "petitions.refused.v1",
    label=Text("Pétition refusée", "Petition refused"),
    sentence=Text(
        "La pétition {subject} n'est pas publiée : {reason_label}",
        "Petition {subject} is not published: {reason_label}",
    ),
    counts=False,
)
class Refused(_OfPetition):
    """Refused for a reason of the definition's list; the reason in full is on its page. It may be contested until ``appeal_until``."""

    reason: str
    reason_label: str
    appeal_until: dt.date


@fact_type(
    "petitions.appeal_decided.v1",
    label=Text("Recours sur une pétition", "Appeal about a petition"),
    sentence=Text(
        "Recours sur la pétition {subject} : {outcome_label}", "Appeal about petition {subject}: {outcome_label}"
    ),
    counts=False,
)
class AppealDecided(_OfPetition):
    """Another agent looked again at a petition that was refused: it is published, or the refusal stands."""

    outcome: Literal["published", "upheld"]
    outcome_label: str


@fact_type(
    "petitions.signatures_counted.v1",
    label=Text("Signatures comptées", "Signatures counted"),
    sentence=Text("La pétition {subject} compte {quantity_text}", "Petition {subject} has {quantity_text}"),
)
class SignaturesCounted(_OfPetition):
    """At the end of the day: ``online``, on ``paper`` and at a ``desk``; withheld (None) where too few to be told."""

    online: int | None
    paper: int | None
    desk: int | None


@fact_type(
    "petitions.threshold_crossed.v1",
    label=Text("Seuil franchi", "Threshold crossed"),
    sentence=Text(
        "La pétition {subject} franchit le seuil de {needed} signatures : {consequence_label}",
        "Petition {subject} crosses the threshold of {needed} signatures: {consequence_label}",
    ),
)
class ThresholdCrossed(_OfPetition):
    """What follows is done in the same transaction, once; ``due_on`` is the last day to answer."""

    threshold: str
    needed: int
    consequence: Consequence
    consequence_label: str
    body: str
    due_on: dt.date


@fact_type(
    "petitions.threshold_rolled_back.v1",
    label=Text("Seuil retiré", "Threshold rolled back"),
    sentence=Text(
        "La pétition {subject} repasse sous le seuil de {needed} signatures : ce qui en découlait est suspendu",
        "Petition {subject} falls back under the threshold of {needed} signatures: what followed is suspended",
    ),
)
class ThresholdRolledBack(_OfPetition):
    """Signatures were found fraudulent: what the threshold led to waits until it is crossed again."""

    threshold: str
    needed: int
    consequence: Consequence


@fact_type(
    "petitions.signatures_invalidated.v1",
    label=Text("Signatures invalidées", "Signatures invalidated"),
    sentence=Text(
        "{quantity_text} de la pétition {subject} sont invalidées : {reason_label}",
        "{quantity_text} of petition {subject} are invalidated: {reason_label}",
    ),
)
class SignaturesInvalidated(_OfPetition):
    """One agent found them, a second one confirmed. ``batch`` numbers the act among those of the petition."""

    batch: int
    reason: str
    reason_label: str


@fact_type(
    "petitions.signatures_restored.v1",
    label=Text("Signatures rétablies", "Signatures restored"),
    sentence=Text(
        "{quantity_text} de la pétition {subject} sont rétablies", "{quantity_text} of petition {subject} are restored"
    ),
)
class SignaturesRestored(_OfPetition):
    """Signatures invalidated by mistake count again."""

    batch: int


@fact_type(
    "petitions.answered.v1",
    label=Text("Réponse à une pétition", "Answer to a petition"),
    sentence=Text(
        "La pétition {subject} a sa réponse : {outcome_label}", "Petition {subject} is answered: {outcome_label}"
    ),
)
class Answered(_OfPetition):
    """``in_time``: on or before the last day. ``days`` from the threshold to the answer. ``milestone``: what it is among the steps of a commitment."""

    threshold: str
    consequence: Consequence
    outcome: Literal["accepted", "partly", "refused", "explained"]
    outcome_label: str
    days: int
    in_time: bool
    milestone: str = "first-interpellation"


@fact_type(
    "petitions.closed.v1",
    label=Text("Pétition close", "Petition closed"),
    sentence=Text("La pétition {subject} est close : {why_label}", "Petition {subject} is closed: {why_label}"),
    counts=False,
)
class Closed(_OfPetition):
    """A petition takes no more signatures: its time is over, it was withdrawn, or answered. ``signatures`` are those that count."""

    why: Literal["ended", "expired", "withdrawn", "answered"]
    why_label: str
    signatures: int


@fact_type(
    "referendums.asked.v1",
    label=Text("Référendum demandé", "Referendum asked for"),
    sentence=Text("Un référendum est demandé ({subject})", "A referendum is asked for ({subject})"),
)
class ReferendumAsked(Data):
    """``origin``: a citizens' petition, or the Region itself. Its question goes to ``checked_by``."""

    process: str
    component: str
    origin: Literal["petition", "region"]
    petition: str = ""
    checked_by: str
    due_on: dt.date


@fact_type(
    "referendums.question_checked.v1",
    label=Text("Question examinée", "Question examined"),
    sentence=Text(
        "Question du référendum {subject} : {outcome_label}", "Question of referendum {subject}: {outcome_label}"
    ),
    counts=False,
)
class QuestionChecked(Data):
    """The reasons in full are on the page of the referendum."""

    process: str
    component: str
    outcome: Literal["neutral", "reword", "inadmissible"]
    outcome_label: str
    body: str


@fact_type(
    "referendums.campaign_opened.v1",
    label=Text("Campagne ouverte", "Campaign opened"),
    sentence=Text(
        "Référendum {subject} : la campagne dure jusqu'au {until}, avec autant de place pour chaque côté",
        "Referendum {subject}: the campaign lasts until {until}, with as much space for each side",
    ),
    counts=False,
)
class CampaignOpened(Data):
    """``first``: the side shown first, drawn from ``seed``: the SHA-256 of the reference and of the fact of the question is even for yes."""

    process: str
    component: str
    until: dt.date
    space: int
    documents: int
    first: Literal["for", "against"]
    seed: str


@fact_type(
    "referendums.held.v1",
    label=Text("Référendum tenu", "Referendum held"),
    sentence=Text(
        "Référendum {subject} : {outcome_label} ({yes} oui, {no} non, {blank} blancs)",
        "Referendum {subject}: {outcome_label} ({yes} yes, {no} no, {blank} blank)",
    ),
)
class ReferendumHeld(Data):
    """``poll`` is the vote's reference; ``turnout`` in percent of the electors where their number is known.

    ``milestone``: what it is among the steps of a commitment, where citizens asked for it.
    """

    process: str
    component: str
    origin: Literal["petition", "region"]
    poll: str
    outcome: Literal["yes", "no", "level", "quorum-missed"]
    outcome_label: str
    yes: int
    no: int
    blank: int
    turnout: Decimal | None = None
    due_on: dt.date | None = None
    milestone: str = ""
