"""Conditions of a case: which apply, how each is shown, and whether it is met. What follows a breach is in ``breaches``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.formulas import said
from mandat.apps.grants.machine import ENDED
from mandat.apps.grants.models import Case, ConditionCheck, ConditionRecord
from mandat.apps.grants.owing import applies
from mandat.apps.grants.schema import Condition
from mandat.apps.grants.schema.condition import Proof
from mandat.apps.grants.schema.parts import STAGES, Stage
from mandat.apps.grants.services.moving import fact, held, terms_of, today
from mandat.apps.grants.services.stepping import beneficiary, siret, step
from mandat.apps.grants.services.telling import tell_applicants
from mandat.apps.grants.terms import CONDITIONS
from mandat.apps.programme.terms import Terms
from mandat.kernel.errors import InputError
from mandat.kernel.periods import add_months
from mandat.kernel.text import Text

Standing = ConditionRecord.Standing
Result = ConditionCheck.Result
#: What settles a proof for good, until its time is over.
_GOOD = frozenset({Result.MET, Result.EXEMPT})


@dataclass(frozen=True, slots=True)
class Shown:
    """One proof of a condition on a case: the last thing done about it, and whether it holds on the day asked."""

    rank: int
    proof: Proof
    last: ConditionCheck | None
    met: bool
    given: bool
    expired: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One condition on one case. ``record`` is None before anything was recorded; ``art`` the share kept for an artwork, in cents."""

    terms: Terms[Condition]
    record: ConditionRecord | None
    proofs: tuple[Shown, ...]
    art: int | None = None

    @property
    def condition(self) -> str:
        return self.terms.code

    @property
    def document(self) -> Condition:
        return self.terms.document

    @property
    def label(self) -> Text:
        return Text(self.document.title.fr, self.document.title.en)

    @property
    def standing(self) -> str:
        return str(self.record.standing) if self.record is not None else Standing.ASKED

    @property
    def given(self) -> bool:
        """Whether the applicant's side has declared what it declares."""
        return all(shown.given or shown.met for shown in self.proofs if shown.proof.by == "declared")

    def met_at(self, stage: Stage) -> bool:
        """Whether every proof due at a stage or before is good."""
        if self.standing == Standing.BREACHED:
            return False
        upto = STAGES.index(stage)
        return all(shown.met for shown in self.proofs if STAGES.index(shown.proof.stage) <= upto)


def share_for_art(condition: Condition, cost: int | None) -> int | None:
    """What is kept for an artwork, in cents rounded down; None where the condition keeps nothing or the cost is not known."""
    if condition.art is None or cost is None:
        return None
    share = (cost * condition.art.percent / 100).to_integral_value(rounding=ROUND_FLOOR)
    most = None if condition.art.most is None else int(condition.art.most * 100)
    return int(share) if most is None else min(int(share), most)


def regional(case: Case) -> Decimal | None:
    """The regional money a case is about: awarded, else proposed, computed, asked for."""
    for cents in (case.awarded, case.proposed, case.computed, case.asked):
        if cents is not None:
            return Decimal(cents) / 100
    return None


def lines(case: Case, *, amount: Decimal | None = None, on: dt.date | None = None) -> list[Line]:
    """Every condition on a case, in the order of its scheme. Records keep the version they were made under. At most four queries."""
    on = on or today()
    scheme = terms_of(case).document
    records = {record.condition: record for record in case.conditions.select_related("case__subject").order_by("pk")}
    checks: dict[int, list[ConditionCheck]] = {}
    done = ConditionCheck.objects.filter(record__case=case).select_related("record__case__subject", "by").order_by("pk")
    for check in done:
        checks.setdefault(check.record_id, []).append(check)
    found = []
    known = CONDITIONS.all()
    order = [*scheme.conditions, *(code for code in known if code not in scheme.conditions)]
    money = amount if amount is not None else regional(case)
    for code in order:
        record = records.get(code)
        if record is not None:
            terms = CONDITIONS.at(case.programme, code, record.version)
        elif code in known and applies(known[code].document, scheme, case, money):
            terms = known[code]
        else:
            continue
        proofs = _shown(terms.document, checks.get(record.pk, []) if record is not None else [], on)
        found.append(Line(terms, record, proofs, share_for_art(terms.document, case.cost)))
    return found


def _shown(document: Condition, checks: Sequence[ConditionCheck], on: dt.date) -> tuple[Shown, ...]:
    found = []
    for rank, proof in enumerate(document.proofs):
        mine = [check for check in checks if check.proof in (rank, None)]
        last = mine[-1] if mine else None
        good = _GOOD | {Result.DECLARED} if proof.by == "declared" else _GOOD
        expired = last is not None and last.good_until is not None and last.good_until < on
        given = last is not None and last.result != Result.UNMET and not expired
        found.append(Shown(rank, proof, last, last is not None and last.result in good and not expired, given, expired))
    return tuple(found)


def unmet(case: Case, stage: Stage, *, amount: Decimal | None = None) -> list[Line]:
    """The blocking conditions that are not met at a stage."""
    return [line for line in lines(case, amount=amount) if line.document.blocking and not line.met_at(stage)]


def _open(case: Case, code: str) -> Line:
    found = next((line for line in lines(case) if line.condition == code), None)
    if found is None:
        raise InputError(
            Text(f"cette condition ne s'applique pas ici : {code}", f"this condition does not apply here: {code}")
        )
    return found


def record_of(case: Case, line: Line, actor: User | None) -> ConditionRecord:
    """The record of a condition on a case, made where there is none yet, under the version in force."""
    if line.record is not None:
        return line.record
    return ConditionRecord.objects.create(
        case=case, condition=line.condition, version=line.terms.ref.version, changed_at=timezone.now(), changed_by=actor
    )


def _put(record: ConditionRecord, state: str, actor: User | None, due_on: dt.date | None = None) -> None:
    record.standing, record.changed_at, record.changed_by, record.due_on = state, timezone.now(), actor, due_on
    record.save(update_fields=["standing", "changed_at", "changed_by", "due_on"])


def _ended(case: Case) -> None:
    if case.state in ENDED:
        raise InputError(Text("ce dossier est clos", "this case is closed"))


@transaction.atomic
def condition_declare(*, actor: User, case: Case, condition: str, note: str = "") -> ConditionRecord:
    """The applicant undertakes a condition and declares what it asks to declare; what a rule computes is computed now.

    Twice declares once. Raises InputError for a condition that does not apply, or is breached.
    """
    case = held(case)
    access.require(actor, case, "edit")
    _ended(case)
    line = _open(case, condition)
    if line.standing == Standing.BREACHED:
        raise InputError(Text("un manquement est examiné : répondez-y", "a breach is examined: answer it"))
    record = record_of(case, line, actor)
    new = []
    for shown in line.proofs:
        if shown.proof.by == "declared" and not shown.given:
            new.append(_check(record, shown, Result.DECLARED, actor, note))
        elif shown.proof.by == "computed":
            computed = _computed(case, shown.proof)
            if computed is not None and (shown.last is None or shown.last.result != computed or shown.expired):
                new.append(_check(record, shown, computed, None, ""))
    if new and record.standing in (Standing.ASKED,):
        _put(record, Standing.DECLARED, actor, _due(new))
    if new or line.record is None:
        step(case, "condition-declared")
    return record


def _check(
    record: ConditionRecord, shown: Shown | None, result: str, actor: User | None, note: str, amount: int | None = None
) -> ConditionCheck:
    months = shown.proof.renewed_months if shown is not None else None
    return ConditionCheck.objects.create(
        record=record,
        proof=shown.rank if shown is not None else None,
        result=result,
        note=note.strip()[:4000],
        amount=amount,
        good_until=add_months(today(), months) if months and result != Result.UNMET else None,
        at=timezone.now(),
        by=actor,
    )


def _due(checks: Sequence[ConditionCheck]) -> dt.date | None:
    return min((check.good_until for check in checks if check.good_until is not None), default=None)


def _computed(case: Case, proof: Proof) -> str | None:
    """What the rule's formula says, MET or UNMET; None where it cannot tell yet."""
    name = proof.formula or ""
    value = said(case, terms_of(case).document, [name])[name]
    return None if value is None else (Result.MET if value else Result.UNMET)


@transaction.atomic
def condition_check(
    *, actor: User, case: Case, condition: str, met: bool | Literal["exempt"], proof: int | None = None, note: str = ""
) -> ConditionRecord:
    """An agent records what they found, of one ``proof`` (its rank) or of the condition as a whole: met, not met, or that it does not apply.

    « Does not apply » and « not met » say why. The record is met once every proof due so far is. Raises InputError, PermissionDenied.
    """
    case = held(case)
    access.require_any(actor, case, ("examine", "decide"))
    _ended(case)
    line = _open(case, condition)
    if line.standing == Standing.BREACHED:
        raise InputError(
            Text("un manquement est examiné : concluez d'abord", "a breach is examined: conclude it first")
        )
    if met is not True and not note.strip():
        raise InputError(Text("dites pourquoi", "say why"))
    if proof is not None and not 0 <= proof < len(line.proofs):
        raise InputError(Text("cette preuve n'existe pas", "there is no such proof"))
    record = record_of(case, line, actor)
    result = Result.EXEMPT if met == "exempt" else (Result.MET if met else Result.UNMET)
    wanted = [line.proofs[proof]] if proof is not None else list(line.proofs)
    art = line.art if line.document.art is not None else None
    for shown in wanted:
        _check(record, shown, result, actor, note, art)
    again = _open(case, condition)
    _put(record, _standing_of(again, result), actor, _due([s.last for s in again.proofs if s.last is not None]))
    if result == Result.UNMET:
        step(case, "condition-not-met")
    else:
        _told(case, again, "exempt" if result == Result.EXEMPT else wanted[0].proof.by)
    return record


def _standing_of(line: Line, result: str) -> str:
    if result == Result.UNMET:
        return Standing.ASKED
    lasts = [shown.last.result for shown in line.proofs if shown.last is not None]
    if len(lasts) == len(line.proofs) and all(last == Result.EXEMPT for last in lasts):
        return Standing.EXEMPT
    reached = [shown for shown in line.proofs if shown.last is not None]
    if all(shown.met for shown in reached) and any(last == Result.MET for last in lasts):
        return Standing.MET
    return Standing.DECLARED


def _told(case: Case, line: Line, how: str) -> None:
    condition_fact("conditions.checked.v1", case, line.terms, named=True, how=how)


def condition_fact(kind: str, case: Case, terms: Terms[Condition], *, named: bool, **more: Any) -> None:
    """Append a fact about one condition of a case; a legal person is named only where ``named``."""
    scheme = terms_of(case)
    fact(
        kind,
        case,
        scheme,
        subject=terms.code,
        scheme=case.scheme,
        title=scheme.document.title.fr,
        condition=terms.code,
        condition_title=terms.document.title.fr,
        **{**({"beneficiary": beneficiary(case), "siret": siret(case)} if named else {}), **more},
    )


@transaction.atomic
def standing(case: Case, *, amount: Decimal | None = None) -> list[dict[str, Any]]:
    """What an award records: every condition that binds it, its version, whether it is met and how it was shown. JSON values.

    Conditions that bind the case and of which nothing was recorded yet are recorded as asked for: they hold from the award on.
    """
    found = []
    for line in lines(case, amount=amount):
        record_of(case, line, None)
        shown = [
            {
                "by": proof.proof.by,
                "label": proof.proof.label.fr,
                "stage": proof.proof.stage,
                "result": str(proof.last.result) if proof.last is not None else "",
                "on": timezone.localdate(proof.last.at).isoformat() if proof.last is not None else "",
                "good_until": proof.last.good_until.isoformat() if proof.last and proof.last.good_until else "",
            }
            for proof in line.proofs
        ]
        one: dict[str, Any] = {
            "condition": line.condition,
            "version": line.terms.ref.version,
            "title": line.document.title.fr,
            "standing": str(line.standing),
            "met": line.met_at("agreement"),
            "blocking": line.document.blocking,
            "proofs": shown,
        }
        if line.art is not None:
            one["art"] = str(Decimal(line.art) / 100)
        found.append(one)
    return found


def renewal_remind(record: ConditionRecord) -> bool:
    """A proof that must be renewed is nearly over: the beneficiary is told, once; over, the condition is asked for again."""
    with transaction.atomic():
        case = held(record.case)
        found = ConditionRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
        if (
            found.due_on is None
            or found.standing not in (Standing.MET, Standing.DECLARED, Standing.REMEDIED)
            or case.state in ENDED
        ):
            return False
        if found.due_on < today():
            found.standing, found.due_on = Standing.ASKED, None
            found.save(update_fields=["standing", "due_on"])
            tell_applicants("condition_due", case, key=f"over:{found.pk}:{today().isoformat()}")
            return True
        tell_applicants("condition_due", case, key=f"renew:{found.pk}:{found.due_on.isoformat()}")
        return False


def condition_breach(**given: Any) -> Any:
    """See ``breaches.condition_breach``."""
    from mandat.apps.grants.services import breaches

    return breaches.condition_breach(**given)


def condition_remedy(**given: Any) -> Any:
    """See ``breaches.condition_remedy``."""
    from mandat.apps.grants.services import breaches

    return breaches.condition_remedy(**given)
