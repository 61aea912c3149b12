"""Cases from draft to closing, how they are decided, and what follows."""

from mandat.apps.grants.models.cases import Case, Message, Move, Party, Piece, PlanLine, Request, Shared, Submission
from mandat.apps.grants.models.deciding import (
    Agreement,
    Decision,
    Duty,
    Item,
    Opinion,
    Post,
    Recusal,
    Score,
    Seat,
    Sitting,
    Vote,
)
from mandat.apps.grants.models.following import Account, ConditionRecord, PaymentRequest, Recovery, SmallAid

__all__ = [
    "Account",
    "Agreement",
    "Case",
    "ConditionRecord",
    "Decision",
    "Duty",
    "Item",
    "Message",
    "Move",
    "Opinion",
    "Party",
    "PaymentRequest",
    "Piece",
    "PlanLine",
    "Post",
    "Recovery",
    "Recusal",
    "Request",
    "Score",
    "Seat",
    "Shared",
    "Sitting",
    "SmallAid",
    "Submission",
    "Vote",
]
