"""What both sides write to one another in a case. Notes that only the service reads are written here too."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Message
from mandat.apps.grants.services import limits
from mandat.apps.grants.services.moving import held
from mandat.apps.grants.services.telling import tell, tell_applicants
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

LONGEST = 5_000


@transaction.atomic
def message_send(*, actor: User, case: Case, text: str, internal: bool = False) -> Message:
    """Write to the other side; ``internal`` between agents alone. Raises InputError for an empty or endless text, and in a draft."""
    case = held(case)
    where = access.require(actor, case, "internal" if internal else "write")
    if internal and not where.service:
        raise PermissionDenied("grants.internal")
    text = "".join(c for c in text.replace("\r\n", "\n") if c.isprintable() or c in "\n\t").strip()
    if not text or len(text) > LONGEST:
        raise InputError(Text("un message a de 1 à 5 000 caractères", "a message has 1 to 5,000 characters"))
    if case.state == State.DRAFT:
        raise InputError(Text("envoyez d'abord votre demande", "send your application first"))
    limits.check_message(actor)
    made = Message(case=case, author=actor, from_service=not where.rank, internal=internal, at=timezone.now())
    made.text = text
    made.save()
    if not internal and made.from_service:
        tell_applicants("message", case, key=str(made.pk))
    elif not internal and case.assigned_to is not None:
        tell(case.assigned_to, "reply", case, key=str(made.pk))
    return made


@transaction.atomic
def messages_read(*, actor: User, case: Case) -> int:
    """Mark what the other side wrote as read. Returns how many were not. An auditor's reading marks nothing."""
    where = access.require(actor, case, "messages")
    if not where.rank and not where.service:
        return 0
    waiting = Message.objects.filter(case=case, from_service=bool(where.rank), internal=False, read_at__isnull=True)
    return waiting.update(read_at=timezone.now())
