"""Say whether a piece given after the award shows what it should; one that does not is sent back with a reason the beneficiary reads."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import LIVE
from mandat.apps.grants.models import Message, Piece
from mandat.apps.grants.services.moving import held
from mandat.apps.grants.services.stepping import step
from mandat.apps.grants.services.telling import tell_applicants
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def later_piece_judge(*, actor: User, piece: Piece, accepted: bool, reason: str = "") -> Piece:
    """Accept a piece or turn it down. Raises InputError where nothing is under way any more, or a refusal says nothing."""
    case = held(piece.case)
    access.require_any(actor, case, ("examine", "pay"))
    if case.state not in LIVE:
        raise InputError(Text("aucune aide n'est en cours", "no aid is under way"))
    found = case.pieces.select_for_update(of=("self",)).get(pk=piece.pk)
    if not accepted:
        if not reason.strip():
            raise InputError(Text("dites au bénéficiaire pourquoi", "tell the beneficiary why"))
        text = f"{found.code} : {reason.strip()}"[:10_000]
        Message.objects.create(case=case, author=actor, from_service=True, text=text, at=timezone.now())
        tell_applicants("account_back", case, key=f"piece:{found.pk}")
    found.verdict = "accepted" if accepted else "rejected"
    found.judged_by, found.judged_at = actor, timezone.now()
    found.save(update_fields=["verdict", "judged_by", "judged_at"])
    step(case, "evidence-judged")
    return found
