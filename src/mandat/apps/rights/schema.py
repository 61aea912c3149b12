"""Schema of a right: a rule bound to a benefit, and how a claim to it lives.

Legal vocabulary: CRPA, code des relations entre le public et l'administration; CJA, code de justice administrative.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.programme.schema import Audience, BilingualText, BilingualTitle, CommitmentCode, Reference, Slug, Title
from mandat.definitions.messages import SchemaError
from mandat.definitions.registry import Kind, register
from mandat.engines.indicators.expression import Strict
from mandat.kernel.text import Text

#: Names of rules' inputs, formulas and outputs.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]

BenefitType = Literal["tariff", "allowance", "lump-sum", "reimbursement", "priority", "systematic-offer"]
#: Benefits that are money or units due to the person.
MONEY = frozenset({"allowance", "lump-sum", "reimbursement"})
#: Benefits shown at a counter: they give a certificate with a code to check.
CERTIFICATE = frozenset({"tariff", "priority"})
#: The longest time an administration may give itself here, in months.
LONGEST_DELAY = 12


class Outputs(Strict):
    """Which outputs of the rule say whether one is eligible, and how much is due."""

    eligible: Name
    amount: Name | None = None


class Benefit(Strict):
    """What an accepted claim gives.

    ``lasts_months`` is how long it runs from its first day (None: until it is ended); ``until`` moves its last day to the end
    of the month, of the calendar year or of the school year (31 August) that this reaches. ``rhythm`` says how often an amount
    falls due. ``paid_by`` a ``wallet`` credits the wallet named, a ``transfer`` makes a payment order. ``offer`` names
    the systematic offer that invites by itself.
    """

    type: BenefitType
    label: BilingualTitle
    lasts_months: int | None = Field(default=None, ge=1, le=120)
    until: Literal["day", "month-end", "year-end", "school-year-end"] = "day"
    rhythm: Literal["once", "monthly", "quarterly", "yearly"] = "once"
    paid_by: Literal["wallet", "transfer"] | None = None
    wallet: Slug | None = None
    offer: Slug | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Benefit:
        if self.type in MONEY:
            if self.paid_by is None:
                raise SchemaError(
                    Text("dites par où l'argent passe : paid_by wallet ou transfer", "say how it is paid: paid_by")
                )
        elif self.paid_by is not None:
            raise SchemaError(
                Text("ce bénéfice ne verse rien : retirez paid_by", "this benefit pays nothing: no paid_by")
            )
        if (self.paid_by == "wallet") != (self.wallet is not None):
            raise SchemaError(Text("« paid_by: wallet » va avec « wallet »", "“paid_by: wallet” goes with “wallet”"))
        if (self.type == "systematic-offer") != (self.offer is not None):
            raise SchemaError(Text("une offre systématique nomme son offre", "a systematic offer names its offer"))
        if self.type in ("lump-sum", "reimbursement") and self.rhythm != "once":
            raise SchemaError(Text("ce bénéfice est versé une fois", "this benefit is paid once"))
        if self.rhythm != "once" and self.type not in MONEY:
            raise SchemaError(
                Text("un rythme de versement suppose un versement", "a rhythm of payment supposes payment")
            )
        if self.rhythm != "once" and self.lasts_months is None:
            raise SchemaError(
                Text(
                    "un versement répété a une durée : lasts_months", "repeated payments have a duration: lasts_months"
                )
            )
        return self


class ClaimWindow(Strict):
    """When claims are received, and how often the same person may claim.

    ``again_after_months``: months from a decision before a new claim (0: as soon as nothing is under way); ``once`` for life.
    """

    opens: dt.date | None = None
    closes: dt.date | None = None
    again_after_months: int = Field(default=0, ge=0, le=120)
    once: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> ClaimWindow:
        if self.opens and self.closes and self.closes < self.opens:
            raise SchemaError(Text("les demandes ferment après avoir ouvert", "claims close after they open"))
        return self


class Evidence(Strict):
    """A document asked for, and when it is thrown away.

    ``when`` names a yes-or-no formula or output of the rule: asked for only where it is not false. ``proves`` names the inputs
    it proves. ``discard`` says when the file and the values it proves are erased: with the ``decision``, once
    ``appeals`` are over, or at the ``end`` of the benefit. ``checked``: an agent looks at it before the decision; else it is only
    kept for a later control. ``special``: data of GDPR article 9 (health, opinions…).
    """

    code: Slug
    label: BilingualTitle
    help: BilingualText | None = None
    proves: tuple[Name, ...] = ()
    when: Name | None = None
    optional: bool = False
    checked: bool = True
    most_files: int = Field(default=3, ge=1, le=10)
    discard: Literal["decision", "appeals", "end"] = "appeals"
    special: bool = False


class Silence(Strict):
    """What no answer within the delay means, and the text that says so (CRPA L231-1, L231-4…)."""

    means: Literal["acceptance", "refusal"]
    reference: Reference


class Decision(Strict):
    """How a claim is decided.

    ``by`` the algorithm alone (``automatic``) or an ``agent``. ``delay_months`` runs from the complete claim. ``service`` instructs,
    ``authority`` decides and signs; ``contact`` is its e-mail address, ``address`` its postal one. ``legal_basis`` are the reasons in law of every letter.
    """

    by: Literal["automatic", "agent"]
    delay_months: int = Field(default=2, ge=1, le=LONGEST_DELAY)
    silence: Silence
    service: BilingualTitle
    authority: BilingualTitle
    contact: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)]
    address: Annotated[str, Field(min_length=10, max_length=300)]
    legal_basis: tuple[Reference, ...] = Field(min_length=1)


class Algorithm(Strict):
    """What the mention of CRPA L311-3-1 and the explanation of R311-3-1-2 say of the processing.

    ``purpose`` is its aim (R311-3-1-1); ``degree`` how far and in what way it contributes to the decision.
    """

    purpose: BilingualText
    degree: BilingualText | None = None


class Renewal(Strict):
    """How a benefit goes on. ``confirm``: the person confirms or updates the answers, and the rule is applied again."""

    mode: Literal["none", "confirm", "new-claim"] = "none"
    remind_days: int = Field(default=60, ge=1, le=365)


class Appeals(Strict):
    """Two months each by default (CRPA L411-2, CJA R421-1); ``court`` is the administrative court."""

    gracious_months: int = Field(default=2, ge=2, le=LONGEST_DELAY)
    contentious_months: int = Field(default=2, ge=2, le=LONGEST_DELAY)
    answered_by: BilingualTitle
    court: Title
    court_address: Annotated[str, Field(min_length=10, max_length=300)]


class Right(Strict):
    """A right: whom it is for, the rule that opens it, what it gives, and the life of a claim.

    ``discards`` names inputs never kept in the decision's record, besides those that evidence discards with the decision.
    ``assumptions`` are shown on the page: what the programme's source does not say and the region may change.
    """

    code: Slug
    title: BilingualTitle
    summary: BilingualText
    for_whom: BilingualText
    audiences: tuple[Audience, ...] = ()
    measures: tuple[Annotated[int, Field(ge=1, le=9999)], ...] = ()
    commitments: tuple[CommitmentCode, ...] = ()
    rule: Slug
    outputs: Outputs
    benefit: Benefit
    claims: ClaimWindow = ClaimWindow()
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)
    discards: tuple[Name, ...] = ()
    decision: Decision
    algorithm: Algorithm | None = None
    renewal: Renewal = Renewal()
    appeals: Appeals
    assumptions: tuple[BilingualText, ...] = ()

    @property
    def special(self) -> bool:
        """Whether claims to it hold special categories of data (GDPR article 9): its facts then carry no area."""
        return any(evidence.special for evidence in self.evidence)

    @model_validator(mode="after")
    def _coherent(self) -> Right:
        if self.decision.by == "automatic":
            self._automatic()
        if self.algorithm is not None and self.decision.by == "agent" and self.algorithm.degree is None:
            raise SchemaError(
                Text(
                    "dites en quoi le calcul contribue à la décision : degree",
                    "say how far the rule contributes: degree",
                )
            )
        if self.benefit.type in MONEY and self.outputs.amount is None:
            raise SchemaError(
                Text("un versement a un montant : outputs.amount", "a payment has an amount: outputs.amount")
            )
        codes = [evidence.code for evidence in self.evidence]
        if len(set(codes)) != len(codes):
            raise SchemaError(Text("deux pièces portent le même code", "two pieces of evidence share a code"))
        if self.renewal.mode != "none" and self.benefit.lasts_months is None:
            raise SchemaError(Text("ce qui n'a pas de fin ne se renouvelle pas", "what has no end is not renewed"))
        if self.claims.once and self.renewal.mode != "none":
            raise SchemaError(Text("un droit unique ne se renouvelle pas", "a right given once is not renewed"))
        return self

    def _automatic(self) -> None:
        # Without the mention an automatic decision is void: loi 78-17, article 47; CRPA L311-3-1.
        if self.algorithm is None:
            raise SchemaError(
                Text(
                    "une décision automatique porte la mention de l'article L311-3-1 du CRPA : algorithm",
                    "an automatic decision carries the mention of CRPA L311-3-1: algorithm",
                )
            )
        if any(evidence.checked for evidence in self.evidence):
            raise SchemaError(
                Text(
                    "une pièce à vérifier demande un agent : la décision ne peut être automatique",
                    "evidence to be checked needs an agent: the decision cannot be automatic",
                )
            )
        if self.special:
            raise SchemaError(
                Text(
                    "une décision automatique ne repose pas sur des données sensibles (loi 78-17, article 47)",
                    "an automatic decision does not rest on special categories of data (loi 78-17, article 47)",
                )
            )


register(Kind("right", Text("droit", "right"), Right))
