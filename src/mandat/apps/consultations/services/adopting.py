"""Once the last phase has closed: the rule of adoption is applied, conflicts wait for an agent, the resulting text is written."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.consultations import seams
from mandat.apps.consultations.held import Held, held_of
from mandat.apps.consultations.models import Amendment, AmendmentVote, ArticleVersion, Consultation, Settlement, Shown
from mandat.apps.consultations.services import following
from mandat.apps.consultations.services.common import line
from mandat.apps.consultations.services.drafting import COLUMNS
from mandat.apps.participation.schema.contributions import Drafting
from mandat.engines.drafting import Change, changes, conflicts, merged, text_of, words
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Outcome = Amendment.Outcome


def is_adopted(amendment: Amendment, *, quorum: int, adopted_at: Decimal) -> bool:
    """The rule: enough people voted, more for than against, and those for are at least ``adopted_at`` percent of both."""
    expressed = amendment.votes_for + amendment.votes_against
    return (
        amendment.voters >= quorum
        and amendment.votes_for > amendment.votes_against
        and 100 * amendment.votes_for >= adopted_at * expressed
    )


@transaction.atomic
def text_close(*, held: Held[Drafting], at: dt.datetime | None = None) -> Consultation | None:
    """Apply the rule to every amendment; where none meets another the text is settled at once. Done once; None before the end.

    Votes are counted anew from the votes themselves: counters only show them meanwhile.
    """
    at = at or timezone.now()
    row = Consultation.objects.select_for_update().filter(
        programme=held.programme, process=held.process.code, component=held.code
    ).first()  # fmt: skip
    if row is None or row.closed_at is not None or not held.is_over(at):
        return None
    found = list(Amendment.objects.filter(consultation=row, outcome="", shown=Shown.SHOWN).order_by("made_at", "pk"))
    _recounted(found)
    row.closed_at, row.changed_at = at, at
    row.people = len(
        {
            *AmendmentVote.objects.filter(amendment__consultation=row)
            .order_by()
            .values_list("voter", flat=True)
            .distinct(),
            *Amendment.objects.filter(consultation=row, author__isnull=False)
            .order_by()
            .values_list("author", flat=True),
        }
    )
    row.save(update_fields=["closed_at", "changed_at", "people"])
    document = held.document
    for one in found:
        adopted = is_adopted(one, quorum=document.quorum, adopted_at=document.adopted_at)
        one.outcome, one.decided_at = Outcome.ADOPTED if adopted else Outcome.REJECTED, at
    adopted_now = [one for one in found if one.outcome == Outcome.ADOPTED]
    for group in groups_in_conflict(row, adopted_now):
        for one in adopted_now:
            if one.reference in group:
                one.outcome = Outcome.CONFLICT
    Amendment.objects.bulk_update(found, ["outcome", "decided_at", *COLUMNS.values()], batch_size=200)
    told = row.people if row.people >= 5 else None
    journal.append(
        [
            line(
                "consultations.closed.v1", held, on=timezone.localdate(at), quantity=told,
                unit="person" if told is not None else "", synthetic=row.synthetic, data={"items": row.items},
                source=f"consultations-closed:{row}",
            )
        ]
    )  # fmt: skip
    following.closed(held, row, at)
    if not any(one.outcome == Outcome.CONFLICT for one in found):
        _settle_text(held, row, at)
    return row


def _recounted(found: Sequence[Amendment]) -> None:
    """Take the counters from the votes themselves, which alone decide."""
    counted: Counter[tuple[int, str]] = Counter()
    rows = AmendmentVote.objects.filter(amendment__in=found).order_by().values("amendment", "choice")
    for one in rows.annotate(n=Count("pk")):
        counted[one["amendment"], one["choice"]] = one["n"]
    for amendment in found:
        for choice, column in COLUMNS.items():
            setattr(amendment, column, counted[amendment.pk, choice])


def _base_text(row: Consultation) -> dict[str, ArticleVersion]:
    return {one.code: one for one in row.articles.filter(current=True)}


def _changes(amendment: Amendment, article: ArticleVersion) -> list[Change]:
    """The changes of one amendment to the words of an article: a deletion touches them all."""
    after = "" if amendment.kind == Amendment.Kind.DELETE else amendment.body
    if amendment.kind == Amendment.Kind.DELETE:
        return [Change(amendment.reference, 0, len(words(article.body)), ())]
    return changes(amendment.reference, article.body, after)


def groups_in_conflict(row: Consultation, adopted: Sequence[Amendment]) -> list[tuple[str, ...]]:
    """Groups of references whose amendments touch the same words of an article."""
    articles = _base_text(row)
    found: list[tuple[str, ...]] = []
    for code in sorted({one.article for one in adopted}):
        rows = [one for one in adopted if one.article == code and one.kind != Amendment.Kind.ADD]
        article = articles.get(code)
        if article is not None and len(rows) > 1:
            found += conflicts(change for one in rows for change in _changes(one, article))
    return found


@transaction.atomic
def conflict_settle(
    *,
    actor: User,
    held: Held[Drafting],
    references: Sequence[str],
    kept: Sequence[str],
    reason: str,
    at: dt.datetime | None = None,
) -> Settlement:
    """Say in public which amendments of a group are kept, and why; those kept may not meet. The last one settles the text.

    Raises InputError, PermissionDenied.
    """
    require(actor, "participation.manage")
    at = at or timezone.now()
    row = Consultation.objects.select_for_update().get(
        programme=held.programme, process=held.process.code, component=held.code
    )
    reason = seams.cleaned(reason, longest=3000, what=Text("le motif", "the reason"))
    waiting = list(row.amendments.filter(outcome=Outcome.CONFLICT).order_by("made_at", "pk"))
    group = [one for one in waiting if one.reference in set(references)]
    known = {tuple(sorted(found)) for found in groups_in_conflict(row, waiting)}
    if tuple(sorted(one.reference for one in group)) not in known:
        raise InputError(Text("ces amendements ne sont plus en conflit", "these amendments are no longer in conflict"))
    if not set(kept) <= {one.reference for one in group}:
        raise InputError(Text("un amendement gardé est du groupe", "an amendment kept is of the group"))
    chosen = [one for one in group if one.reference in kept]
    if len(chosen) > 1 and groups_in_conflict(row, chosen):
        raise InputError(
            Text(
                "ces amendements touchent les mêmes mots : gardez-en un",
                "these amendments touch the same words: keep one",
            )
        )
    for one in group:
        one.outcome = Outcome.ADOPTED if one in chosen else Outcome.SET_ASIDE
        one.save(update_fields=["outcome"])
    settled = Settlement.objects.create(
        consultation=row, article=group[0].article, references=sorted(one.reference for one in group),
        kept=sorted(kept), reason=reason, settled_by=actor, settled_at=at,
    )  # fmt: skip
    Consultation.objects.filter(pk=row.pk).update(changed_at=at)
    journal.append(
        [
            line(
                "consultations.conflict_settled.v1", held, on=timezone.localdate(at), synthetic=row.synthetic,
                data={"article": settled.article, "references": settled.references, "kept": settled.kept},
            )
        ]
    )  # fmt: skip
    if not row.amendments.filter(outcome=Outcome.CONFLICT).exists():
        _settle_text(held, row, at)
    return settled


def _settle_text(held: Held[Drafting], row: Consultation, at: dt.datetime) -> None:
    """Write the new versions of the articles that adopted amendments change, and the fact."""
    adopted = list(row.amendments.filter(outcome=Outcome.ADOPTED).order_by("made_at", "pk"))
    articles = _base_text(row)
    for code, article in sorted(articles.items()):
        touching = [one for one in adopted if one.article == code and one.kind != Amendment.Kind.ADD]
        if not touching:
            continue
        pieces = merged(article.body, (change for one in touching for change in _changes(one, article)))
        deleted = any(one.kind == Amendment.Kind.DELETE for one in touching)
        ArticleVersion.objects.filter(pk=article.pk).update(current=False)
        ArticleVersion.objects.create(
            consultation=row, code=code, number=article.number + 1, position=article.position, title=article.title,
            title_en=article.title_en, body=text_of(pieces).strip(), deleted=deleted, since=at,
            pieces=[[piece.kind, piece.text, list(piece.origins)] for piece in pieces],
        )  # fmt: skip
    _added(row, [one for one in adopted if one.kind == Amendment.Kind.ADD], articles, at)
    counts = {
        name: row.amendments.filter(outcome=outcome).count()
        for name, outcome in (("adopted", "adopted"), ("rejected", "rejected"), ("set_aside", "set-aside"))
    }
    proposed = row.amendments.exclude(Q(shown=Shown.HIDDEN) | Q(shown=Shown.WAITING)).count()
    journal.append(
        [
            line(
                "consultations.text_adopted.v1", held, on=timezone.localdate(at), quantity=counts["adopted"],
                unit="amendment", synthetic=row.synthetic, source=f"consultations-adopted:{row}",
                data={**counts, "proposed": proposed, "sha256": hashlib.sha256(plain_text(row).encode()).hexdigest()},
            )
        ]
    )  # fmt: skip
    following.told_adopted(held, at)


def _added(
    row: Consultation, adopted: Sequence[Amendment], articles: dict[str, ArticleVersion], at: dt.datetime
) -> None:
    """New articles after the one they name; several after the same one go by votes for, then by reference."""
    after: dict[str, list[Amendment]] = {}
    for one in adopted:
        after.setdefault(one.article, []).append(one)
    for code, rows in after.items():
        base = articles[code].position if code in articles else 0
        for rank, one in enumerate(sorted(rows, key=lambda one: (-one.votes_for, one.reference)), start=1):
            ArticleVersion.objects.create(
                consultation=row, code=f"ajout-{one.reference}", position=base + min(rank, 99), title=one.title,
                body=one.body, since=at, pieces=[["inserted", one.body, [one.reference]]],
            )  # fmt: skip


def plain_text(row: Consultation) -> str:
    """The text in force, article by article, in French."""
    found = row.articles.filter(current=True, deleted=False).order_by("position", "code")
    return "\n\n".join(f"{one.title}\n\n{one.body}" for one in found) + "\n"


def texts_close(*, at: dt.datetime | None = None) -> int:
    """Close every text whose last phase is over. Returns how many."""
    done = 0
    for row in Consultation.objects.filter(type="drafting", closed_at__isnull=True).order_by("pk"):
        try:
            held = held_of(row)
        except InputError:
            continue
        done += text_close(held=held, at=at) is not None
    return done
