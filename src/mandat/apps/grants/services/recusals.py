"""Taking no part in a case: with a reason, and for good.

Whoever belongs to an organisation of the case takes no part in it anyway (``access``); a recusal is for the other ties only they know.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants import access
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Opinion, Recusal
from mandat.apps.grants.services import opinions
from mandat.apps.grants.services.instructing import step, worded
from mandat.apps.grants.services.moving import held, move, terms_of
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@transaction.atomic
def recuse(*, actor: User, case: Case, reason: str) -> Recusal:
    """Take no part in ``case`` from now on. An opinion not given yet is no longer awaited, and the case is nobody's to examine.

    What was already given (an opinion, points, a vote) stays in the file beside the recusal: those who decide weigh it.
    """
    case = held(case)
    terms = terms_of(case)
    access.require(actor, case, "recuse")
    reason = worded(reason, most=2_000, needed=Text("dites pourquoi", "say why"))
    if case.state == State.DRAFT:
        raise InputError(Text("ce dossier n'est pas envoyé", "this case is not sent"))
    made = Recusal.objects.create(case=case, user=actor, reason=reason, at=timezone.now())
    Opinion.objects.filter(case=case, expert=actor, given_at__isnull=True).delete()
    if case.assigned_to_id == actor.pk:
        case.assigned_to = None
        case.save(update_fields=["assigned_to"])
    if case.state == State.OPINIONS and opinions.enough(case, terms.document):
        move(case, "consulted", who="system", actor=None)
        case.save(update_fields=["state"])
    step("grants.recused.v1", case, terms)
    return made
