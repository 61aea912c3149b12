"""A scheme: whom the Region helps, for what, how much, under which conditions, and the life of a case."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mandat.apps.grants.schema.form import Form
from mandat.apps.grants.schema.parts import (
    STAGES,
    ApplicantKind,
    CommitmentCode,
    Email,
    Euros,
    MeasureNumber,
    Name,
    Percent,
    Reference,
    Stage,
)
from mandat.apps.programme.schema import Audience, BilingualText, BilingualTitle, Slug
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Strict
from mandat.engines.rules.document import RuleDocument
from mandat.kernel.text import Text

SchemeType = Literal["subsidy", "loan", "repayable-advance", "equity", "purchase", "label", "contract", "prize"]
#: Schemes that move money.
MONEY = frozenset({"subsidy", "loan", "repayable-advance", "equity", "purchase", "contract", "prize"})
REPAID = frozenset({"loan", "repayable-advance"})
Area = Annotated[str, Field(pattern=r"^(?:region|departement|epci|commune|bassin):[0-9A-Z]{2,9}$")]


class Applicants(Strict):
    """Who may apply. ``parties``: how many organisations sign a joint application, the one that leads it included;
    ``roles`` are those every joint application must fill (a research body and a citizens' association for a PICRI)."""

    kinds: tuple[ApplicantKind, ...] = Field(min_length=1)
    who: BilingualText
    parties: tuple[Annotated[int, Field(ge=1, le=50)], Annotated[int, Field(ge=1, le=50)]] = (1, 1)
    roles: tuple[ApplicantKind, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Applicants:
        least, most = self.parties
        if least > most or len(self.roles) > most:
            raise SchemaError(Text("le nombre de parties ne tient pas", "the number of parties does not hold"))
        return self


class Perimeter(Strict):
    """Where: the ``seat`` of the applicant or the place of the ``project`` lies in one of ``areas``, and in none of ``excluding``."""

    of: Literal["seat", "project"] = "project"
    areas: tuple[Area, ...] = Field(min_length=1)
    excluding: tuple[Area, ...] = ()
    label: BilingualTitle | None = None


class Call(Strict):
    """A time when applications are received: from ``opens`` to the last second of ``closes`` (Europe/Paris), or without end.

    ``envelope`` is the most that may be awarded in it; ``committee_on`` are the days its committee sits.
    """

    code: Slug
    title: BilingualTitle
    opens: dt.datetime | dt.date
    closes: dt.datetime | dt.date | None = None
    envelope: Euros | None = None
    committee_on: tuple[dt.date, ...] = ()


class Outputs(Strict):
    """Which outputs of the rule say whether a project is eligible, and how much it may receive."""

    eligible: Name
    amount: Name | None = None


class Evidence(Strict):
    """A document asked for at a stage; ``when`` names a yes-or-no formula of the rule."""

    code: Slug
    label: BilingualTitle
    help: BilingualText | None = None
    stage: Stage = "application"
    when: Name | None = None
    optional: bool = False
    accepts: tuple[Literal["pdf", "image", "document", "spreadsheet", "archive"], ...] = (
        "pdf",
        "image",
        "document",
        "spreadsheet",
    )
    personal: bool = False


class Criterion(Strict):
    """A line of the scoring grid, from 0 to ``most`` points."""

    code: Slug
    label: BilingualTitle
    help: BilingualText | None = None
    most: int = Field(ge=1, le=100)
    weight: Annotated[int, Field(ge=1, le=100)] = 1


class Scoring(Strict):
    """How cases are compared: ``scorers`` score each, ``blind`` without knowing who applies; under ``threshold`` points of 100 a case is proposed for refusal."""

    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=30)
    scorers: int = Field(default=2, ge=1, le=10)
    blind: bool = False
    threshold: Annotated[int, Field(ge=0, le=100)] | None = None


class Committee(Strict):
    """The body that votes: a body of the programme, its quorum and majority. Its president's vote settles a tie, or a tie refuses."""

    body: Slug
    quorum: int = Field(ge=1, le=200)
    majority: Literal["simple", "two-thirds"] = "simple"
    tie: Literal["president", "refused"] = "president"


class Workflow(Strict):
    """The life of a case, from a small set of patterns.

    ``desk``: an agent instructs, the authority decides. ``experts``: confidential opinions first. ``committee``: opinions and scores where
    the scheme has them, then a vote. ``visit``: an agent or expert visits before the decision (labels). Days run from the complete application.
    ``silence`` after ``delay_months`` means a refusal (CRPA L231-4: financial requests) or, where the law allows, acceptance.
    """

    pattern: Literal["desk", "experts", "committee", "visit"]
    complete_days: int = Field(default=15, ge=1, le=90)
    answer_days: int = Field(default=30, ge=5, le=180)
    delay_months: int = Field(default=4, ge=1, le=24)
    silence: Literal["refusal", "acceptance"] = "refusal"
    silence_reference: Reference
    experts: int = Field(default=0, ge=0, le=10)


class Plan(Strict):
    """What the financing plan must respect, in percent; ``de_minimis`` the regulation an award falls under, where it does.

    ``own_of_public`` is CGCT L1111-10 for investments of local authorities; ``own_of_cost`` and ``aid_rate`` are the scheme's own.
    """

    own_of_public: Percent | None = None
    own_of_cost: Percent | None = None
    aid_rate: Percent | None = None
    de_minimis: Literal["general", "agriculture", "fisheries", "sgei"] | None = None


class Payment(Strict):
    """One payment: a ``share`` of the award in percent (all add up to 100), made once ``needs`` are there and checked.

    ``of``: of what was awarded, or of what was ``spent`` within it (the balance is then reduced with the cost).
    """

    code: Slug
    label: BilingualTitle
    share: Percent
    stage: Literal["advance", "instalment", "balance"]
    of: Literal["award", "spent"] = "award"
    needs: tuple[Slug, ...] = ()


class Report(Strict):
    """An account to give, ``due_months`` after the ``agreement`` or the ``end`` of the project, or of each ``year``."""

    code: Slug
    label: BilingualTitle
    after: Literal["agreement", "end", "year"] = "end"
    due_months: int = Field(ge=0, le=60)


class Repayment(Strict):
    """Loans and advances: yearly ``rate`` in percent, ``instalments`` every ``every_months`` after ``deferred_months``."""

    rate: Percent
    instalments: int = Field(ge=1, le=240)
    every_months: Literal[1, 3, 6, 12] = 3
    deferred_months: int = Field(default=0, ge=0, le=60)
    kind: Literal["annuity", "linear", "bullet"] = "linear"


class LabelTerms(Strict):
    """A label: how long it is valid, when its renewal is proposed, and the visit it asks for."""

    valid_months: int = Field(ge=1, le=120)
    renew_before_days: int = Field(default=90, ge=1, le=365)
    visit: bool = False
    mark: BilingualTitle


class ContractTerms(Strict):
    """A contract: how many years and parties, how it is reviewed, and what it must cover by when.

    ``covers``: the share of the region's ``population``, ``area`` or ``communes`` to reach by ``by``.
    """

    years: int = Field(ge=1, le=15)
    review_months: int = Field(default=12, ge=1, le=60)
    covers: Literal["population", "area", "communes"] | None = None
    share: Percent | None = None
    by: dt.date | None = None

    @model_validator(mode="after")
    def _coherent(self) -> ContractTerms:
        if (self.covers is None) != (self.share is None):
            raise SchemaError(Text("« covers » va avec « share »", "“covers” goes with “share”"))
        return self


class Retention(Strict):
    """Years a case is kept after its closing (granted) or its decision (refused); then only the public award remains."""

    granted_years: int = Field(default=10, ge=1, le=30)
    refused_years: int = Field(default=2, ge=1, le=10)


class Scheme(Strict):
    """A scheme of aid, a label or a contract. A case keeps the version it was opened under to its end."""

    code: Slug
    type: SchemeType
    title: BilingualTitle
    summary: BilingualText
    what: BilingualText
    measures: tuple[MeasureNumber, ...] = Field(min_length=1)
    commitments: tuple[CommitmentCode, ...] = ()
    service: Slug
    authority: BilingualTitle
    contact: Email
    legal_basis: tuple[Reference, ...] = Field(min_length=1)
    audiences: tuple[Audience, ...] = ()
    applicants: Applicants
    perimeter: Perimeter
    calls: tuple[Call, ...] = Field(min_length=1, max_length=60)
    rules: tuple[RuleDocument, ...] = Field(default=(), max_length=5)
    rule: Slug
    outputs: Outputs
    form: Form
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=60)
    conditions: tuple[Slug, ...] = ()
    workflow: Workflow
    scoring: Scoring | None = None
    committee: Committee | None = None
    plan: Plan = Plan()
    payments: tuple[Payment, ...] = Field(default=(), max_length=12)
    reports: tuple[Report, ...] = Field(default=(), max_length=12)
    repayment: Repayment | None = None
    label: LabelTerms | None = None
    contract: ContractTerms | None = None
    retention: Retention = Retention()
    assumptions: tuple[BilingualText, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Scheme:
        for check in (self._types, self._workflow, self._calls, self._payments, self._codes):
            problem = check()
            if problem is not None:
                raise SchemaError(problem)
        return self

    def _types(self) -> Text | None:
        if (self.type == "label") != (self.label is not None):
            return Text("un label, et lui seul, a des « label »", "a label, and only a label, has “label”")
        if (self.type == "contract") != (self.contract is not None):
            return Text("un contrat, et lui seul, a « contract »", "a contract, and only a contract, has “contract”")
        if (self.type in REPAID) != (self.repayment is not None):
            return Text(
                "un prêt ou une avance, et eux seuls, ont « repayment »", "a loan or an advance has “repayment”"
            )
        if self.type in MONEY - {"contract"} and self.outputs.amount is None:
            return Text("une aide a un montant : outputs.amount", "an aid has an amount: outputs.amount")
        if self.type == "label" and self.payments:
            return Text("un label ne verse rien : retirez « payments »", "a label pays nothing: no “payments”")
        return None

    def _workflow(self) -> Text | None:
        if (self.workflow.pattern == "committee") != (self.committee is not None):
            return Text("« pattern: committee » va avec « committee »", "“pattern: committee” goes with “committee”")
        if self.workflow.pattern == "experts" and not self.workflow.experts:
            return Text("dites combien d'avis : workflow.experts", "say how many opinions: workflow.experts")
        if self.workflow.silence == "acceptance" and self.type in MONEY:
            return Text(
                "le silence ne vaut pas accord d'une aide financière (CRPA L231-4)",
                "silence does not grant a financial aid (CRPA L231-4)",
            )
        return None

    def _calls(self) -> Text | None:
        for call in self.calls:
            if call.closes is not None and instant(call.closes) < instant(call.opens):
                return Text(f"l'appel {call.code} ferme avant d'ouvrir", f"call {call.code} closes before it opens")
        return None

    def _payments(self) -> Text | None:
        if self.payments and sum(payment.share for payment in self.payments) != 100:
            return Text("les parts versées font 100 %", "the shares paid add up to 100%")
        if self.type in MONEY - {"contract"} and not self.payments:
            return Text("une aide dit comment elle est versée : payments", "an aid says how it is paid: payments")
        known = {one.code for one in self.evidence} | {report.code for report in self.reports}
        stages = {one.code: one.stage for one in self.evidence}
        for payment in self.payments:
            for code in payment.needs:
                if code not in known:
                    return Text(f"pièce inconnue : {code}", f"unknown evidence: {code}")
                if code in stages and STAGES.index(stages[code]) > STAGES.index(payment.stage):
                    return Text(
                        f"la pièce {code} vient après le versement {payment.code} qui l'attend",
                        f"evidence {code} comes after payment {payment.code}, which waits for it",
                    )
        return None

    def _codes(self) -> Text | None:
        lists: dict[str, list[str]] = {
            "calls": [call.code for call in self.calls],
            "evidence, reports": [one.code for one in self.evidence] + [report.code for report in self.reports],
            "payments": [payment.code for payment in self.payments],
            "scoring": [criterion.code for criterion in self.scoring.criteria] if self.scoring else [],
            "conditions": list(self.conditions),
        }
        for where, codes in lists.items():
            twice = sorted({code for code in codes if codes.count(code) > 1})
            if twice:
                return Text(f"{where} : {twice[0]} figure deux fois", f"{where}: {twice[0]} is given twice")
        for code in self.commitments:
            if int(code.split(".")[0]) not in self.measures:
                return Text(
                    f"l'engagement {code} n'est pas d'une mesure du dispositif",
                    f"commitment {code} is of no measure of the scheme",
                )
        return None


def instant(moment: dt.datetime | dt.date) -> dt.datetime:
    """A comparable moment: a day stands for its first second."""
    if isinstance(moment, dt.datetime):
        return moment.replace(tzinfo=None)
    return dt.datetime.combine(moment, dt.time())  # Paris time, as written
