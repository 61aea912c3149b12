"""The record of a decision on a case: canonical JSON, made once, sealed, never changed.

What is written: the scheme and the rule with version and digest, the parameters used with their legal reference, the answers with their
source, each step of the calculation, what the rule gives against what is decided, the financing plan, how many opinions, the points, the
votes, the conditions met and how, the reasons, the law, who may be asked to think again. Opinions themselves are confidential: their number only.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from mandat.apps.custody.records import digest, nonce
from mandat.apps.grants.models import Case, ConditionCheck, ConditionRecord, Decision, Opinion, Party, PlanLine
from mandat.apps.grants.ruling import Ruling, situation
from mandat.apps.grants.schema import Condition, Scheme
from mandat.apps.grants.terms import CONDITIONS
from mandat.apps.programme.published import Published
from mandat.apps.programme.terms import Terms
from mandat.apps.rulebook import recording as calculation
from mandat.apps.rulebook.published import PublishedRule
from mandat.kernel.errors import InputError
from mandat.kernel.periods import paris_date
from mandat.kernel.text import Text

FORMAT = 1
#: Months to ask for the decision to be thought over, and to bring it before the court (CJA R421-1, CRPA L411-2).
APPEAL_MONTHS = 2
COURT = "le tribunal administratif compétent"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What records need of many cases, read at once; each by case's key."""

    opinions: Mapping[int, tuple[int, int]]
    plans: Mapping[int, Sequence[PlanLine]]
    parties: Mapping[int, Sequence[Party]]
    conditions: Mapping[int, Sequence[ConditionRecord]]
    checks: Mapping[int, Sequence[ConditionCheck]]
    decisions: Mapping[int, Sequence[Decision]]
    said: dict[tuple[str, str], str] = field(default_factory=dict)


def gather(cases: Sequence[Case]) -> Gathered:
    """Read what the records of ``cases`` need: six queries for every 500."""
    opinions: dict[int, tuple[int, int]] = {}
    found: list[dict[int, list[Any]]] = [{}, {}, {}, {}]
    checks: dict[int, list[ConditionCheck]] = {}
    for keys in _chunks([case.pk for case in cases]):
        given = Count("pk", filter=Q(given_at__isnull=False))
        counts = (
            Opinion.objects.filter(case__in=keys).order_by().values("case").annotate(asked=Count("pk"), given=given)
        )
        opinions |= {row["case"]: (row["asked"], row["given"]) for row in counts}
        sets: tuple[Iterable[Any], ...] = (
            PlanLine.objects.filter(case__in=keys).order_by("position", "pk"),
            Party.objects.filter(case__in=keys).select_related("organisation").order_by("pk"),
            ConditionRecord.objects.filter(case__in=keys).order_by("condition"),
            Decision.objects.filter(case__in=keys).defer("motive", "record").order_by("rank"),
        )
        for into, rows in zip(found, sets, strict=True):
            for row in rows:
                into.setdefault(row.case_id, []).append(row)
        for check in ConditionCheck.objects.filter(record__case__in=keys).defer("note").order_by("pk"):
            checks.setdefault(check.record_id, []).append(check)
    return Gathered(opinions, found[0], found[1], found[2], checks, found[3])


def _chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), 500):
        yield keys[start : start + 500]


def answers_of(case: Case) -> dict[str, Any]:
    """Every answer of the form, those that are personal with the others."""
    return {**case.answers, **case.private}


def judged_on(case: Case, day: dt.date) -> dt.date:
    """The day on which a project is judged: that of its sending."""
    return paris_date(case.submitted_at) if case.submitted_at else day


def calculation_of(scheme: Scheme, ruling: Ruling, case: Case, gathered: Gathered) -> dict[str, Any]:
    """The calculation's part of a record: the rule, parameters, inputs with their source, steps."""
    held = ruling.rule
    return {
        "rule": calculation.reference(held),
        "parameters": list(calculation.parameters(held.document, ruling.as_of)),
        "inputs": list(_inputs(scheme, held, answers_of(case), gathered.said)),
        "steps": list(
            calculation.steps(held.document, held.applied, ruling.evaluation, held.rests, entity=held.entity)
        ),
        "eligible": ruling.eligible,
        "rule_amount": ruling.amount,
        "facts": [text.fr for text in ruling.failed],
    }


def _inputs(
    scheme: Scheme, held: PublishedRule, answers: Mapping[str, Any], known: dict[tuple[str, str], str]
) -> Iterator[dict[str, Any]]:
    """The answers as the rule takes them: entity, name, label, value, source."""
    given = situation(scheme, held, answers)
    keys = {entity.key: entity.name for entity in held.entities.values()}
    inputs = held.inputs
    for key, block in given.items():
        for name, value in block.items():
            item = inputs[name]
            key_said = (f"{held.ref.digest}:{name}", str(value))
            if key_said not in known:
                known[key_said] = calculation.said(item, value)
            yield {
                "entity": keys[key],
                "name": name,
                "label": item.label.fr,
                "unit": item.unit if item.type in ("number", "integer") else "",
                "value": value,
                "said": known[key_said],
                "source": "déclaré dans la demande",
            }


def conditions_of_case(gathered: Gathered, case: Case) -> list[dict[str, Any]]:
    """Which conditions stand how, each in its version: what was asked, and by what it is shown."""
    rows = []
    for one in gathered.conditions.get(case.pk, ()):
        terms = CONDITIONS.at(case.programme, one.condition, one.version)
        rows.append(
            {
                "code": one.condition,
                "version": one.version,
                "digest": terms.ref.digest,
                "title": terms.document.title.fr,
                "standing": one.standing,
                "proofs": _proofs(terms.document, gathered.checks.get(one.pk, ())),
                "on": one.changed_at,
            }
        )
    return rows


def _proofs(condition: Condition, checks: Sequence[ConditionCheck]) -> list[dict[str, Any]]:
    """How each proof stands: the last thing done about it."""
    last = {check.proof: check for check in checks}
    rows = []
    for rank, proof in enumerate(condition.proofs):
        check = last.get(rank) or last.get(None)
        rows.append(
            {
                "by": proof.by,
                "label": proof.label.fr,
                "stage": proof.stage,
                "result": check.result if check else "",
                "on": check.at if check else None,
                "good_until": check.good_until if check else None,
            }
        )
    return rows


def plan_of(gathered: Gathered, case: Case) -> list[dict[str, Any]]:
    return [
        {
            "funder": line.funder,
            "amount": euros_of(line.amount),
            "public": line.public,
            "own": line.own,
            "certain": line.certain,
        }
        for line in gathered.plans.get(case.pk, ())
    ]


def parties_of(gathered: Gathered, case: Case) -> list[dict[str, Any]]:
    return [
        {
            "name": party.organisation.name,
            "siret": party.organisation.siret,
            "role": party.role,
            "amount": euros_of(party.amount),
        }
        for party in gathered.parties.get(case.pk, ())
    ]


def appeals(current: Published, scheme: Scheme, until: dt.date) -> dict[str, Any]:
    """Whom to turn to, and until when."""
    authority = current.programme.authority
    return {
        "until": until,
        "months": APPEAL_MONTHS,
        "contentious_months": APPEAL_MONTHS,
        "court": authority.court if authority else COURT,
        "court_address": authority.court_address if authority else "",
        "answered_by": scheme.authority.fr,
    }


def heading(case: Case, terms: Terms[Scheme], current: Published) -> dict[str, Any]:
    """What the record says of the scheme and of who applies: of a natural person, nothing."""
    scheme = terms.document
    body = current.bodies.get(scheme.service)
    return {
        "format": FORMAT,
        "nonce": nonce(),
        "reference": case.reference,
        "title": case.title,
        "scheme": {
            "code": terms.code,
            "version": terms.ref.version,
            "digest": terms.ref.digest,
            "title": scheme.title.fr,
            "type": scheme.type,
        },
        "call": case.call,
        "round": case.round,
        "measure": case.measure,
        "area": case.area,
        "applicant": {
            "kind": case.applicant_kind,
            "name": case.applicant.name if case.applicant else "",
            "siret": case.applicant.siret if case.applicant else "",
            "rna": case.applicant.rna if case.applicant else "",
        },
        "law": [basis.text for basis in scheme.legal_basis],
        "silence": scheme.workflow.silence_reference.text,
        "service": body.title.fr if body else scheme.service,
        "authority": scheme.authority.fr,
        "contact": scheme.contact,
    }


def euros_of(cents: int | None) -> Decimal | None:
    """Cents as euros; None stays None."""
    return None if cents is None else Decimal(cents) / 100


def record_of(decision: Decision) -> dict[str, Any]:
    """The record, its digest verified. Raises InputError where it does not match, ErasedError where its key is destroyed."""
    text = decision.record
    if digest(text) != decision.sha256:
        raise InputError(Text("l'acte de cette décision a été modifié", "the record of this decision was altered"))
    loaded: dict[str, Any] = json.loads(text)
    return loaded


__all__ = [
    "APPEAL_MONTHS", "FORMAT", "Gathered", "answers_of", "appeals", "calculation_of", "conditions_of_case", "euros_of", "gather",
    "heading", "judged_on", "parties_of", "plan_of", "record_of",
]  # fmt: skip
