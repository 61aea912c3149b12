"""What agents do with a claim before deciding it: take it, ask for evidence, judge a piece. Each may be done to many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import may, require
from mandat.apps.rights.machine import OPEN, State
from mandat.apps.rights.models import Claim, EvidenceRequest, Piece, SavedFilter
from mandat.apps.rights.services.moving import check_agent, fact, held, move, terms_of, today
from mandat.apps.rights.services.notices import notify
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Days given to send what is asked for, unless the agent says otherwise.
DAYS_TO_ANSWER = 30
FEWEST_DAYS, MOST_DAYS = 8, 120
#: Claims that one action may touch.
MOST_AT_ONCE = 200


@transaction.atomic
def claims_assign(*, actor: User, claims: Iterable[Claim], to: User | None) -> dict[int, int | None]:
    """Give claims to an agent, or to nobody. Those of the agent's own, drafts and closed ones are left out.

    Returns who had each before, by claim: what undoes it.
    """
    require(actor, "rights.instruct")
    if to is not None and not may(to, "rights.instruct"):
        raise InputError(Text("cette personne n'instruit pas", "this person does not instruct"))
    wanted = [claim.pk for claim in claims][:MOST_AT_ONCE]
    held_now = Claim.objects.select_for_update().filter(pk__in=wanted, state__in=[*OPEN, State.APPEALED]).order_by("pk")
    before: dict[int, int | None] = {}
    for claim in held_now:
        if to is not None and claim.claimant_id == to.pk:
            continue
        before[claim.pk] = claim.assigned_to_id
    Claim.objects.filter(pk__in=before).update(assigned_to=to)
    return before


@transaction.atomic
def assignments_restore(*, actor: User, before: Mapping[int, int | None]) -> int:
    """Undo an assignment. Claims that someone else was given meanwhile are the same rows: the last undo wins."""
    require(actor, "rights.instruct")
    agents = {user.pk: user for user in User.objects.filter(pk__in={pk for pk in before.values() if pk})}
    done = 0
    for claim in Claim.objects.select_for_update().filter(pk__in=list(before)[:MOST_AT_ONCE]).order_by("pk"):
        wanted = before[claim.pk]
        if wanted is not None and (wanted == claim.claimant_id or not may(agents.get(wanted), "rights.instruct")):
            continue
        claim.assigned_to_id = wanted
        claim.save(update_fields=["assigned_to"])
        done += 1
    return done


@transaction.atomic
def evidence_ask(
    *, actor: User, claim: Claim, codes: Sequence[str], text: str = "", days: int = DAYS_TO_ANSWER
) -> EvidenceRequest:
    """Ask for pieces, or for words where ``codes`` is empty: the delay stands still until they come (CRPA L114-5)."""
    claim = held(claim)
    check_agent(actor, claim, "rights.instruct")
    terms = terms_of(claim)
    known = {evidence.code for evidence in terms.document.evidence}
    codes, text = list(dict.fromkeys(codes)), text.strip()
    if unknown := [code for code in codes if code not in known]:
        raise InputError(Text(f"pièce inconnue : {unknown[0]}", f"unknown evidence: {unknown[0]}"))
    if not codes and not text:
        raise InputError(Text("dites ce qui manque", "say what is missing"))
    if len(text) > 2000:
        raise InputError(Text("texte trop long (2 000 caractères)", "text too long (2,000 characters)"))
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise InputError(
            Text(f"laissez de {FEWEST_DAYS} à {MOST_DAYS} jours", f"leave from {FEWEST_DAYS} to {MOST_DAYS} days")
        )
    move(claim, "ask", who="instructor", actor=actor, reason=text)
    day = today()
    request = EvidenceRequest.objects.create(
        claim=claim, codes=codes, text=text, asked_by=actor, asked_on=day, until=day + dt.timedelta(days=days)
    )
    claim.due_on = None
    claim.save()
    fact("rights.evidence_asked.v1", terms, claim)
    notify(claim.claimant, "asked", claim.reference, key=f"{claim.reference}:{request.pk}")
    return request


@transaction.atomic
def piece_judge(*, actor: User, piece: Piece, verdict: str) -> Piece:
    """Say whether a piece shows what it should; empty takes the verdict back. Only before the decision."""
    claim = held(piece.claim)
    check_agent(actor, claim, "rights.instruct")
    if claim.state not in (*OPEN, State.APPEALED):
        raise InputError(Text("cette demande est déjà décidée", "this claim is already decided"))
    if verdict not in ("", "accepted", "rejected"):
        raise InputError(Text("verdict inconnu", "unknown verdict"))
    piece = Piece.objects.select_for_update().get(pk=piece.pk)
    piece.verdict, piece.judged_by = verdict, actor if verdict else None
    piece.save()
    return piece


def filter_save(*, actor: User, name: str, query: str) -> SavedFilter:
    """Keep a way of looking at the queue under a name; the same name replaces it."""
    require(actor, "rights.read")
    name = " ".join(name.split())[:80]
    if not name:
        raise InputError(Text("donnez un nom à ce filtre", "give this filter a name"))
    if SavedFilter.objects.filter(user=actor).exclude(name=name).count() >= 30:
        raise InputError(Text("trente filtres au plus", "thirty filters at most"))
    saved, _ = SavedFilter.objects.update_or_create(user=actor, name=name, defaults={"query": query[:500]})
    return saved


def filter_forget(*, actor: User, pk: int) -> None:
    SavedFilter.objects.filter(user=actor, pk=pk).delete()
