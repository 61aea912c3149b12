"""Facts of what follows an award: payments asked for, accounts given, conditions checked, breached and put right, money given back.

No natural person is named or described. A breach is told without a name while it is examined; a legal person is named once it is upheld.
"""

from __future__ import annotations

from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text

Step = Literal[
    "bank-details-given", "bank-details-verified", "payment-asked", "payment-checked", "payment-refused", "payment-returned",
    "plan-changed", "account-given", "account-accepted", "account-returned", "cost-declared", "cost-retained", "evidence-given", "evidence-judged",
    "condition-declared", "condition-not-met", "breach-answered", "remedy-asked", "recovery-announced", "recovery-answered",
    "small-aid-declared", "agreement-sent", "agreement-signed", "agreement-amended",
]  # fmt: skip
How = Literal["declared", "document", "register", "computed", "exempt"]


class _Followed(Data):
    """``scheme`` and its ``title`` in French."""

    scheme: str
    title: str


@fact_type(
    "grants.followed.v1",
    label=Text("Aide suivie", "Aid followed up"),
    sentence=Text("Une aide est suivie : {title}", "An aid is followed up: {title}"),
    counts=False,
)
class Followed(_Followed):
    """One step after an award was made: which one, and nothing of what it holds."""

    step: Step


@fact_type(
    "grants.payments_ordered.v1",
    label=Text("Versements ordonnés", "Payments ordered"),
    sentence=Text("{quantity} ordonnés : {amount}", "{quantity} ordered: {amount}"),
    counts=False,
)
class PaymentsOrdered(Data):
    """A file of ``quantity`` payments for ``amount`` in all is made for the paymaster."""

    reference: str


@fact_type(
    "grants.closed.v1",
    label=Text("Aide soldée", "Aid closed"),
    sentence=Text("Une aide est soldée à {amount} : {title}", "An aid is closed at {amount}: {title}"),
    counts=False,
)
class Closed(_Followed):
    """A case is closed: ``amount`` is what was paid and kept; ``released`` what of the award went back to its envelope."""

    award: str
    released: str


class _Recovery(_Followed):
    """``beneficiary`` is a legal person, else "personne physique"; ``award`` the public reference of what was awarded."""

    beneficiary: str
    award: str
    why: Literal["breach", "unspent", "withdrawn", "error"]


@fact_type(
    "grants.recovery_ordered.v1",
    label=Text("Reversement ordonné", "Recovery ordered"),
    sentence=Text(
        "{amount} à rendre par {beneficiary} : {title}", "{amount} to be given back by {beneficiary}: {title}"
    ),
    counts=False,
)
class RecoveryOrdered(_Recovery):
    """After a fair procedure, ``amount`` of what was paid must be given back."""


@fact_type(
    "grants.recovered.v1",
    label=Text("Reversement reçu", "Money given back"),
    sentence=Text("{amount} rendus par {beneficiary} : {title}", "{amount} given back by {beneficiary}: {title}"),
)
class Recovered(_Recovery):
    """``amount`` of what was paid came back."""


@fact_type(
    "grants.recovery_waived.v1",
    label=Text("Reversement abandonné", "Recovery given up"),
    sentence=Text("{amount} ne seront pas rendus : {title}", "{amount} will not be given back: {title}"),
    counts=False,
)
class RecoveryWaived(_Recovery):
    """The authority gives up ``amount`` of what it asked back."""


class _Condition(_Followed):
    """``condition`` and its ``condition_title`` in French; ``beneficiary`` and ``siret`` of a legal person, else "personne physique"."""

    condition: str
    condition_title: str
    beneficiary: str = ""
    siret: str = ""


@fact_type(
    "conditions.checked.v1",
    label=Text("Condition vérifiée", "Condition checked"),
    sentence=Text(
        "{condition_title} : condition tenue par {beneficiary}", "{condition_title}: condition met by {beneficiary}"
    ),
    counts=False,
)
class Checked(_Condition):
    """A condition is checked on one case and met; ``how`` it was shown."""

    how: How


@fact_type(
    "conditions.breach_opened.v1",
    label=Text("Manquement examiné", "Breach examined"),
    sentence=Text("{condition_title} : un manquement est examiné", "{condition_title}: a breach is examined"),
    counts=False,
)
class BreachOpened(_Condition):
    """A breach is alleged: payments are suspended, the beneficiary answers. Nobody is named."""


@fact_type(
    "conditions.breach_dismissed.v1",
    label=Text("Manquement écarté", "Breach dismissed"),
    sentence=Text("{condition_title} : le manquement n'est pas établi", "{condition_title}: the breach is not founded"),
    counts=False,
)
class BreachDismissed(_Condition):
    """After the beneficiary's answer nothing is held against it. Nobody is named."""


@fact_type(
    "conditions.remedied.v1",
    label=Text("Manquement réparé", "Breach put right"),
    sentence=Text("{condition_title} : le manquement est réparé", "{condition_title}: the breach is put right"),
    counts=False,
)
class Remedied(_Condition):
    """What was breached is put right in time: payments go on. Nobody is named."""


@fact_type(
    "conditions.breached.v1",
    label=Text("Condition enfreinte", "Condition breached"),
    sentence=Text(
        "{condition_title} : condition enfreinte par {beneficiary}",
        "{condition_title}: condition breached by {beneficiary}",
    ),
    counts=False,
)
class Breached(_Condition):
    """A breach is upheld after a fair procedure; ``recovers`` what follows."""

    recovers: Literal["none", "pro-rata", "whole"]
