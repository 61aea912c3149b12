"""How much one account may send: counted in the database, so that every process counts alike."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Message, Piece
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
#: What one person can mean to do, with room to spare.
DRAFTS_A_DAY = 40
MESSAGES_AN_HOUR = 30
PIECES_A_DAY = 300
PIECES_A_CODE = 20
PIECES_A_CASE = 300
SHARES = 30

_TOO_MUCH = Text(
    "trop d'envois en peu de temps : attendez un peu, puis recommencez",
    "too much sent in a short time: wait a little, then try again",
)


def _refuse(count: int, most: int) -> None:
    if count >= most:
        raise InputError(_TOO_MUCH)


def check_start(user: User) -> None:
    begun = Case.objects.filter(opened_by=user, state=State.DRAFT, created_at__gt=timezone.now() - DAY)
    _refuse(begun.count(), DRAFTS_A_DAY)


def check_message(user: User) -> None:
    _refuse(Message.objects.filter(author=user, at__gt=timezone.now() - HOUR).count(), MESSAGES_AN_HOUR)


def check_piece(user: User) -> None:
    _refuse(Piece.objects.filter(added_by=user, added_at__gt=timezone.now() - DAY).count(), PIECES_A_DAY)
