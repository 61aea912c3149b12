"""What a threshold leads to, in the transaction that crosses it, once: an answer due, a hearing, an agenda, a counter-expertise, a referendum.

Every one of them owes an answer (``answers``); the body of the definition is asked for an item where it must meet (``bodies``). Suspended, they
wait in words: nothing that was set going is destroyed.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.answers import selectors as owed
from mandat.apps.answers.services import duties
from mandat.apps.bodies.services import agenda
from mandat.apps.bodies.terms import body_of
from mandat.apps.community.services import events
from mandat.apps.grants.services.drafts import case_start
from mandat.apps.petitions.models import Crossing, Petition
from mandat.apps.petitions.services.hearings import hearing_off
from mandat.apps.petitions.terms import Terms
from mandat.apps.petitions.words import CONSEQUENCES
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: What asks for a meeting of the body.
MEETS = ("hearing", "agenda")


def source_of(crossing: Crossing) -> str:
    """How other apps name what a threshold asks."""
    return f"petition:{crossing.petition.reference}/{crossing.threshold}"


def address(petition: Petition) -> str:
    return reverse("petitions:petition", args=[petition.reference])


def meets(body: str) -> bool:
    """Whether a body sits as its definition says: else the answer it owes is all that is asked of it."""
    return bool(body_of(body).document.meets)


def kind_of(crossing: Crossing) -> str:
    """The kind of the answer due: crossed anew after fraud, another answer is due."""
    return f"petition-{crossing.consequence}" + (f"-{crossing.round}" if crossing.round > 1 else "")


def _owe(petition: Petition, terms: Terms, crossing: Crossing) -> None:
    threshold = terms.component.threshold(crossing.threshold)
    assert threshold is not None  # it was crossed under these rules
    duties.owe(
        kind=kind_of(crossing), source=source_of(crossing), title=Text(petition.title, petition.title), url=address(petition),
        body=crossing.body, due_on=crossing.due_on, process=petition.process, measures=terms.process.measures,
        reminder_days=threshold.answer.reminder_days,
    )  # fmt: skip


def follow(petition: Petition, terms: Terms, crossing: Crossing) -> None:
    """Set going what a threshold leads to."""
    title = Text(petition.title, petition.title)
    _owe(petition, terms, crossing)
    if crossing.consequence in MEETS and meets(crossing.body):
        agenda.item_ask(
            body=crossing.body, title=title, source=source_of(crossing), url=address(petition), due_on=crossing.due_on
        )
    elif crossing.consequence == "counter-expertise":
        crossing.result = _counter_expertise(petition, terms)
        crossing.save(update_fields=["result"])
    elif crossing.consequence == "referendum":
        from mandat.apps.petitions.services import referendums

        crossing.result = referendums.referendum_ask(petition=petition).reference
        crossing.save(update_fields=["result"])
    _tell(petition, crossing)


def _counter_expertise(petition: Petition, terms: Terms) -> str:
    """An application begun for the author's organisation, with what is known; its reference, empty where they begin it themselves."""
    assert terms.component.scheme is not None  # the component was checked
    if petition.author is None or petition.organisation is None:
        return ""
    answers = {"titre": petition.title[:100], "intitule": petition.title[:100], "description": petition.request_text}
    try:
        with transaction.atomic():
            case = case_start(
                actor=petition.author,
                scheme=terms.component.scheme,
                organisation=petition.organisation,
                answers=answers,
            )
    except (InputError, PermissionDenied):
        # The call is closed, or the organisation may not apply: the petition's page says how to begin.
        return ""
    return case.reference


def _tell(petition: Petition, crossing: Crossing) -> None:
    said = CONSEQUENCES[crossing.consequence]
    events.tell(
        target=f"petition:{petition.reference}",
        title=Text(f"{crossing.needed} signatures : {said.fr}", f"{crossing.needed} signatures: {said.en}"),
        url=address(petition),
        at=crossing.crossed_at,
        key=f"{source_of(crossing)}:{crossing.due_on:%Y%m%d}",
    )
    if petition.author is not None:
        notices.notify(
            petition.author, "petitions.threshold", petition.reference, key=f"{petition.pk}:{crossing.threshold}"
        )


def suspend(petition: Petition, terms: Terms, crossing: Crossing, *, actor: User) -> None:
    """What followed waits: no answer is due any more, a referendum stops where it is. A hearing to come is cancelled;
    a request to a body stays, for the body to see."""
    for duty in owed.duties(petition.programme).filter(
        source=source_of(crossing), kind=kind_of(crossing), state="owed"
    ):
        because = "Des signatures ont été invalidées : la pétition est repassée sous le seuil."
        duties.waive(actor=actor, duty=duty, because=because)
    if crossing.consequence == "hearing":
        hearing_off(actor=actor, crossing=crossing)
    if crossing.consequence == "referendum":
        from mandat.apps.petitions.services import referendums

        referendums.referendum_suspend(petition=petition)


def resume(petition: Petition, terms: Terms, crossing: Crossing) -> None:
    """What followed goes on: an answer is due again, a referendum goes on from where it was."""
    _owe(petition, terms, crossing)
    if crossing.consequence == "referendum":
        from mandat.apps.petitions.services import referendums

        referendums.referendum_resume(petition=petition)
    _tell(petition, crossing)
