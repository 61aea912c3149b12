"""Report, hold, decide, ask to look again, answer: what happens to what people publish, in the open.

Every decision names a rule of the charter and says why in words its author reads; it appends a fact (which rule, what outcome, no word of
anyone). Whoever decided does not answer the appeal, nobody decides about their own words, and two agents at once decide once.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.charter import charter, charter_and_version, rule_of, rule_title
from mandat.apps.community.models import (
    ModerationAppeal,
    ModerationCase,
    ModerationDecision,
    Outcome,
    Report,
    State,
)
from mandat.apps.community.moderation import Hold, contents
from mandat.apps.community.standing import check_may_publish
from mandat.apps.community.text import cleaned
from mandat.facts import Fact
from mandat.facts.community import Why
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Characters of a report, of the words of a decision, of an appeal.
LONGEST_REPORT, LONGEST_WORDS, LONGEST_GROUNDS = 1000, 2000, 3000
#: Hours to look at what may be unlawful.
URGENT_HOURS = 24

_STATES = {
    Outcome.KEEP: State.VISIBLE,
    Outcome.RESTORE: State.VISIBLE,
    Outcome.HIDE: State.HIDDEN,
    Outcome.CHANGE: State.CHANGE,
    Outcome.REFUSE: State.REFUSED,
}
_SHOWN = frozenset({State.VISIBLE})
_TITLES = {
    Outcome.KEEP: "contenu maintenu",
    Outcome.HIDE: "contenu masqué",
    Outcome.CHANGE: "modification demandée",
    Outcome.REFUSE: "contenu refusé",
    Outcome.RESTORE: "contenu rétabli",
}


@transaction.atomic
def report(*, actor: User, kind: str, content: str, reason: str, words: str = "") -> Report:
    """Say that a content breaks a rule of the charter. Once a person; a second time changes nothing.

    Hidden at once where the rule is urgent or as many as the charter says have reported it, until someone looks. Raises InputError for
    one's own content, an unknown rule or content.
    """
    require(actor, "community.report")
    rule = rule_of(reason)
    found = contents.require_content(kind, content)
    if found.author is not None and found.author.pk == actor.pk:
        raise InputError(Text("ce contenu est le vôtre", "this content is yours"))
    words = cleaned(words, longest=LONGEST_REPORT)
    case = _case(kind, content, found.author)
    kept, made = Report.objects.get_or_create(
        case=case, reporter=actor, defaults={"reason": rule.code, "words": words, "at": timezone.now()}
    )
    if not made:
        return kept
    case.reports += 1
    fresh = Report.objects.filter(case=case, upheld__isnull=True).count()
    _wait(case, hours=URGENT_HOURS if rule.urgent else charter().decide_hours)
    # What someone looked at already and kept is not hidden again by numbers alone.
    looked_at = case.decisions.filter(outcome__in=(Outcome.KEEP, Outcome.RESTORE)).exists()
    if case.state == State.VISIBLE and not looked_at and (rule.urgent or fresh >= charter().holds.reports):
        found.hide()
        case.state = State.HELD
        case.held_for = _codes(case, ("urgent",) if rule.urgent else ("reports",))
        _tell(found.author, "held", case)
    case.save()
    return kept


@transaction.atomic
def hold(*, kind: str, content: str, author: User | None, hold: Hold) -> ModerationCase:
    """Enter what ``moderation.checked`` held: the content, hidden by whoever created it, waits for someone to look; its author is told."""
    case = _case(kind, content, author)
    case.held_for = _codes(case, hold.reasons)
    if case.state == State.VISIBLE:
        case.state = State.HELD
    _wait(case, hours=charter().decide_hours)
    case.save()
    if (found := contents.content_of(kind, content)) is not None:
        found.hide()
    _tell(author, "held", case)
    return case


@transaction.atomic
def open_case(*, actor: User, kind: str, content: str) -> ModerationCase:
    """A moderator takes up a content that nobody reported. Raises InputError where there is none."""
    require(actor, "community.moderate")
    found = contents.require_content(kind, content)
    return _case(kind, content, found.author)


@transaction.atomic
def decide(
    *, actor: User, case: ModerationCase, outcome: str, reason: str, words: str = "", seen: int | None = None
) -> ModerationDecision:
    """Decide what becomes of a content, under a rule of the charter. All but ``keep`` and ``restore`` need ``words`` to the author.

    ``seen``: how many decisions there were when its page was read. Two moderators at once decide once, the second is told. Raises InputError for one's own content, while an appeal
    waits, or a decision that changes nothing; PermissionDenied.
    """
    require(actor, "community.moderate")
    seen = case.decisions.count() if seen is None else seen
    case = _held(case)
    if case.author_id == actor.pk:
        raise InputError(Text("ce contenu est le vôtre", "this content is yours"))
    if case.decisions.count() != seen:
        raise InputError(
            Text(
                "quelqu'un d'autre vient de décider : relisez la page", "somebody else has just decided: read it again"
            )
        )
    if ModerationAppeal.objects.filter(decision__case=case, upheld__isnull=True).exists():
        raise InputError(Text("un recours attend : il se tranche à part", "an appeal waits: it is decided by itself"))
    if outcome not in Outcome.values:
        raise InputError(Text("choisissez une décision", "choose a decision"))
    chosen = Outcome(outcome)
    if chosen == Outcome.KEEP and case.state not in (State.VISIBLE, State.HELD):
        chosen = Outcome.RESTORE
    if case.due_at is None and _STATES[chosen] == case.state:
        raise InputError(Text("ce contenu est déjà ainsi", "this content stands so already"))
    words = cleaned(words, longest=LONGEST_WORDS)
    if chosen not in (Outcome.KEEP, Outcome.RESTORE) and len(words) < 10:
        raise InputError(Text("dites pourquoi à son auteur", "tell its author why"))
    why: Why = "report" if case.reports else "automatic" if case.held_for else "initiative"
    return _decide(case, actor=actor, outcome=chosen, reason=rule_of(reason).code, words=words, why=why)


@transaction.atomic
def changed(*, actor: User, kind: str, content: str) -> ModerationCase | None:
    """The author changed a content they were asked to change, or that waits: someone looks at it again. None where it is in no case."""
    case = (
        ModerationCase.objects.select_for_update()
        .filter(programme=settings.MANDAT_PROGRAMME, kind=kind, content=content)
        .first()
    )
    if case is None or case.author_id != actor.pk or case.state not in (State.CHANGE, State.HELD):
        return None
    case.state = State.HELD
    _wait(case, hours=charter().decide_hours)
    case.save()
    return case


@transaction.atomic
def appeal(*, actor: User, case: ModerationCase, grounds: str) -> ModerationAppeal:
    """The author contests the last decision. Raises InputError once it is too late, contested already, or in their favour."""
    case = _held(case)
    if case.author_id != actor.pk:
        raise InputError(Text("seul son auteur peut contester", "only its author may contest"))
    decision = case.decisions.order_by("-rank").first()
    if decision is None or decision.outcome in (Outcome.KEEP, Outcome.RESTORE):
        raise InputError(Text("rien à contester ici", "nothing to contest here"))
    if ModerationAppeal.objects.filter(decision=decision).exists():
        raise InputError(Text("cette décision est déjà contestée", "this decision is contested already"))
    if ModerationAppeal.objects.filter(decision__case=case, upheld=False).exists():
        raise InputError(Text("ce recours a déjà été tranché", "this appeal was decided already"))
    now = timezone.now()
    rules = charter()
    if now > decision.at + dt.timedelta(days=rules.appeal_days):
        raise InputError(Text("le délai de recours est passé", "the time to appeal is over"))
    grounds = cleaned(grounds, longest=LONGEST_GROUNDS, least=10)
    return ModerationAppeal.objects.create(
        decision=decision,
        author=actor,
        grounds=grounds,
        lodged_at=now,
        due_at=now + dt.timedelta(days=rules.appeal_answer_days),
    )


@transaction.atomic
def appeal_decide(*, actor: User, appeal: ModerationAppeal, upheld: bool, words: str) -> ModerationAppeal:
    """Another agent than the first answers. ``upheld``: the content is shown again. Raises InputError for the first agent, or once answered."""
    require(actor, "community.appeal_decide")
    case = _held(appeal.decision.case)
    appeal = ModerationAppeal.objects.select_for_update().select_related("decision").get(pk=appeal.pk)
    if appeal.upheld is not None:
        raise InputError(Text("ce recours est déjà tranché", "this appeal is decided already"))
    if actor.pk in {appeal.decision.by_id, case.author_id}:
        raise InputError(Text("une autre personne doit trancher ce recours", "somebody else must decide this appeal"))
    now = timezone.now()
    appeal.upheld, appeal.by, appeal.decided_at = upheld, actor, now
    appeal.words = cleaned(words, longest=LONGEST_WORDS, least=10)
    appeal.save()
    _append(
        "community.appeal_decided.v1",
        case,
        {
            "upheld": upheld,
            "answer": "l'auteur a raison" if upheld else "décision confirmée",
            "days": (now - appeal.lodged_at).days,
            "late": now > appeal.due_at,
        },
    )
    if upheld:
        _decide(
            case, actor=actor, outcome=Outcome.RESTORE, reason=appeal.decision.reason, words=appeal.words, why="appeal"
        )
    _tell(appeal.author, "appeal", case, key=f"appeal-{appeal.pk}")
    return appeal


def _decide(
    case: ModerationCase, *, actor: User | None, outcome: Outcome, reason: str, words: str, why: Why
) -> ModerationDecision:
    now = timezone.now()
    rank = case.decisions.count() + 1
    days = (now - case.opened_at).days
    late = case.due_at is not None and now > case.due_at
    entry = _append(
        "community.moderated.v1",
        case,
        {
            "outcome": outcome.value,
            "outcome_title": _TITLES[outcome],
            "reason": reason,
            "rule": rule_title(reason).fr,
            "why": why,
            "days": days,
            "late": late,
        },
    )
    decision = ModerationDecision.objects.create(
        case=case,
        rank=rank,
        outcome=outcome,
        reason=reason,
        words=words,
        by=actor,
        at=now,
        charter_version=charter_and_version()[1],
        fact_index=entry.index,
    )
    found = contents.content_of(case.kind, case.content)
    if found is not None:
        (found.show if _STATES[outcome] in _SHOWN else found.hide)()
    Report.objects.filter(case=case, upheld__isnull=True).update(upheld=_STATES[outcome] not in _SHOWN)
    was_held = case.state != State.VISIBLE
    case.state, case.due_at, case.decided_at = _STATES[outcome], None, now
    case.save()
    if why != "appeal" and (outcome != Outcome.KEEP or was_held):
        _tell(case.author, "decided", case, key=f"{case.pk}-{rank}")
    return decision


def _append(kind: str, case: ModerationCase, data: dict[str, Any]) -> Entry:
    [entry] = journal.append(
        [
            Fact(
                kind=kind,
                occurred_on=timezone.localdate(),
                programme=case.programme,
                data={"case": case.reference, "content": case.kind, **data},
                synthetic=case.synthetic or bool(settings.MANDAT_DEMO),
            )
        ]
    )
    return entry


def _case(kind: str, content: str, author: User | None) -> ModerationCase:
    """The case of a content, locked; opened where it has none."""
    where = {"programme": settings.MANDAT_PROGRAMME, "kind": kind, "content": content}
    fresh = ModerationCase(**where, author=author, opened_at=timezone.now(), synthetic=bool(settings.MANDAT_DEMO))
    ModerationCase.objects.bulk_create([fresh], ignore_conflicts=True)
    return ModerationCase.objects.select_for_update().get(**where)


def _held(case: ModerationCase) -> ModerationCase:
    return ModerationCase.objects.select_for_update().get(pk=case.pk)


def _wait(case: ModerationCase, *, hours: int) -> None:
    """Someone must look within ``hours``; a day set already and sooner stands. What was settled opens anew."""
    now = timezone.now()
    due = now + dt.timedelta(hours=hours)
    if case.due_at is None:
        case.opened_at = now
    case.due_at = due if case.due_at is None else min(case.due_at, due)


def _codes(case: ModerationCase, reasons: tuple[str, ...]) -> str:
    known = [code for code in case.held_for.split(",") if code]
    return ",".join([*known, *(code for code in reasons if code not in known)])[:120]


def _tell(author: User | None, kind: str, case: ModerationCase, *, key: str = "") -> None:
    if author is not None:
        notices.notify(author, f"community.{kind}", case.reference, key=key or f"{case.pk}-{case.decisions.count()}")


__all__ = ["appeal", "appeal_decide", "changed", "check_may_publish", "decide", "hold", "open_case", "report"]
