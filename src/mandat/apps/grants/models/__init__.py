"""Cases from draft to closing, how they are decided, and what follows."""

from mandat.apps.grants.models.breaches import Breach, ConditionCheck
from mandat.apps.grants.models.cases import (
    Bound,
    Case,
    Message,
    Move,
    Party,
    Piece,
    PlanLine,
    Request,
    Shared,
    Submission,
)
from mandat.apps.grants.models.deciding import (
    Agreement,
    Amendment,
    Decision,
    Duty,
    Item,
    Opinion,
    Post,
    Recusal,
    Score,
    Sitting,
    Visit,
    Vote,
)
from mandat.apps.grants.models.following import Account, ConditionRecord, PaymentRequest, Recovery, SmallAid
from mandat.apps.grants.models.letters import LetterPart, LetterRun
from mandat.apps.grants.models.paying import BankDetails, FinalCost, PaymentRun, Receipt
from mandat.apps.grants.models.sharing import ShareInvitation

__all__ = [
    "Account",
    "Agreement",
    "Amendment",
    "BankDetails",
    "Bound",
    "Breach",
    "Case",
    "ConditionCheck",
    "ConditionRecord",
    "Decision",
    "Duty",
    "FinalCost",
    "Item",
    "LetterPart",
    "LetterRun",
    "Message",
    "Move",
    "Opinion",
    "Party",
    "PaymentRequest",
    "PaymentRun",
    "Piece",
    "PlanLine",
    "Post",
    "Receipt",
    "Recovery",
    "Recusal",
    "Request",
    "Score",
    "ShareInvitation",
    "Shared",
    "Sitting",
    "SmallAid",
    "Submission",
    "Visit",
    "Vote",
]
