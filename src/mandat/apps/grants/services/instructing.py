"""What agents do with a case before it is decided: take it, hold it complete, ask for what lacks, propose, note.

Each is one transaction on the locked case. Who belongs to the applicant's side or has recused themselves is refused by ``access``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.grants import access
from mandat.apps.grants.machine import OPEN, State
from mandat.apps.grants.models import Case, Decision, Duty, Piece, Request
from mandat.apps.grants.schema import Scheme
from mandat.apps.grants.services import deciding, delays, scoring
from mandat.apps.grants.services.moving import fact, held, move, terms_of, today
from mandat.apps.grants.services.telling import tell, tell_applicants
from mandat.apps.programme.terms import Terms
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text, counted

#: Days given to complete an application.
FEWEST_DAYS, MOST_DAYS = 5, 180
#: Cases that one action may touch.
MOST_AT_ONCE = 200
LONGEST = 5_000


def step(kind: str, case: Case, terms: Terms[Scheme]) -> None:
    """The fact of one step of the examination: the scheme and the call, nothing of whom or what."""
    fact(kind, case, terms, scheme=case.scheme, title=terms.document.title.fr, call=case.call)


def worded(text: str, *, most: int = LONGEST, needed: Text | None = None) -> str:
    """``text`` without the blanks around it. Raises InputError where it is empty and ``needed`` says what for, or too long."""
    text = text.strip()
    if not text and needed is not None:
        raise InputError(needed)
    if len(text) > most:
        raise InputError(Text(f"texte trop long ({most} caractères au plus)", f"text too long ({most} characters)"))
    return text


def may_examine(user: User, case: Case) -> bool:
    return user.is_active and access.may(user, case, "examine")


@transaction.atomic
def case_assign(*, actor: User, case: Case, to: User | None) -> Case:
    """Give a case to an agent posted to its scheme, or to nobody."""
    case = held(case)
    access.require(actor, case, "examine")
    if case.state == State.DRAFT:
        raise InputError(Text("ce dossier n'est pas envoyé", "this case is not sent"))
    if to is not None and not may_examine(to, case):
        raise InputError(
            Text("cette personne ne peut pas instruire ce dossier", "this person cannot examine this case")
        )
    case.assigned_to = to
    case.save(update_fields=["assigned_to"])
    if to is not None and to.pk != actor.pk:
        tell(to, "assigned", case, key=f"{to.pk}:{today():%Y%m%d}")
    return case


@transaction.atomic
def cases_assign(*, actor: User, cases: Iterable[Case], to: User | None) -> dict[int, int | None]:
    """Give many cases at once; those that ``actor`` or ``to`` may not examine are left out. Returns who had each before: what undoes it."""
    require(actor, "grants.instruct")
    wanted = [case.pk for case in cases][:MOST_AT_ONCE]
    before: dict[int, int | None] = {}
    rows = Case.objects.select_for_update(of=("self",)).exclude(state=State.DRAFT).filter(pk__in=wanted).order_by("pk")
    for case in rows:
        if may_examine(actor, case) and (to is None or may_examine(to, case)):
            before[case.pk] = case.assigned_to_id
    Case.objects.filter(pk__in=before).update(assigned_to=to)
    return before


@transaction.atomic
def assignments_restore(*, actor: User, before: Mapping[int, int | None]) -> int:
    """Undo an assignment: the last undo wins."""
    require(actor, "grants.instruct")
    agents = {user.pk: user for user in User.objects.filter(pk__in={pk for pk in before.values() if pk})}
    done = 0
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=list(before)[:MOST_AT_ONCE]).order_by("pk")
    for case in rows:
        wanted = before[case.pk]
        agent = agents.get(wanted) if wanted is not None else None
        if not may_examine(actor, case) or (wanted is not None and (agent is None or not may_examine(agent, case))):
            continue
        case.assigned_to = agent
        case.save(update_fields=["assigned_to"])
        done += 1
    return done


@transaction.atomic
def case_accept(*, actor: User, case: Case, reason: str = "") -> Case:
    """Hold the application complete: the delay to decide runs from the day it was received so."""
    case = held(case)
    terms = terms_of(case)
    received = delays.received_on(case)
    move(case, "accept", who="instructor", actor=actor, reason=worded(reason))
    if case.complete_on is None:
        case.complete_on = received
    case.assigned_to = case.assigned_to or actor
    case.due_on = delays.due(case, terms.document)
    case.save()
    step("grants.complete.v1", case, terms)
    tell_applicants("complete", case, key=f"{case.complete_on:%Y%m%d}")
    return case


@transaction.atomic
def case_ask(
    *,
    actor: User,
    case: Case,
    codes: Sequence[str] = (),
    fields: Sequence[str] = (),
    text: str = "",
    until: dt.date | None = None,
) -> Request:
    """Ask for evidence (by code), fields to fill or correct (by name), or words. The delay stands still until it comes (CRPA L114-5).

    ``until`` is the last day to answer; the scheme's ``answer_days`` where none is given.
    """
    case = held(case)
    terms = terms_of(case)
    known = {one.code for one in terms.document.evidence}
    asked = {field.name for field in terms.document.form.questions}
    codes, fields = list(dict.fromkeys(codes)), list(dict.fromkeys(fields))
    for given, allowed in ((codes, known), (fields, asked)):
        if unknown := [one for one in given if one not in allowed]:
            raise InputError(
                Text(f"le dispositif ne demande pas : {unknown[0]}", f"not asked by the scheme: {unknown[0]}")
            )
    text = worded(text)
    if not (codes or fields or text):
        raise InputError(Text("dites ce qui manque", "say what is missing"))
    day = today()
    until = until or day + dt.timedelta(days=terms.document.workflow.answer_days)
    if not FEWEST_DAYS <= (until - day).days <= MOST_DAYS:
        raise InputError(
            Text(f"laissez de {FEWEST_DAYS} à {MOST_DAYS} jours", f"leave from {FEWEST_DAYS} to {MOST_DAYS} days")
        )
    move(case, "ask", who="instructor", actor=actor, reason=text)
    request = Request.objects.create(
        case=case, codes=codes, fields=fields, text=text, asked_by=actor, asked_on=day, until=until
    )
    case.due_on = until
    case.assigned_to = case.assigned_to or actor
    case.save()
    step("grants.completion_asked.v1", case, terms)
    tell_applicants("asked", case, key=str(request.pk))
    return request


@transaction.atomic
def case_reject(*, actor: User, case: Case, motive: str) -> Decision:
    """Decide that the application is not admissible, and why."""
    case = held(case)
    access.require(actor, case, "decide")
    motive = worded(motive, needed=Text("dites pourquoi", "say why"))
    return deciding.decided(case, outcome="inadmissible", by="authority", motive=motive, amount=None, actor=actor)


@transaction.atomic
def case_propose(
    *, actor: User, case: Case, amount: Decimal | None, motive: str, favourable: bool | None = None
) -> Case:
    """Propose a decision: ``amount`` in euros, or None for a refusal; where the scheme gives no amount, ``favourable`` says which.

    A motive is due for a refusal, and where the amount is not the one the rule gives. Raises InputError for an amount of more than two
    decimals or above the cost, while opinions, scores or the visit lack, and for a yes under the threshold of the grid.
    """
    case = held(case)
    terms = terms_of(case)
    scheme = terms.document
    yes = (amount is not None) if favourable is None else favourable
    cents = _cents(case, scheme, amount, yes=yes)
    motive = worded(motive)
    if yes:
        ready_for_yes(case, scheme)
    if not motive and not yes:
        raise InputError(Text("motivez le refus proposé", "give reasons for the refusal proposed"))
    if not motive and departs(case, cents):
        raise InputError(
            Text(
                "ce montant n'est pas celui que donne la règle : dites pourquoi",
                "this is not the amount the rule gives: say why",
            )
        )
    move(case, "propose", who="instructor", actor=actor, reason=motive)
    case.favourable, case.proposed = yes, cents
    case.save()
    step("grants.proposed.v1", case, terms)
    return case


def _cents(case: Case, scheme: Scheme, amount: Decimal | None, *, yes: bool) -> int | None:
    if scheme.outputs.amount is None or not yes:
        if amount is not None:
            raise InputError(Text("pas de montant ici", "no amount here"))
        return None
    if amount is None:
        raise InputError(Text("donnez le montant proposé", "give the amount proposed"))
    cents = amount * 100
    if not amount.is_finite() or amount <= 0 or cents != cents.to_integral_value():
        raise InputError(
            Text("un montant en euros, avec deux décimales au plus", "an amount in euros, with two decimals at most")
        )
    if case.cost is not None and cents > case.cost:
        raise InputError(Text("le montant dépasse le coût du projet", "the amount exceeds the cost of the project"))
    return int(cents)


def departs(case: Case, cents: int | None) -> bool:
    """Whether a proposal is not what the rule gives on the answers sent."""
    return cents is not None and case.computed is not None and cents != case.computed


def lacks(case: Case, scheme: Scheme) -> list[Text]:
    """What a favourable proposal still waits for."""
    found: list[Text] = []
    wanted, given = scheme.workflow.experts, case.opinions.filter(given_at__isnull=False).count()
    if given < wanted:
        found.append(Text(f"il manque {wanted - given} avis d'expert", f"{wanted - given} expert opinions are missing"))
    if scheme.scoring is not None:
        scored = case.scores.count()
        if scored < scheme.scoring.scorers:
            left = counted(scheme.scoring.scorers - scored, Text("notation", "score"), Text("notations", "scores"))
            found.append(Text(f"il manque {left.fr}", f"{left.en} missing"))
    if scheme.workflow.pattern == "visit" and not case.visits.exists():
        found.append(Text("la visite n'est pas faite", "the visit is not made"))
    return found


def ready_for_yes(case: Case, scheme: Scheme) -> None:
    """Raise InputError where a favourable proposal cannot be made yet, or at all."""
    if missing := lacks(case, scheme):
        raise InputError(missing[0])
    if scoring.below(case, scheme):
        assert scheme.scoring is not None
        least = scheme.scoring.threshold
        raise InputError(
            Text(
                f"sous le seuil de {least} points sur 100, un dossier est proposé au refus",
                f"under the threshold of {least} points of 100, a case is proposed for refusal",
            )
        )


@transaction.atomic
def case_reopen(*, actor: User, case: Case, reason: str) -> Case:
    """Take a proposal back and examine again. Not while the case is on the agenda of a sitting that is open."""
    case = held(case)
    terms = terms_of(case)
    reason = worded(reason, needed=Text("dites pourquoi", "say why"))
    if case.items.filter(sitting__state="open", outcome="").exists():
        raise InputError(Text("le comité est en séance sur ce dossier", "the committee is sitting on this case"))
    move(case, "reopen", who="instructor", actor=actor, reason=reason)
    case.items.filter(sitting__state="convened", outcome="").delete()
    case.favourable = case.proposed = None
    case.save()
    step("grants.reopened.v1", case, terms)
    return case


@transaction.atomic
def piece_judge(*, actor: User, piece: Piece, verdict: str) -> Piece:
    """Say whether a piece shows what it should; empty takes the verdict back. Only while the case is examined."""
    case = held(piece.case)
    access.require(actor, case, "examine")
    if case.state not in OPEN:
        raise InputError(Text("ce dossier n'est plus à l'examen", "this case is no longer examined"))
    if verdict not in ("", "accepted", "rejected"):
        raise InputError(Text("verdict inconnu", "unknown verdict"))
    piece = Piece.objects.select_for_update().get(pk=piece.pk)
    piece.verdict = verdict
    piece.judged_by, piece.judged_at = (actor, timezone.now()) if verdict else (None, None)
    piece.save(update_fields=["verdict", "judged_by", "judged_at"])
    return piece


def assignable(case: Case) -> list[User]:
    """Agents posted to examine the cases of its scheme, by name, but for those who may not touch this one."""
    posts = access.in_post(case.programme, case.scheme).filter(duty=Duty.INSTRUCT)
    people = User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("name", "pk")[:200]
    barred: set[Any] = conflicted_of(case)
    return [one for one in people if one.pk not in barred]


def conflicted_of(case: Case) -> set[int]:
    """Accounts of the applicant's side, and those that recused themselves: in four statements, whatever their number."""
    from mandat.apps.organisations.models import Member

    organisations = set(case.parties.values_list("organisation", flat=True)) | {case.applicant_id}
    found = set(Member.objects.filter(organisation__in=organisations - {None}).values_list("user", flat=True))
    found |= set(case.shares.values_list("user", flat=True)) | set(case.recusals.values_list("user", flat=True))
    if case.applicant_id is None:
        found.add(case.opened_by_id)
    return found
