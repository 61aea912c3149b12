"""Codes on paper: drawn, given once to be printed, kept only as keyed hashes; numbered by batch, and revoked by batch or one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mandat.apps.accounts.permissions import require
from mandat.apps.ballots import identities, receipts
from mandat.apps.ballots.models import Channel, Code, CodeBatch, DeskAct, Roll, Voter
from mandat.apps.ballots.services import rolls
from mandat.apps.custody.sealing import blind_index, blind_indexes
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

PURPOSE = "ballots.code"
#: Codes of a batch: as many pages as one file holds.
MOST = 2000
#: How long a code given at a desk opens the booth.
DESK_CODE = dt.timedelta(hours=2)


class CodeRefusedError(InputError):
    """A code that opens nothing."""


@transaction.atomic
def codes_make(
    *, actor: Any, roll: Roll, count: int = 0, voters: Sequence[Voter] = (), purpose: str = "", area: str = ""
) -> tuple[CodeBatch, list[str]]:
    """Draw a batch: a code for each of ``voters``, in their order, or ``count`` that belong to whoever types them first.

    The codes are returned once, to be printed: nothing here can find them again. Raises PermissionDenied, InputError.
    """
    require(actor, "ballots.manage")
    wanted = len(voters) or count
    if not 0 < wanted <= MOST:
        raise InputError(Text(f"de 1 à {MOST} codes à la fois", f"from 1 to {MOST} codes at a time"))
    if not voters and roll.closed_list:
        raise InputError(
            Text(
                "cette liste est fermée : ses codes vont aux personnes inscrites",
                "this roll is closed: its codes go to those on it",
            )
        )
    rolls.salt_of(roll)
    Roll.objects.select_for_update().get(pk=roll.pk)
    last = CodeBatch.objects.filter(roll=roll).aggregate(n=Max("number"))["n"] or 0
    batch = CodeBatch.objects.create(
        roll=roll,
        number=last + 1,
        made_at=timezone.now(),
        made_by=actor,
        count=wanted,
        named=bool(voters),
        purpose=purpose[:200],
        area=area[:80],
    )
    drawn = [receipts.new_code() for _ in range(wanted)]
    owners: Sequence[Voter | None] = voters or [None] * wanted
    Code.objects.bulk_create(
        [
            Code(batch=batch, digest=blind_index(receipts.plain(code), purpose=PURPOSE), voter=voter)
            for code, voter in zip(drawn, owners, strict=True)
        ],
        batch_size=500,
    )
    return batch, drawn


@transaction.atomic
def batch_revoke(*, actor: Any, batch: CodeBatch, why: str) -> None:
    """The codes of a batch that have not served open nothing any more. Raises PermissionDenied, InputError."""
    require(actor, "ballots.manage")
    if not why.strip():
        raise InputError(Text("dites pourquoi ces codes ne valent plus", "say why these codes are no longer valid"))
    CodeBatch.objects.filter(pk=batch.pk).update(revoked_at=timezone.now(), revoked_why=why.strip()[:300])
    Code.objects.filter(batch=batch).update(revoked=True)
    batch.refresh_from_db()


def code_revoke(*, actor: Any, roll: Roll, typed: str) -> None:
    """One code, brought back or lost, opens nothing any more. Raises PermissionDenied, CodeRefusedError."""
    require(actor, "ballots.manage")
    found = _found(roll, typed)
    Code.objects.filter(pk=found.pk).update(revoked=True)


@transaction.atomic
def desk_code(*, actor: Any, roll: Roll, voter: Voter, reason: str) -> str:
    """A code for someone who stands at a desk, to vote alone on its device: it serves for two hours. Raises PermissionDenied, InputError."""
    require(actor, "ballots.desk")
    if not reason.strip():
        raise InputError(Text("dites pourquoi cette personne vote au guichet", "say why this person votes at the desk"))
    Roll.objects.select_for_update().get(pk=roll.pk)
    batch = CodeBatch.objects.filter(roll=roll, number=0).first()
    now = timezone.now()
    if batch is None:
        batch = CodeBatch.objects.create(roll=roll, number=0, made_at=now, count=0, named=True, purpose="desk")
    Code.objects.filter(batch=batch, voter=voter).update(revoked=True)
    drawn = receipts.new_code()
    Code.objects.create(
        batch=batch, digest=blind_index(receipts.plain(drawn), purpose=PURPOSE), voter=voter, expires_at=now + DESK_CODE
    )
    CodeBatch.objects.filter(pk=batch.pk).update(count=batch.count + 1)
    rolls.desk_noted(roll=roll, agent=actor, what=DeskAct.What.CODE, reason=reason)
    return drawn


def _found(roll: Roll, typed: str) -> Code:
    plain = receipts.code_of(typed)
    if not plain:
        raise CodeRefusedError(
            Text(
                "ce code est mal recopié : vérifiez chaque lettre et chaque chiffre",
                "this code is mistyped: check each letter and figure",
            )
        )
    code = (
        Code.objects.filter(digest__in=blind_indexes(plain, purpose=PURPOSE), batch__roll=roll)
        .select_related("batch", "voter")
        .first()
    )
    if code is None:
        raise CodeRefusedError(Text("ce code n'est pas de ce vote", "this code is not of this vote"))
    return code


def voter_by_code(*, roll: Roll, typed: str, user: Any = None) -> tuple[Voter, str]:
    """The voter a code stands for, and the channel. ``user``: the account signed in, who is then known to be the same person.

    Raises CodeRefusedError, RollForgottenError.
    """
    code = _found(roll, typed)
    if code.revoked or (code.expires_at is not None and code.expires_at <= timezone.now()):
        raise CodeRefusedError(
            Text("ce code ne vaut plus : demandez-en un autre", "this code is no longer valid: ask for another")
        )
    channel = Channel.DESK if code.batch.number == 0 else Channel.CODE
    known_as = [identities.code(typed)]
    if code.voter is None:
        # Whoever types it is a voter: the same one if an account they are signed in with is known already.
        if getattr(user, "is_authenticated", False):
            known_as += identities.of_user(user)
        voter = rolls.known(roll=roll, channel=Channel.CODE, known_as=known_as, area=code.batch.area)
        Code.objects.filter(pk=code.pk, voter=None).update(voter=voter)
        return voter, channel
    return code.voter, channel
