"""A scheme: whom the Region helps, for what, how much, under which conditions, and the life of a case."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mandat.apps.grants.schema.deciding import Committee, Criterion, Scoring, Workflow
from mandat.apps.grants.schema.form import Form
from mandat.apps.grants.schema.lasting import ContractTerms, Coverage, LabelTerms
from mandat.apps.grants.schema.money import Payment, Plan, PlanCase, PlanTerms, Repayment, Report, Retention
from mandat.apps.grants.schema.parts import STAGES, Email, Name, Stage
from mandat.apps.grants.schema.receiving import Applicants, Call, CallRound, Perimeter, Role, Round, instant
from mandat.apps.programme.schema import (
    Audience,
    BilingualText,
    BilingualTitle,
    CommitmentCode,
    MeasureNumber,
    Reference,
    Slug,
)
from mandat.definitions.messages import SchemaError
from mandat.engines.indicators.expression import Strict
from mandat.engines.rules.document import RuleDocument
from mandat.kernel.text import Text

__all__ = [
    "MONEY", "REPAID", "Applicants", "Call", "CallRound", "Committee", "ContractTerms", "Coverage", "Criterion", "Evidence",
    "LabelTerms", "Outputs", "Payment", "Perimeter", "Plan", "PlanCase", "PlanTerms", "Repayment", "Report", "Retention", "Role",
    "Round", "Scheme", "SchemeType", "Scoring", "Workflow", "instant",
]  # fmt: skip

SchemeType = Literal["subsidy", "loan", "repayable-advance", "equity", "purchase", "label", "contract", "prize"]
#: Schemes that move money.
MONEY = frozenset({"subsidy", "loan", "repayable-advance", "equity", "purchase", "contract", "prize"})
REPAID = frozenset({"loan", "repayable-advance"})


class Outputs(Strict):
    """Which outputs of the rule say whether a project is eligible, and how much it may receive."""

    eligible: Name
    amount: Name | None = None


class Evidence(Strict):
    """A document asked for at a stage; ``when`` names a yes-or-no formula of the rule, ``round`` the further round it is asked in."""

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
    round: Slug | None = None


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
    rounds: tuple[Round, ...] = Field(default=(), max_length=4)
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
