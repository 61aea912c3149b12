"""Comments in a thread: said, answered, edited within a few minutes, taken back leaving their place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.participation import codes, voices
from mandat.apps.participation.definitions import published_process
from mandat.apps.participation.models import Comment, Proposal, Thread
from mandat.apps.participation.models.debates import Side
from mandat.apps.participation.services.acting import Acting, acting
from mandat.apps.participation.services.proposals import speaks_for
from mandat.apps.participation.tallies import tally_add
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: How long a comment may be written anew, while nobody has answered it.
EDITABLE = dt.timedelta(minutes=15)
AN_HOUR = 60
#: Depth and length of comments on proposals, where no debate component says.
DEPTH, LONGEST = 3, 2000


#: Where something another app owns stands: process, component and its type, or None where it is not open to words.
Where = Callable[[str], "tuple[str, str, str] | None"]
#: Its address and its title.
About = Callable[[str], "tuple[str, str] | None"]
_KINDS: dict[str, tuple[Where, About]] = {}


def register_kind(kind: str, *, where: Where, about: About) -> None:
    """Let people comment on something another app owns (``kind`` of at most ten letters, its reference as target)."""
    _KINDS[kind] = (where, about)


def about_of(kind: str, target: str) -> tuple[str, str] | None:
    """What a thread of another app is about; None where its kind is not known, or it is gone."""
    return _KINDS[kind][1](target) if kind in _KINDS else None


def comment_add(
    *,
    user: User,
    kind: str,
    target: str,
    text: str,
    side: str = Side.NEITHER,
    parent: str = "",
    organisation: Any = None,
) -> tuple[Comment, Text | None]:
    """Say something about a proposal (``kind`` proposal, its reference) or a question (``question``, ``process/component/question``).

    Returns the comment, and why it waits where moderation holds it. Raises NotEntitled, InputError.
    """
    voices.take(user, "participation.comment", per_hour=AN_HOUR)
    with transaction.atomic():
        who = _target(user, kind, target, organisation)
        longest = getattr(who.component, "longest", LONGEST) if kind == "question" else LONGEST
        deepest = who.component.depth if kind == "question" else DEPTH
        said = voices.written(text, longest=longest, least=2)
        if side not in Side.values or (kind == "question" and not who.component.sides):
            side = Side.NEITHER
        thread, _made = Thread.objects.get_or_create(
            programme=who.published.programme, kind=kind, target=target,
            defaults={"process": who.published.code, "component": who.component.code},
        )  # fmt: skip
        above = _above(thread, parent) if parent else None
        # A reply as deep as the debate goes answers beside what it answers to.
        if above is not None and above.depth >= deepest:
            above = above.parent if above.parent is not None else above
        comment = Comment.objects.create(
            reference=codes.fresh(), thread=thread, parent=above, root=None if above is None else (above.root or above),
            depth=1 if above is None else above.depth + 1, side=side, author=who.place, text=said, at=who.at,
            version=who.published.ref.version, official=who.place.official,
        )  # fmt: skip
        if comment.root_id is not None:
            Comment.objects.filter(pk=comment.root_id).update(replies=F("replies") + 1)
        count(comment, 1)
        held = voices.held(kind="comment", reference=comment.reference, text=said, author=user)
        comment.refresh_from_db()
    return comment, held


def _above(thread: Thread, parent: str) -> Comment:
    found = Comment.objects.select_related("parent", "root").filter(thread=thread, reference=parent).first()
    if found is None or found.deleted_at is not None or found.hidden:
        raise InputError(Text("ce commentaire n'est plus là", "this comment is gone"))
    return found


def _target(user: User, kind: str, target: str, organisation: Any) -> Acting:
    if kind == "proposal":
        proposal = Proposal.objects.filter(reference=target).first()
        if proposal is None or proposal.state != Proposal.State.PUBLISHED or proposal.hidden:
            raise InputError(Text("cette proposition n'est plus publiée", "this proposal is not published any more"))
        who = acting(
            user=user,
            process=proposal.process,
            component=proposal.component,
            type_="proposals",
            organisation=organisation,
        )
        if not who.component.comments:
            raise InputError(Text("on ne commente pas ici", "nothing is commented here"))
        return who
    if kind in _KINDS:
        stands = _KINDS[kind][0](target)
        if stands is None:
            raise InputError(Text("on ne commente pas ici", "nothing is commented here"))
        return acting(user=user, process=stands[0], component=stands[1], type_=stands[2], organisation=organisation)
    process, _, rest = target.partition("/")
    component, _, question = rest.partition("/")
    who = acting(user=user, process=process, component=component, type_="debate", organisation=organisation)
    if question not in {one.code for one in who.component.questions}:
        raise InputError(Text("cette question n'existe pas", "this question does not exist"))
    return who


def count(comment: Comment, by: int) -> None:
    """Move every counter a comment moves: its proposal's, its thread's, then the component's and the process's."""
    thread = comment.thread
    if thread.kind == "proposal":
        Proposal.objects.filter(reference=thread.target).update(comments=F("comments") + by)
    side = f"sides_{comment.side}"
    changed: dict[str, Any] = {"comments": F("comments") + by, side: F(side) + by}
    if comment.root_id is None:
        changed["roots"] = F("roots") + by
    if by > 0:
        changed["last_at"] = comment.at
    Thread.objects.filter(pk=thread.pk).update(**changed)
    for component in (thread.component, ""):
        tally_add(thread.programme, thread.process, component, comments=by)


def mine(user: User, reference: str) -> Comment:
    """A comment of one's own, locked. Raises InputError."""
    row = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("thread", "author__organisation")
        .filter(reference=reference)
        .first()
    )
    if row is None or not speaks_for(user, row.author) or row.deleted_at is not None:
        raise InputError(Text("ce commentaire n'est pas le vôtre", "this comment is not yours"))
    return row


def editable(comment: Comment, at: dt.datetime) -> bool:
    """Whether a comment may still be written anew."""
    return comment.deleted_at is None and at - comment.at < EDITABLE and not comment.answers.exists()


@transaction.atomic
def comment_edit(*, user: User, reference: str, text: str) -> Comment:
    """Write a comment anew while nobody has answered, within a quarter of an hour. Raises InputError."""
    comment = mine(user, reference)
    now = timezone.now()
    if not editable(comment, now):
        raise InputError(
            Text("un commentaire se corrige pendant 15 minutes, tant que personne n'y a répondu", "a comment can be corrected for 15 minutes, while nobody has answered it")
        )  # fmt: skip
    component = published_process(comment.thread.process, comment.thread.programme).process.component(
        comment.thread.component
    )
    longest = getattr(component, "longest", LONGEST) if comment.thread.kind == "question" else LONGEST
    comment.text, comment.edited_at = voices.written(text, longest=longest, least=2), now
    comment.save(update_fields=["text", "edited_at"])
    voices.held(kind="comment", reference=comment.reference, text=comment.text, author=user)
    return comment


@transaction.atomic
def comment_delete(*, user: User, reference: str) -> None:
    """Take a comment back: its words go, its place stays where others answered. Raises InputError."""
    comment = mine(user, reference)
    comment.text, comment.deleted_at = "", timezone.now()
    comment.save(update_fields=["text", "deleted_at"])
    if not comment.hidden:
        count(comment, -1)
