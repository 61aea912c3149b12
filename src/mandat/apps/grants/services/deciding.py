"""Decide: the record first, then the money, the fact and what follows, in one transaction. Every decision on a case is written here.

``decided`` writes one, ``decided_many`` those of a whole sitting with as many statements. Locks are taken in one order everywhere: the
cases, the journal, what envelopes hold, the ledger's accounts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.custody.records import canonical, digest
from mandat.apps.grants import access, hooks, recording
from mandat.apps.grants.machine import MOVEMENTS, State, Who, movement
from mandat.apps.grants.models import Case, Decision, Item, Move, Request
from mandat.apps.grants.ruling import Ruling, rule_of, rule_on
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.schema.scheme import MONEY
from mandat.apps.grants.services import awards, small_aids
from mandat.apps.grants.services.moving import held, move, terms_of, today
from mandat.apps.grants.services.telling import tell_applicants_of
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.terms import Terms
from mandat.apps.rulebook.published import PublishedRule
from mandat.facts import Fact
from mandat.kernel.delays import appeal_until
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text

LONGEST_MOTIVE = 4000
Outcome = Decision.Outcome
By = Decision.By
_MOVES: Mapping[str, str] = {Outcome.AWARDED: "award", Outcome.REFUSED: "refuse", Outcome.INADMISSIBLE: "reject"}
_WHO: Mapping[str, Who] = {By.AUTHORITY: "decider", By.COMMITTEE: "committee", By.SILENCE: "system"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided on a case (locked). ``amount`` is in euros; ``votes`` is what the record says of the vote; ``actor`` writes it down."""

    case: Case
    outcome: str
    by: str
    motive: str = ""
    amount: Decimal | None = None
    actor: User | None = None
    item: Item | None = None
    votes: Mapping[str, Any] | None = None


@transaction.atomic
def case_decide(*, actor: User, case: Case, outcome: str, amount: Decimal | None, motive: str) -> Decision:
    """The authority decides on a case that no committee votes. A case that silence refused may still be decided expressly.

    Raises InputError without the motive a refusal owes (CRPA L211-2), or where the amount is not the rule's and nothing says why.
    """
    case = held(case)
    terms = terms_of(case)
    access.require(actor, case, "decide")
    if terms.document.committee is not None and outcome != Outcome.INADMISSIBLE:
        raise InputError(Text("ce dossier est voté par un comité", "a committee votes on this case"))
    if case.state == State.REFUSED:
        reopen(case, actor=actor)
    return decided(case, outcome=outcome, by=By.AUTHORITY, motive=motive, amount=amount, actor=actor)


def reopen(case: Case, *, actor: User) -> None:
    """Take a case (locked) that silence refused up again, to answer it expressly. Raises InputError for one refused otherwise."""
    last = case.decisions.order_by("-rank").first()
    if last is None or last.by != By.SILENCE:
        raise InputError(Text("ce dossier est déjà décidé", "this case is already decided"))
    move(case, "answer_late", who="decider", actor=actor)
    case.ended_at = None
    case.save(update_fields=["state", "ended_at"])


@transaction.atomic
def decided(
    case: Case,
    *,
    outcome: str,
    by: str,
    motive: str,
    amount: Decimal | None,
    actor: User | None = None,
    item: Item | None = None,
) -> Decision:
    """Write the decision on a case the caller has locked, and move it where the decision takes it. See ``decided_many``."""
    [made] = decided_many(
        [Verdict(case=case, outcome=outcome, by=by, motive=motive, amount=amount, actor=actor, item=item)]
    )
    return made


@dataclass(slots=True)
class _Case:
    """A verdict with what it rests on."""

    verdict: Verdict
    terms: Terms[Scheme]
    ruling: Ruling | None
    amount: Decimal | None
    motive: str
    rank: int = 0
    de_minimis: str = ""

    @property
    def awarded(self) -> bool:
        return self.verdict.outcome == Outcome.AWARDED


@transaction.atomic
def decided_many(verdicts: Sequence[Verdict], *, also: Sequence[Fact] = ()) -> list[Decision]:
    """Write many decisions, all or none: moves, records, money, facts, conditions, accounts, notices. One decision a verdict, in order.

    The caller has locked the cases. ``also`` are facts appended with those of the decisions. Raises InputError for a case that cannot be decided so from where it stands, a motive that lacks, an
    amount that does not hold, an envelope or a call that has not enough; PermissionDenied for an authority who may not.
    """
    journal.lock()
    if not verdicts:
        journal.append(list(also))
        return []
    day, now = today(), timezone.now()
    current = published(verdicts[0].case.programme)
    rules: dict[tuple[str, int], PublishedRule] = {}
    found = [_examined(verdict, day, rules) for verdict in verdicts]
    moves = [_moved(one, now) for one in found]
    gained = [one for one in found if one.awarded]
    awards.conditions_record([(one.verdict.case, one.terms, one.amount) for one in gained], current)
    gathered = recording.gather([one.verdict.case for one in found])
    for one in found:
        one.rank = 1 + len(gathered.decisions.get(one.verdict.case.pk, ()))
    paid = [(one.verdict.case, one.amount, one.rank) for one in gained if one.amount is not None]
    awards.calls_hold(
        [(case, amount) for case, amount, _rank in paid], {one.verdict.case.pk: one.terms.document for one in gained}
    )
    writer = verdicts[0].actor
    small_aids.check_many(
        [(one.verdict.case, one.amount, one.de_minimis) for one in gained if one.amount is not None and one.de_minimis],
        on=day,
    )
    awards.money_award(paid, day=day, actor=f"user:{writer.pk}" if writer else "")
    until = appeal_until(day, months=recording.APPEAL_MONTHS)
    texts = [canonical(_record(one, current, gathered, day, until)) for one in found]
    entries = journal.append(
        [*(_fact(one, current, day, digest(text)) for one, text in zip(found, texts, strict=True)), *also]
    )
    made = [
        _decision(one, text, entry.index, now, day, until)
        for one, text, entry in zip(found, texts, entries[: len(found)], strict=True)
    ]
    Move.objects.bulk_create(moves, batch_size=200)
    Decision.objects.bulk_create(made, batch_size=100)
    _save([one.verdict.case for one in found])
    _close_requests([one.verdict.case.pk for one in found], day)
    awards.accounts_schedule([(one.verdict.case, one.terms.document) for one in gained], starts_on=day)
    for decision in made:
        hooks.decided(decision.case, decision)
    tell_applicants_of("decided", [one.verdict.case for one in found], keys=[str(one.rank) for one in found])
    return made


def _examined(verdict: Verdict, day: dt.date, rules: dict[tuple[str, int], PublishedRule]) -> _Case:
    """A verdict checked against the rule: amount, motive."""
    case = verdict.case
    if verdict.outcome not in Outcome.values or verdict.by not in By.values:
        raise InputError(Text(f"décision inconnue : {verdict.outcome}", f"unknown decision: {verdict.outcome}"))
    terms = terms_of(case)
    motive = verdict.motive.strip()
    if len(motive) > LONGEST_MOTIVE:
        raise InputError(Text("motif trop long (4 000 caractères)", "motive too long (4,000 characters)"))
    ruling = _ruling(terms.document, case, day, rules, needed=verdict.outcome == Outcome.AWARDED)
    amount = _amount(case, terms.document, ruling, verdict)
    if not motive and verdict.by != By.SILENCE and (verdict.outcome != Outcome.AWARDED or departs(ruling, amount)):
        raise InputError(
            Text(
                f"dossier {case.reference} : dites pourquoi ; un refus, ou une décision qui s'écarte de la règle, est motivé (CRPA L211-2)",
                f"case {case.reference}: say why; a refusal, or a decision that departs from the rule, has its motive (CRPA L211-2)",
            )
        )
    found = _Case(verdict, terms, ruling, amount, motive)
    if found.awarded:
        formulas = _formulas(terms.document, ruling)
        found.de_minimis = terms.document.plan.terms(case.applicant_kind, formulas).de_minimis or ""
    return found


def _formulas(scheme: Scheme, ruling: Ruling | None) -> dict[str, bool | None]:
    if ruling is None:
        return {}
    return {case.when: ruling.condition(case.when) for case in scheme.plan.cases if case.when}


def _ruling(
    scheme: Scheme, case: Case, day: dt.date, rules: dict[tuple[str, int], PublishedRule], *, needed: bool
) -> Ruling | None:
    """What the rule gives on the answers; None where they do not let it be applied and no award rests on it."""
    key = (scheme.rule, case.rule_version)
    try:
        if key not in rules:
            rules[key] = rule_of(scheme, case.rule_version)
        return rule_on(
            scheme,
            recording.answers_of(case),
            as_of=recording.judged_on(case, day),
            at=rules[key],
        )
    except InputError:
        if needed:
            raise
        return None


def departs(ruling: Ruling | None, amount: Decimal | None) -> bool:
    """Whether an award is not what the rule gives: not eligible, not known, or another amount."""
    if ruling is None or ruling.eligible is not True:
        return True
    return amount is not None and ruling.amount is not None and amount != euros(ruling.amount)


def _amount(case: Case, scheme: Scheme, ruling: Ruling | None, verdict: Verdict) -> Decimal | None:
    """The euros awarded. Raises InputError for an amount that is none, or more than the project costs."""
    if verdict.outcome != Outcome.AWARDED:
        return None
    if scheme.type not in MONEY or scheme.outputs.amount is None:
        if verdict.amount is not None and scheme.type not in MONEY:
            raise InputError(Text("pas de montant ici", "no amount here"))
        if verdict.amount is None:
            return None
    given = verdict.amount
    if given is None and ruling is not None and ruling.amount is not None:
        given = euros(ruling.amount)
    if given is None:
        raise InputError(
            Text(
                f"dossier {case.reference} : indiquez le montant, la règle ne peut le dire",
                f"case {case.reference}: give the amount, the rule cannot tell",
            )
        )
    if not given.is_finite() or given <= 0 or given != euros(given):
        raise InputError(Text("un montant est positif et s'arrête au centime", "an amount is positive, to the cent"))
    if case.cost is not None and given * 100 > case.cost:
        raise InputError(
            Text(
                f"dossier {case.reference} : le montant dépasse le coût du projet",
                f"case {case.reference}: the amount exceeds the cost of the project",
            )
        )
    return given


def _moved(one: _Case, now: dt.datetime) -> Move:
    """The step the decision is, on the case itself; nothing is written yet."""
    verdict, case = one.verdict, one.verdict.case
    name, who = _MOVES[verdict.outcome], _WHO[verdict.by]
    if who == "decider":
        if verdict.actor is None:
            raise PermissionDenied("grants.decide")
        access.require(verdict.actor, case, "decide")
    allowed = True
    if verdict.by == By.SILENCE and verdict.outcome == Outcome.AWARDED:
        # Where the law lets silence accept, it does so from any state in which the Region owes an answer.
        name, allowed = "acquire", one.terms.document.workflow.silence == "acceptance"
    allowed = allowed and movement(name, case.state, who) is not None
    if not allowed:
        label, state = MOVEMENTS[name].label, case.get_state_display()
        raise InputError(
            Text(
                f"dossier {case.reference} : impossible dans son état actuel ({state}) : {label}",
                f"case {case.reference}: not possible where it stands ({state}): {label}",
            )
        )
    target = MOVEMENTS[name].target
    made = Move(case=case, name=name, source=case.state, target=target, actor=verdict.actor, at=now, reason=one.motive)
    case.state = target
    case.awarded = None if one.amount is None else int(one.amount * 100)
    case.decided_at, case.due_on = now, None
    case.ended_at = None if one.awarded else now
    return made


def _record(
    one: _Case, current: Published, gathered: recording.Gathered, day: dt.date, until: dt.date
) -> dict[str, Any]:
    verdict, case, scheme = one.verdict, one.verdict.case, one.terms.document
    asked, given = gathered.opinions.get(case.pk, (0, 0))
    return {
        **recording.heading(case, one.terms, current),
        "rank": one.rank,
        "outcome": verdict.outcome,
        "by": verdict.by,
        "author": verdict.actor.name if verdict.by == By.AUTHORITY and verdict.actor else None,
        "decided_on": day,
        "as_of": recording.judged_on(case, day),
        "calculation": recording.calculation_of(scheme, one.ruling, case, gathered) if one.ruling else None,
        "cost": recording.euros_of(case.cost),
        "asked": recording.euros_of(case.asked),
        "proposed": recording.euros_of(case.proposed),
        "amount": one.amount,
        "departs": one.awarded and departs(one.ruling, one.amount),
        "de_minimis": one.de_minimis or None,
        "plan": recording.plan_of(gathered, case),
        "parties": recording.parties_of(gathered, case),
        "opinions": {"asked": asked, "given": given},
        "points": case.points,
        "votes": verdict.votes,
        "conditions": recording.conditions_of_case(gathered, case),
        "motive": one.motive,
        "appeals": recording.appeals(current, scheme, until),
    }


def _fact(one: _Case, current: Published, day: dt.date, sha256: str) -> Fact:
    return awards.decision_fact(
        one.verdict.case, one.terms, current, outcome=one.verdict.outcome, by=one.verdict.by, amount=one.amount, day=day,
        sha256=sha256, de_minimis=bool(one.de_minimis), year=day.year,
    )  # fmt: skip


def _decision(one: _Case, text: str, index: int, now: dt.datetime, day: dt.date, until: dt.date) -> Decision:
    verdict = one.verdict
    return Decision(
        case=verdict.case,
        rank=one.rank,
        outcome=verdict.outcome,
        by=verdict.by,
        amount=verdict.case.awarded,
        motive=one.motive,
        item=verdict.item,
        decided_by=verdict.actor if verdict.by == By.AUTHORITY else None,
        decided_at=now,
        decided_on=day,
        appeal_until=until,
        record=text,
        sha256=digest(text),
        fact_index=index,
    )


def _save(cases: Sequence[Case]) -> None:
    """What deciding changes on the cases' own rows: one prepared statement for all of them."""
    if len(cases) == 1:
        cases[0].save(update_fields=["state", "awarded", "decided_at", "ended_at", "due_on"])
        return
    moment = connection.ops.adapt_datetimefield_value
    rows = [(one.state, one.awarded, moment(one.decided_at), moment(one.ended_at), one.pk) for one in cases]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE grants_case SET state = %s, awarded = %s, decided_at = %s, ended_at = %s, due_on = NULL WHERE id = %s",
            rows,
        )


def _close_requests(keys: Sequence[int], day: dt.date) -> None:
    for start in range(0, len(keys), 500):
        some = Request.objects.filter(case__in=keys[start : start + 500], closed_on__isnull=True)
        some.update(closed_on=day)
