"""What an award sets in motion, for many cases at once: money in the envelopes, the public fact, accounts, conditions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Envelope
from mandat.apps.funds.selectors import standings
from mandat.apps.grants.models import Account, Case, ConditionRecord
from mandat.apps.grants.owing import accounts_owed, applies
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.terms import conditions_of
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

#: Months a project is taken to last until its agreement says so.
PROJECT_MONTHS = 12
#: Kinds of applicants that are natural persons, whatever their number.
NATURAL = frozenset({"person", "sole-trader", "unincorporated-group"})
PERSON = "personne physique"


def legal_person(case: Case) -> bool:
    """Whether the applicant is a legal person, who may be named. Legal categories that begin with 1 are natural persons."""
    applicant = case.applicant
    if applicant is None or case.applicant_kind in NATURAL:
        return False
    return not applicant.legal_category.startswith("1") and (applicant.diffusible or not applicant.siret)


def beneficiary(case: Case) -> dict[str, Any]:
    """Who receives, as facts say it."""
    if not legal_person(case) or case.applicant is None:
        return {"beneficiary": PERSON}
    named: dict[str, Any] = {"beneficiary": case.applicant.name}
    if case.applicant.siret:
        named["beneficiary_siret"] = case.applicant.siret
    return named


def purpose(case: Case, scheme: Scheme) -> str:
    """What for, as facts say it: the project of a legal person; of a natural person, only the scheme."""
    return (case.title if legal_person(case) else "") or scheme.title.fr


def decision_fact(
    case: Case, terms: Terms[Scheme], current: Published, *, outcome: str, by: str, amount: Decimal | None, day: dt.date,
    sha256: str, de_minimis: bool, year: int | None,
) -> Fact:  # fmt: skip
    """The public fact of a decision: an award with its amount, a favourable decision without one, or a refusal without a name."""
    scheme = terms.document
    named = legal_person(case)
    common: dict[str, Any] = {"by": by, "record_sha256": sha256}
    if outcome != "awarded":
        kind, subject, data = "grants.refused.v1", "", {"outcome": outcome, **common}
    elif amount is None:
        kind, subject = "grants.accepted.v1", case.reference
        data = {**beneficiary(case), "purpose": purpose(case, scheme), "reference": case.reference, **common}
    else:
        kind, subject = "grants.awarded.v1", case.reference
        data = {
            **beneficiary(case),
            "purpose": purpose(case, scheme),
            "terms": "unique" if len(scheme.payments) == 1 else "échelonné",
            "reference": case.reference,
            "de_minimis": de_minimis,
            "budget_year": year or day.year,
            **common,
        }
        if current.programme.authority is not None:
            data["awarder"] = current.programme.authority.name
            if current.programme.authority.siret:
                data["awarder_siret"] = current.programme.authority.siret
    return Fact(
        kind=kind,
        occurred_on=day,
        programme=case.programme,
        measures=scheme.measures,
        commitments=scheme.commitments,
        area=f"commune:{case.area}" if case.area and named and outcome == "awarded" else "",
        subject=subject,
        amount=amount if outcome == "awarded" else None,
        definition=terms.ref,
        data=data,
        synthetic=case.synthetic,
    )


class Purse:
    """The envelopes that many awards draw on, read once. Each award takes from the first of its own that still holds enough."""

    def __init__(self, programme: str, year: int) -> None:
        opened = Envelope.objects.filter(programme=programme, year=year, closed_on__isnull=True).order_by("code")
        self._year = year
        self._left = {one.envelope.pk: one.available for one in standings(list(opened))}
        self._of_scheme: dict[str, list[Envelope]] = defaultdict(list)
        self._of_measure: dict[int, list[Envelope]] = defaultdict(list)
        for envelope in opened:
            if envelope.scheme:
                self._of_scheme[envelope.scheme].append(envelope)
            else:
                self._of_measure[envelope.measure].append(envelope)

    def envelope(self, case: Case, amount: Decimal) -> Envelope:
        """The envelope of the scheme, else of the measure. Raises InputError where there is none, or none holds enough."""
        found = self._of_scheme.get(case.scheme) or self._of_measure.get(case.measure, [])
        if not found:
            raise InputError(
                Text(
                    f"aucune enveloppe n'est ouverte pour {case.scheme} en {self._year}",
                    f"no envelope is open for {case.scheme} in {self._year}",
                )
            )
        for envelope in found:
            if self._left[envelope.pk] >= amount:
                self._left[envelope.pk] -= amount
                return envelope
        most = max(found, key=lambda envelope: self._left[envelope.pk])
        raise InputError(
            Text(
                f"l'enveloppe {most.code} n'a plus que {self._left[most.pk]} € disponibles : "
                f"il en faut {amount} pour le dossier {case.reference}",
                f"envelope {most.code} has only €{self._left[most.pk]} left: case {case.reference} needs €{amount}",
            )
        )


def money_award(awards: Sequence[tuple[Case, Decimal, int]], *, day: dt.date, actor: str) -> None:
    """Reserve and award each case's euros (case, amount, rank of the decision), all or none. The caller holds the journal's lock.

    Raises InputError where an envelope or a call would be exceeded.
    """
    by_programme: dict[str, list[tuple[Case, Decimal, int]]] = defaultdict(list)
    for award in awards:
        by_programme[award[0].programme].append(award)
    for programme, some in by_programme.items():
        purse = Purse(programme, day.year)
        wanted = [
            funds.Wanted(
                envelope=purse.envelope(case, amount),
                case=case.reference,
                amount=amount,
                key=f"award:{rank}",
                scheme=case.scheme,
                commune=case.area,
                beneficiary_kind=case.applicant_kind,
            )
            for case, amount, rank in some
        ]
        funds.award_many(wanted=wanted, actor=actor)


def calls_hold(awards: Iterable[tuple[Case, Decimal]], schemes: Mapping[int, Scheme]) -> None:
    """Raise InputError where the cases of a call would receive more than its own envelope. The caller holds the journal's lock."""
    new: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    most: dict[tuple[str, str, str], Decimal] = {}
    keys: list[int] = []
    for case, amount in awards:
        call = next((one for one in schemes[case.pk].calls if one.code == case.call), None)
        if call is None or call.envelope is None:
            continue
        key = (case.programme, case.scheme, case.call)
        new[key] += amount
        most[key] = call.envelope
        keys.append(case.pk)
    for key, amount in new.items():
        programme, scheme, call_code = key
        others = Case.objects.filter(programme=programme, scheme=scheme, call=call_code, awarded__isnull=False)
        before = Decimal(others.exclude(pk__in=keys).aggregate(sum=Sum("awarded"))["sum"] or 0) / 100
        if before + amount > most[key]:
            raise InputError(
                Text(
                    f"l'appel {call_code} n'a plus que {most[key] - before} € : ces décisions en demandent {amount}",
                    f"call {call_code} has only €{most[key] - before} left: these decisions ask for €{amount}",
                )
            )


def conditions_record(cases: Sequence[tuple[Case, Terms[Scheme], Decimal | None]], current: Published) -> None:
    """Have a row for every condition that holds for each award; what is not shown yet is asked for. Raises InputError for a breach."""
    now = timezone.now()
    have: dict[int, dict[str, str]] = defaultdict(dict)
    keys = [case.pk for case, _terms, _amount in cases]
    for start in range(0, len(keys), 500):
        rows = ConditionRecord.objects.filter(case__in=keys[start : start + 500]).order_by("pk")
        for case_id, code, standing in rows.values_list("case_id", "condition", "standing"):
            have[case_id][code] = standing
    fresh = []
    known: dict[str, list[Any]] = {}
    for case, terms, amount in cases:
        if terms.ref.digest not in known:
            known[terms.ref.digest] = conditions_of(terms.document, current)
        for condition in known[terms.ref.digest]:
            if not applies(condition.document, terms.document, case, amount):
                continue
            stands = have[case.pk].get(condition.code)
            if stands == ConditionRecord.Standing.BREACHED and condition.document.blocking:
                raise InputError(
                    Text(
                        f"dossier {case.reference} : la condition « {condition.document.title.fr} » n'est pas tenue",
                        f"case {case.reference}: the condition “{condition.document.title.en}” is breached",
                    )
                )
            if stands is None:
                fresh.append(
                    ConditionRecord(case=case, condition=condition.code, version=condition.ref.version, changed_at=now)
                )
    ConditionRecord.objects.bulk_create(fresh, batch_size=400)


def accounts_schedule(
    cases: Sequence[tuple[Case, Scheme]], *, starts_on: dt.date, ends_on: dt.date | None = None
) -> None:
    """Write down the accounts to give, in the place of those planned before and not given. ``ends_on`` None: a year's project."""
    end = ends_on or add_months(starts_on, PROJECT_MONTHS) - dt.timedelta(days=1)
    keys = [case.pk for case, _scheme in cases]
    given: set[tuple[int, str, dt.date]] = set()
    for start in range(0, len(keys), 500):
        rows = Account.objects.filter(case__in=keys[start : start + 500])
        rows.filter(given_at__isnull=True).delete()
        given |= set(rows.order_by("pk").values_list("case_id", "code", "due_on"))
    fresh = [
        Account(case=case, code=code, due_on=due)
        for case, scheme in cases
        for code, due in accounts_owed(case, scheme, starts_on, end)
        if (case.pk, code, due) not in given
    ]
    Account.objects.bulk_create(fresh, batch_size=400)
