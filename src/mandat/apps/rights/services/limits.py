"""How much one account may send: counted in the database, so that every process counts alike."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.rights.models import Claim, Message, Move, Piece
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
#: What one person can mean to do, with room to spare.
STARTS_A_DAY = 30
SUBMISSIONS_A_DAY = 20
MESSAGES_AN_HOUR = 20
PIECES_A_DAY = 60

_TOO_MUCH = Text(
    "trop d'envois en peu de temps : attendez un peu, puis recommencez",
    "too much sent in a short time: wait a little, then try again",
)


def _refuse(count: int, most: int) -> None:
    if count >= most:
        raise InputError(_TOO_MUCH)


def check_start(user: User) -> None:
    _refuse(Claim.objects.filter(claimant=user, created_at__gt=timezone.now() - DAY).count(), STARTS_A_DAY)


def check_submit(user: User) -> None:
    sent = Move.objects.filter(claim__claimant=user, name="submit", at__gt=timezone.now() - DAY)
    _refuse(sent.count(), SUBMISSIONS_A_DAY)


def check_message(user: User) -> None:
    _refuse(Message.objects.filter(author=user, at__gt=timezone.now() - HOUR).count(), MESSAGES_AN_HOUR)


def check_piece(user: User) -> None:
    added = Piece.objects.filter(claim__claimant=user, added_at__gt=timezone.now() - DAY)
    _refuse(added.count(), PIECES_A_DAY)
