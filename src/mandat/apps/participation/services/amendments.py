"""Amendments: other words offered by someone else; the author takes or refuses them, and says why."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.participation import voices
from mandat.apps.participation.models import Amendment, Authorship, Proposal
from mandat.apps.participation.services.acting import acting
from mandat.apps.participation.services.proposals import (
    LEAST_TEXT,
    LEAST_TITLE,
    changeable,
    last_version,
    own,
    rewritten,
    speaks_for,
)
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

AN_HOUR = 20


def amendment_offer(
    *, user: User, reference: str, title: str, text: str, reason: str, organisation: Any = None
) -> Amendment:
    """Offer other words for a proposal. Raises NotEntitled, InputError."""
    voices.take(user, "participation.amend", per_hour=AN_HOUR)
    with transaction.atomic():
        proposal = Proposal.objects.select_related("author__organisation").filter(reference=reference).first()
        if proposal is None:
            raise InputError(Text("cette proposition n'existe pas", "this proposal does not exist"))
        who = acting(
            user=user,
            process=proposal.process,
            component=proposal.component,
            type_="proposals",
            organisation=organisation,
        )
        if not who.component.amendments:
            raise InputError(Text("on n'amende pas ici", "nothing is amended here"))
        if speaks_for(user, proposal.author):
            raise InputError(Text("c'est la vôtre : modifiez-la", "it is yours: change it"))
        changeable(proposal)
        made = Amendment(
            proposal=proposal, author=who.place, base=last_version(proposal), at=who.at,
            title=voices.written(title, longest=150, least=LEAST_TITLE, one_line=True),
            text=voices.written(text, longest=who.component.longest, least=LEAST_TEXT),
            reason=voices.written(reason, longest=500, least=10),
        )  # fmt: skip
        if made.title == proposal.title and made.text == proposal.text:
            raise InputError(Text("ces mots sont les mêmes", "these words are the same"))
        made.save()
        voices.held(
            kind="amendment", reference=str(made.pk), text=f"{made.title}\n{made.text}\n{made.reason}", author=user
        )
    return made


@transaction.atomic
def amendment_decide(*, user: User, amendment: int, accept: bool, answer: str) -> Amendment:
    """The author takes the words of an amendment, or refuses them with a reason. Raises NotEntitled, InputError.

    What was changed since the amendment was written is not undone silently: it must be offered again.
    """
    row = Amendment.objects.select_related("proposal", "author").filter(pk=amendment).first()
    if row is None:
        raise InputError(Text("cet amendement n'existe pas", "this amendment does not exist"))
    proposal = own(user=user, reference=row.proposal.reference)
    changeable(proposal)
    row = Amendment.objects.select_for_update(of=("self",)).select_related("author").get(pk=amendment)
    if row.state != Amendment.State.OPEN or row.hidden:
        raise InputError(Text("cet amendement a déjà sa réponse", "this amendment has its answer already"))
    said = voices.written(answer, longest=500, least=0 if accept else 10)
    if accept and row.base != last_version(proposal):
        raise InputError(
            Text("la proposition a changé depuis : cet amendement ne s'applique plus tel quel", "the proposal has changed since: this amendment no longer applies as it is")
        )  # fmt: skip
    row.state = Amendment.State.ACCEPTED if accept else Amendment.State.REFUSED
    row.answer, row.decided_at = said, timezone.now()
    row.save(update_fields=["state", "answer", "decided_at"])
    if accept:
        proposal.title, proposal.text = row.title, row.text
        rewritten(proposal, by=row.author, reason=row.reason[:300], user=None)
        Authorship.objects.bulk_create(
            [Authorship(proposal=proposal, participant=row.author, part=Authorship.Part.AMENDED, since=row.decided_at)],
            ignore_conflicts=True,
        )
    return row


@transaction.atomic
def amendment_withdraw(*, user: User, amendment: int) -> None:
    """Take back an amendment that waits. Raises InputError."""
    row = (
        Amendment.objects.select_for_update(of=("self",))
        .select_related("author__organisation")
        .filter(pk=amendment)
        .first()
    )
    if row is None or not speaks_for(user, row.author) or row.state != Amendment.State.OPEN:
        raise InputError(Text("cet amendement ne se retire pas", "this amendment cannot be withdrawn"))
    row.state, row.decided_at = Amendment.State.WITHDRAWN, timezone.now()
    row.save(update_fields=["state", "decided_at"])
