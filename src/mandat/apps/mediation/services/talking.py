"""What parties and the mediator say to one another, and what is proposed: sealed, told by e-mail only as « something awaits »."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.community.text import cleaned
from mandat.apps.mediation.access import require_mediator, require_seat
from mandat.apps.mediation.models import Case, Message, Party, Proposal, Reply
from mandat.apps.mediation.services.cases import LEAST, LONGEST, OPEN, State, held
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: Messages one person may write in a case in an hour.
AN_HOUR = 30


@transaction.atomic
def message_write(*, actor: User, case: Case, text: str, aside: bool = False, to: Party | None = None) -> Message:
    """Write to all, or aside: a party to the mediator, the mediator to one party (``to``). Raises InputError, PermissionDenied."""
    case = held(case, *OPEN)
    seat = require_seat(actor, case)
    recent = case.messages.filter(party=seat.party, at__gt=timezone.now() - dt.timedelta(hours=1)).count()
    if recent >= AN_HOUR:
        raise InputError(
            Text(
                "trop de messages en peu de temps : attendez un peu", "too many messages in a short time: wait a little"
            )
        )
    if to is not None and (not seat.mediates or to.case_id != case.pk):
        raise InputError(Text("à qui écrivez-vous ?", "whom do you write to?"))
    made = Message.objects.create(
        case=case, party=seat.party, with_party=to if seat.mediates else (seat.party if aside else None),
        text=cleaned(text, longest=LONGEST, least=1), at=timezone.now(),
    )  # fmt: skip
    _tell(case, seat.party, made.with_party, f"m{made.pk}")
    return made


def _tell(case: Case, author: Party | None, only: Party | None, key: str) -> None:
    parties = case.parties.filter(user__isnull=False, joined_at__isnull=False, left_at__isnull=True)
    if only is not None:
        parties = parties.filter(pk=only.pk)
    for party in parties.select_related("user").order_by("pk"):
        if author is None or party.pk != author.pk:
            assert party.user is not None
            notices.notify(party.user, "mediation.news", case.reference, key=f"{case.reference}:{key}:{party.pk}")
    if author is not None and case.mediator is not None:
        notices.notify(case.mediator, "mediation.news", case.reference, key=f"{case.reference}:{key}:0")


@transaction.atomic
def proposal_make(*, actor: User, case: Case, text: str) -> Proposal:
    """The mediator puts a proposal to the parties."""
    case = held(case, State.RUNNING)
    require_mediator(actor, case)
    made = Proposal.objects.create(
        case=case,
        number=case.proposals.count() + 1,
        text=cleaned(text, longest=LONGEST, least=LEAST),
        at=timezone.now(),
    )
    _tell(case, None, None, f"p{made.pk}")
    return made


@transaction.atomic
def proposal_answer(*, actor: User, proposal: Proposal, accepts: bool, text: str = "") -> Reply:
    """A party accepts the last proposal or not, once."""
    case = held(proposal.case, State.RUNNING)
    seat = require_seat(actor, case)
    if seat.party is None:
        raise InputError(Text("c'est aux parties de répondre", "it is for the parties to answer"))
    if case.proposals.filter(number__gt=proposal.number).exists():
        raise InputError(Text("une autre proposition a été faite depuis", "another proposal was made since"))
    try:
        with transaction.atomic():
            made = Reply.objects.create(
                proposal=proposal,
                party=seat.party,
                accepts=accepts,
                text=cleaned(text, longest=2000),
                at=timezone.now(),
            )
    except IntegrityError:
        raise InputError(Text("vous avez déjà répondu", "you have answered already")) from None
    if case.mediator is not None:
        notices.notify(case.mediator, "mediation.news", case.reference, key=f"{case.reference}:r{made.pk}")
    return made
