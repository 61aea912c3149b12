"""The financing plan of a case: every funder, what the law and the scheme ask of it, and the most the Region can give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.formulas import plan_terms
from mandat.apps.grants.limits import AGREEMENT_ABOVE, OWN_LAW
from mandat.apps.grants.machine import LIVE, State
from mandat.apps.grants.models import Case, PlanLine
from mandat.apps.grants.owing import PRIVATE
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.services.moving import held, terms_of
from mandat.apps.grants.services.stepping import step
from mandat.engines.financing import Finding, PlanRules, Source, check_plan, largest_award
from mandat.kernel.errors import InputError
from mandat.kernel.money import LARGEST, ZERO, euros
from mandat.kernel.text import Text

#: Lines of one plan.
MOST_LINES = 40
#: Groupings of local authorities among public bodies, by legal category (syndicats).
_GROUPINGS = ("7220", "7230", "7343", "7344", "7346", "7348", "7353", "7354", "7355")
_REGION = frozenset({"région", "region", "la région", "conseil régional"})
_WHAT: dict[str, Text] = {
    "unbalanced": Text("le plan réunit exactement le coût", "the plan gathers exactly the cost"),
    "own_of_public": Text(
        "la part du maître d'ouvrage dans l'argent public", "the promoter's part of the public money"
    ),
    "own_of_cost": Text("votre part du coût", "your part of the cost"),
    "aid_rate": Text("la part des aides publiques dans le coût", "the part of public aid in the cost"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a plan must respect, met or not, and where it is written. ``share`` is what is asked, in percent."""

    code: str
    label: Text
    law: Text
    share: Decimal | None
    finding: Finding | None

    @property
    def met(self) -> bool:
        return self.finding is None


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as it stands: its lines and the Region's own, what each rule says of it. Nothing is checked before the cost is known."""

    cost: Decimal | None
    regional: Decimal
    lines: Sequence[PlanLine]
    sources: Sequence[Source]
    checks: Sequence[Check]
    notes: Sequence[Finding]
    largest: Decimal | None

    @property
    def total(self) -> Decimal:
        return sum((source.amount for source in self.sources), ZERO)

    @property
    def holds(self) -> bool:
        return self.cost is not None and all(check.met for check in self.checks)


def local(case: Case) -> bool:
    """Whether the promoter is a local authority or a grouping of them: those the law's own least part binds."""
    if case.applicant_kind in ("commune", "epci"):
        return True
    return case.applicant is not None and case.applicant.legal_category in _GROUPINGS


def rules_for(case: Case, scheme: Scheme) -> PlanRules:
    """What a plan of this case must respect."""
    plan = plan_terms(case, scheme)
    return PlanRules(
        own_of_public=plan.own_of_public if local(case) else None, own_of_cost=plan.own_of_cost, aid_rate=plan.aid_rate
    )


def source_of(line: PlanLine) -> Source:
    return Source(
        funder=line.funder,
        amount=Decimal(line.amount) / 100,
        public=line.public,
        own=line.own,
        certain=line.certain or line.own,
    )


def plan_of(case: Case, *, regional: Decimal | None = None) -> PlanView:
    """The plan of a case with ``regional`` euros of the Region (what is awarded, proposed or asked for where None). One query."""
    scheme = terms_of(case).document
    if regional is None:
        cents = next((c for c in (case.awarded, case.proposed, case.asked, case.computed) if c is not None), 0)
        regional = Decimal(cents) / 100
    # The Region's own line is what it is asked for or awards, never one that is typed.
    lines = [line for line in case.plan.order_by("position", "pk") if line.funder.strip().casefold() not in _REGION]
    others = [source_of(line) for line in lines]
    region = Source(funder="Région", amount=regional, public=True, certain=case.state in LIVE)
    sources = [*others, region] if regional else others
    cost = None if not case.cost else Decimal(case.cost) / 100
    rules = rules_for(case, scheme)
    if cost is None:
        return PlanView(cost, regional, lines, sources, (), (), None)
    findings = check_plan(cost=cost, sources=sources, rules=rules)
    by_code = {finding.code: finding for finding in findings}
    checks = [
        Check(code, _WHAT[code], law, share, by_code.get(code))  # type: ignore[call-overload]
        for code, law, share in _asked(scheme, rules)
    ]
    notes = [finding for finding in findings if not finding.blocking]
    return PlanView(cost, regional, lines, sources, checks, notes, largest_award(cost=cost, others=others, rules=rules))


def _asked(scheme: Scheme, rules: PlanRules) -> list[tuple[str, Text, Decimal | None]]:
    basis = scheme.legal_basis[0].text
    own = Text(f"règles du dispositif ({basis})", f"rules of the scheme ({basis})")
    found: list[tuple[str, Text, Decimal | None]] = [
        ("unbalanced", Text("un plan de financement est en équilibre", "a financing plan balances"), None)
    ]
    if rules.own_of_public:
        found.append(("own_of_public", OWN_LAW, rules.own_of_public))
    if rules.own_of_cost:
        found.append(("own_of_cost", own, rules.own_of_cost))
    if rules.aid_rate is not None:
        found.append(("aid_rate", own, rules.aid_rate))
    return found


@transaction.atomic
def plan_save(*, actor: User, case: Case, lines: Sequence[Mapping[str, Any]]) -> list[PlanLine]:
    """Replace the plan of a case. Each line: ``funder``, ``amount`` (euros), ``public``, and ``own``, ``certain`` where it is so.

    The Region's own line is not among them: it is what is asked for or awarded. While a draft or to be completed, by the applicant; after
    the award a change is told to the service. Raises InputError naming the line; nothing is saved then.
    """
    case = held(case)
    if not access.may(actor, case, "edit"):
        raise PermissionDenied("grants.edit")
    if case.state not in (State.DRAFT, State.INCOMPLETE, *LIVE):
        raise InputError(
            Text("le plan ne change pas pendant l'examen", "the plan does not change while it is examined")
        )
    written = plan_write(case, lines)
    if case.state in LIVE:
        step(case, "plan-changed")
    return written


def plan_write(case: Case, lines: Sequence[Mapping[str, Any]]) -> list[PlanLine]:
    """Write the lines of a plan on a case the caller holds and may change."""
    if len(lines) > MOST_LINES:
        raise InputError(Text(f"{MOST_LINES} financeurs au plus", f"{MOST_LINES} funders at most"))
    rows = [_line(case, number, line) for number, line in enumerate(lines, start=1)]
    case.plan.all().delete()
    return PlanLine.objects.bulk_create(rows)


def _line(case: Case, number: int, line: Mapping[str, Any]) -> PlanLine:
    funder = str(line.get("funder", "")).strip()
    amount = line.get("amount")
    if not funder or len(funder) > 200:
        raise InputError(Text("dites qui finance", "say who funds"), line=number)
    if (
        not isinstance(amount, Decimal)
        or not amount.is_finite()
        or not 0 <= amount <= LARGEST
        or amount != euros(amount)
    ):
        raise InputError(
            Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"), line=number
        )
    return PlanLine(
        case=case, position=number, funder=funder, amount=int(amount * 100), public=bool(line.get("public")),
        own=bool(line.get("own")), certain=bool(line.get("certain")) or bool(line.get("own")),
    )  # fmt: skip


def agreement_required(case: Case, amount: Decimal, on: dt.date) -> bool:
    """Whether an award of ``amount`` needs an agreement: what a private body is awarded in the year passes 23,000 € with it."""
    if case.applicant_id is None or case.applicant_kind not in PRIVATE:
        return False
    others = Case.objects.filter(
        programme=case.programme, applicant=case.applicant_id, decided_at__year=on.year, awarded__isnull=False
    ).exclude(pk=case.pk)
    before = others.aggregate(cents=Sum("awarded"))["cents"] or 0
    return Decimal(before) / 100 + amount > AGREEMENT_ABOVE
