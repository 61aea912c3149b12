"""A text written together: amendments are proposed, withdrawn and voted on while their moment lasts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.consultations import seams
from mandat.apps.consultations.held import Held, held_of
from mandat.apps.consultations.models import Amendment, AmendmentVote, ArticleVersion, Consultation, Shown
from mandat.apps.consultations.services.common import check_open, open_row, touched
from mandat.apps.participation.schema.contributions import Drafting
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

REASON = 3000
TITLE = 200
COLUMNS = {"for": "votes_for", "against": "votes_against", "abstain": "abstentions"}


def open_text(held: Held[Drafting], at: dt.datetime) -> Consultation:
    """The row of a text with the first version of its articles."""
    row = open_row(held, at)
    if not row.articles.exists():
        ArticleVersion.objects.bulk_create(
            [
                ArticleVersion(
                    consultation=row, code=article.code, position=(rank + 1) * 100, title=article.title.fr,
                    title_en=article.title.en, body=article.body.fr, body_en=article.body.en, since=at,
                )
                for rank, article in enumerate(held.document.articles)
            ],
            ignore_conflicts=True,
        )  # fmt: skip
    return row


@transaction.atomic
def amendment_propose(
    *,
    actor: User,
    held: Held[Drafting],
    kind: str,
    article: str,
    title: str = "",
    body: str = "",
    reason: str,
    base: int | None = None,
    at: dt.datetime | None = None,
) -> Amendment:
    """Ask for a change. ``base`` is the version the author had before their eyes: an older one is refused.

    Raises InputError (closed, empty, too long, changes nothing, too many), PermissionDenied.
    """
    at = at or timezone.now()
    document = held.document
    check_open(held, at, moment="amend")
    if not document.amendments:
        raise InputError(Text("ce texte ne s'amende pas", "this text takes no amendments"))
    who = seams.participant(actor, held.process, held.code, at)
    seams.limited(actor, "amend", per_hour=30)
    row = open_text(held, at)
    reason = seams.cleaned(reason, longest=REASON, what=Text("le motif", "the reason"))
    kept = {one.code: one for one in row.articles.filter(current=True, deleted=False)}
    target = kept.get(article)
    if target is None and not (kind == Amendment.Kind.ADD and not article):
        raise InputError(Text("cet article n'existe pas", "there is no such article"))
    if target is not None and base is not None and base != target.number:
        raise InputError(
            Text(
                "l'article a changé depuis que vous l'avez lu : relisez-le",
                "the article has changed since you read it: read it again",
            )
        )
    title = seams.cleaned(
        title, longest=TITLE, what=Text("le titre", "the title"), required=kind == Amendment.Kind.ADD, one_line=True
    )
    body = seams.cleaned(
        body, longest=document.longest, what=Text("le texte", "the text"), required=kind != Amendment.Kind.DELETE
    )
    if kind == Amendment.Kind.DELETE:
        title = body = ""
    if kind == Amendment.Kind.CHANGE and target is not None:
        title = ""
        if body == target.body.strip():
            raise InputError(Text("vous n'avez rien changé au texte", "you changed nothing in the text"))
    if Amendment.objects.filter(consultation=row, author=actor).exclude(shown=Shown.WITHDRAWN).count() >= document.most:
        raise InputError(
            Text(
                f"vous avez déjà proposé {document.most} amendements : c'est le maximum",
                f"you have proposed {document.most} amendments already: that is the most",
            )
        )
    hold = seams.held(f"{title}\n{body}\n{reason}", author=actor, kind=seams.AMENDMENT, at=at)
    made = Amendment.objects.create(
        consultation=row, kind=kind, article=article, base=target.number if target else 1, title=title, body=body,
        reason=reason, author=actor, name=who.name, made_at=at, shown=Shown.WAITING if hold else Shown.SHOWN,
    )  # fmt: skip
    seams.hold(hold, kind=seams.AMENDMENT, reference=made.reference, author=actor)
    touched(row, at, items=1)
    return made


@transaction.atomic
def amendment_withdraw(*, actor: User, amendment: Amendment, at: dt.datetime | None = None) -> None:
    """Its author takes it back while amendments may be proposed; its votes are kept with it, and it is shown as withdrawn."""
    at = at or timezone.now()
    locked = Amendment.objects.select_for_update(of=("self",)).select_related("consultation").get(pk=amendment.pk)
    if locked.author_id != actor.pk:
        raise InputError(Text("seul son auteur peut le retirer", "only its author may take it back"))
    check_open(held_of(locked.consultation), at, moment="amend")
    if locked.shown == Shown.WITHDRAWN:
        return
    locked.shown = Shown.WITHDRAWN
    locked.save(update_fields=["shown"])
    touched(locked.consultation, at, items=-1)


@transaction.atomic
def amendment_vote(
    *, actor: User, held: Held[Drafting], amendment: Amendment, choice: str, at: dt.datetime | None = None
) -> AmendmentVote:
    """Vote for, against or abstain; voting again changes one's vote. The counters move with it. Raises InputError, PermissionDenied."""
    at = at or timezone.now()
    check_open(held, at, moment="vote")
    if not held.document.votes:
        raise InputError(Text("ces amendements ne se votent pas", "these amendments are not voted on"))
    if choice not in COLUMNS:
        raise InputError(Text("choisissez pour, contre ou abstention", "choose for, against or abstention"))
    seams.participant(actor, held.process, held.code, at)
    # The voter's own row is locked, never the amendment first: two people voting do not wait for each other to read.
    vote = AmendmentVote.objects.select_for_update().filter(amendment=amendment, voter=actor).first()
    counters: dict[str, Any] = {}
    if vote is None:
        try:
            with transaction.atomic():
                vote = AmendmentVote.objects.create(amendment=amendment, voter=actor, choice=choice)
        except IntegrityError:
            return amendment_vote(actor=actor, held=held, amendment=amendment, choice=choice, at=at)
        counters[COLUMNS[choice]] = F(COLUMNS[choice]) + 1
    elif vote.choice != choice:
        counters[COLUMNS[vote.choice]] = F(COLUMNS[vote.choice]) - 1
        counters[COLUMNS[choice]] = F(COLUMNS[choice]) + 1
        vote.choice = choice
        vote.save(update_fields=["choice"])
    if counters:
        open_amendments = Amendment.objects.filter(pk=amendment.pk, shown=Shown.SHOWN, outcome="")
        if not open_amendments.update(**counters):
            raise InputError(Text("cet amendement ne se vote plus", "this amendment is no longer voted on"))
        touched(amendment.consultation, at)
    return vote
