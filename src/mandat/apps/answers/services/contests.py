"""Contest a published figure with another value and its source; examine it; answer; correct."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.answers import filing, rule
from mandat.apps.answers.models import Contest
from mandat.apps.community import moderation as checks
from mandat.apps.community.services import events, moderation
from mandat.apps.community.standing import check_may_publish
from mandat.apps.community.text import cleaned
from mandat.apps.custody.subjects import subject_open
from mandat.apps.programme.published import published
from mandat.apps.programme.standing import course
from mandat.facts import Fact
from mandat.journal import Entry
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LONGEST = 3000
_OUTCOMES = {
    Contest.State.UPHELD: "fondée",
    Contest.State.PARTLY: "fondée en partie",
    Contest.State.REJECTED: "non fondée",
}


@transaction.atomic
def contest(
    *,
    actor: User,
    commitment: str,
    value: Decimal,
    as_of: dt.date,
    source_title: str,
    why: str,
    source_url: str = "",
    file: File[bytes] | None = None,
) -> Contest:
    """Give another value for a commitment's figure, in its own unit, with a source (an https link or a file) and why.

    Raises InputError for an unknown commitment, no source, a day to come, a value that cannot be, too many waiting, or words the charter refuses.
    """
    require(actor, "answers.contest")
    check_may_publish(actor)
    current = published()
    if commitment not in current.commitments:
        raise InputError(Text(f"engagement inconnu : {commitment}", f"unknown commitment: {commitment}"))
    standing = course(current, commitment)
    why = cleaned(why, longest=LONGEST, least=20)
    source_title = cleaned(source_title, longest=200, least=5, one_line=True)
    if source_url and not source_url.startswith("https://"):
        raise InputError(Text("le lien commence par https://", "the link begins with https://"))
    if not source_url and file is None:
        raise InputError(Text("donnez une source : un lien ou un fichier", "give a source: a link or a file"))
    if as_of > timezone.localdate():
        raise InputError(Text("ce jour est dans l'avenir", "this day lies in the future"))
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise InputError(Text("cette valeur ne peut pas être", "this value cannot be"))
    User.objects.select_for_update().get(pk=actor.pk)
    mine = Contest.objects.filter(author=actor, programme=current.code, state=Contest.State.PENDING)
    if mine.count() >= rule.waiting():
        raise InputError(
            Text(
                "vos contestations en cours doivent d'abord être examinées",
                "those you lodged must be examined first",
            )
        )
    if mine.filter(commitment=commitment).exists():
        raise InputError(Text("vous contestez déjà ce chiffre", "you contest this figure already"))
    due = timezone.localdate() + dt.timedelta(days=rule.days())
    made = Contest(
        programme=current.code,
        commitment=commitment,
        author=actor,
        shown=standing.value.value,
        value=value.quantize(Decimal("0.000001")),
        unit=standing.commitment.goal.unit,
        as_of=as_of,
        source_title=source_title,
        source_url=source_url[:500],
        why=why,
        made_at=timezone.now(),
        due_on=due,
        synthetic=bool(settings.MANDAT_DEMO),
    )
    if file is not None:
        made.person = subject_open()
        made.upload = filing.store(file, subject=made.person, actor=actor)
    hold = checks.checked(why, author=actor, kind="contest")
    made.hidden = hold is not None
    made.fact_index = _append("answers.figure_contested.v1", made, due_on=due).index
    made.save()
    if hold is not None:
        moderation.hold(kind="contest", content=made.reference, author=actor, hold=hold)
    return made


@transaction.atomic
def contest_withdraw(*, actor: User, contest: Contest) -> Contest:
    """Its author takes a contest back while nobody answered. Raises InputError, PermissionDenied."""
    held = _held(contest)
    if held.author_id != actor.pk:
        raise PermissionDenied("answers.contest")
    _pending(held)
    held.state, held.answered_at = Contest.State.WITHDRAWN, timezone.now()
    held.save()
    _append("answers.contest_withdrawn.v1", held)
    return held


@transaction.atomic
def contest_answer(
    *, actor: User, contest: Contest, outcome: str, text: Text, correction: int | None = None
) -> Contest:
    """Say whether a contested figure stands, and why. ``correction``: the fact that corrects it, by those who may correct facts.

    Raises InputError for one's own contest, one already answered, an empty answer, or a correction that corrects nothing of the commitment.
    """
    require(actor, "answers.examine")
    held = _held(contest)
    if held.author_id == actor.pk:
        raise InputError(Text("cette contestation est la vôtre", "this contest is yours"))
    _pending(held)
    if outcome not in (Contest.State.UPHELD, Contest.State.PARTLY, Contest.State.REJECTED):
        raise InputError(Text("dites ce que l'examen conclut", "say what the examination finds"))
    fr = cleaned(text.fr, longest=LONGEST, least=20)
    en = cleaned(text.en, longest=LONGEST)
    day = timezone.localdate()
    if correction is not None:
        _check_correction(held, correction, outcome)
    held.state, held.answer_fr, held.answer_en = Contest.State(outcome), fr, en
    held.answered_at, held.answered_by, held.correction = timezone.now(), actor, correction
    held.save()
    _append(
        "answers.contest_examined.v1",
        held,
        quantity=Decimal(1),
        outcome=outcome,
        outcome_title=_OUTCOMES[held.state],
        days=max(0, (day - timezone.localdate(held.made_at)).days),
        on_time=day <= held.due_on,
        **({} if correction is None else {"correction": correction}),
    )
    _tell(held)
    return held


@transaction.atomic
def contest_correct(*, actor: User, contest: Contest, correction: int) -> Contest:
    """Say which fact corrected the figure after an upheld contest. Raises InputError, PermissionDenied."""
    require(actor, "programme.fact_correct")
    held = _held(contest)
    if held.correction is not None:
        raise InputError(Text("la correction est déjà dite", "the correction is said already"))
    _check_correction(held, correction, held.state)
    held.correction = correction
    held.save()
    _append("answers.figure_corrected.v1", held, correction=correction)
    return held


def _check_correction(held: Contest, index: int, outcome: str) -> None:
    if outcome not in (Contest.State.UPHELD, Contest.State.PARTLY):
        raise InputError(Text("rien n'est à corriger", "nothing is to be corrected"))
    try:
        entry = journal.entry(index)
    except journal.UnknownFactError as error:
        raise InputError(Text(f"le fait {index} n'existe pas", f"there is no fact {index}")) from error
    touches = held.commitment in entry.fact.commitments or int(held.commitment.split(".")[0]) in entry.fact.measures
    if entry.fact.programme != held.programme or not touches or entry.recorded_at < held.made_at:
        raise InputError(
            Text(
                "ce fait ne corrige pas ce chiffre depuis sa contestation",
                "this fact corrects nothing of this figure since it was contested",
            )
        )


def _held(contest: Contest) -> Contest:
    return Contest.objects.select_for_update().get(pk=contest.pk)


def _pending(held: Contest) -> None:
    if held.state != Contest.State.PENDING:
        raise InputError(Text("cette contestation est déjà close", "this contest is closed already"))


def _append(kind: str, held: Contest, *, quantity: Decimal | None = None, **data: Any) -> Entry:
    [entry] = journal.append(
        [
            Fact(
                kind=kind,
                occurred_on=timezone.localdate(),
                programme=held.programme,
                measures=(int(held.commitment.split(".")[0]),),
                quantity=quantity,
                unit="item" if quantity is not None else "",
                subject=held.reference,
                data={"contest": held.reference, "commitment": held.commitment, **data},
                synthetic=held.synthetic,
            )
        ]
    )
    return entry


def overdue_fact(held: Contest) -> Entry:
    """Append that nobody examined a contest in time."""
    return _append("answers.contest_overdue.v1", held, due_on=held.due_on)


def _tell(held: Contest) -> None:
    outcome = _OUTCOMES[Contest.State(held.state)]
    english = {"upheld": "upheld", "partly": "upheld in part", "rejected": "not upheld"}[held.state]
    events.tell(
        target=f"measure:{held.commitment.split('.')[0]}",
        title=Text(
            f"Chiffre contesté (engagement {held.commitment}) : contestation {outcome}",
            f"Contested figure (commitment {held.commitment}): {english}",
        ),
        url=reverse("answers:contest", args=[held.reference]),
        at=timezone.now(),
        answer=True,
        key=f"contest:{held.reference}",
    )
    if held.author is not None:
        notices.notify(held.author, "answers.contest", held.reference, key=held.reference)
