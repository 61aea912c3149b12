"""Sending: complete, in time to the second, once; completed when asked; taken back; and what is public of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.custody.records import digest
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Piece, Request, Submission
from mandat.apps.grants.services import drafts, evidence, instructing, messages, sending
from mandat.apps.grants.submitted import read_back
from mandat.apps.organisations.models import Organisation
from mandat.engines.financing import Source
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.desk.world import posted
from tests.apps.grants.intake import world

pytestmark = pytest.mark.usefixtures("clock")


def lacking(user: User, case: Case) -> set[str]:
    with pytest.raises(sending.IncompleteError) as refused:
        sending.case_submit(actor=user, case=case)
    return {lack.text.fr for lack in refused.value.lacks}


def test_what_is_sent_is_sealed_with_its_digest_and_a_fact_that_says_nothing_of_anyone(
    ada: User, rives: Organisation
) -> None:
    case = world.draft(ada, rives)
    with guard.acts():
        sent = sending.case_submit(actor=ada, case=case)
    case.refresh_from_db()
    assert (case.state, case.submitted_at, case.due_on) == (State.SUBMITTED, sent.at, dt.date(2026, 10, 20))
    record = read_back(sent)
    assert record["answers"]["responsable"] == "Ada Essai"
    assert record["plan"][0]["funder"] == "Les Rives"
    assert record["pieces"][0]["name"] == "devis.pdf"
    assert record["applicant"]["siret"] == world.SIRET
    assert sent.sha256 == digest(sent.record)
    raw = Submission.objects.filter(pk=sent.pk).values_list("record", flat=True).get()
    assert "Ada" not in str(raw)
    fact = list(journal.iterate())[-1].fact
    assert (fact.kind, fact.area, fact.amount, fact.subject) == ("grants.applied.v1", "commune:45234", None, "")
    assert fact.data == {"scheme": "complet", "title": "Dispositif complet", "call": "automne"}
    assert [notice.kind for notice in Notice.objects.all()] == ["grants.received"]


def test_a_person_alone_leaves_no_place_in_the_fact(programme: Any) -> None:
    person = world.account("rosa")
    case = world.draft(person, scheme="particuliers", cout="5000")
    drafts.case_save(actor=person, case=case, answers={}, revision=case.revision)
    sending.case_submit(actor=person, case=case)
    entry = list(journal.iterate())[-1]
    assert (entry.fact.kind, entry.fact.area) == ("grants.applied.v1", "")


def test_everything_that_lacks_is_said_at_once(ada: User, rives: Organisation) -> None:
    case = drafts.case_start(actor=ada, scheme="complet", organisation=rives)
    assert lacking(ada, case) == {
        "Personne à joindre", "Son courriel", "Intitulé", "Le projet en quelques lignes", "Combien coûte le projet ?",
        "Quelle aide demandez-vous ?", "Y a-t-il des travaux ?", "Premier jour", "L'équipe : au moins une ligne",
        "le plan de financement", "Devis", "Numéro de permis", "Architecte", "Plans du chantier",
    }  # fmt: skip


def test_what_depends_on_an_answer_is_asked_where_it_is_so_only(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives, travaux=True)
    assert lacking(ada, case) == {"Numéro de permis", "Architecte", "Plans du chantier"}
    case = drafts.case_save(
        actor=ada, case=case, answers={"permis": "PC 45 26", "architecte": "Cabinet"}, revision=case.revision
    )
    evidence.piece_add(actor=ada, case=case, code="plans", file=world.pdf("plans.pdf"))
    assert sending.case_submit(actor=ada, case=case).rank == 1


def test_every_row_of_a_repeated_section_is_complete(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives, equipe=[{"role": "Jardinière", "temps": 20}, {"nom": "Rosa"}])
    assert lacking(ada, case) == {"Rôle (n° 2)", "Heures par semaine (n° 2)"}


def test_answers_that_contradict_one_another_are_not_sent(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives, demande="20000")
    found = lacking(ada, case)
    assert "L'aide demandée dépasse le coût." in found


def test_the_plan_adds_up_with_what_is_asked_and_leaves_an_own_share(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    plan = [Source(funder="Orléans Métropole", amount=Decimal(5000), public=True)]
    case = drafts.case_save(actor=ada, case=case, answers={}, revision=case.revision, plan=plan)
    found = " ".join(lacking(ada, case)).replace("\u202f", " ").replace("\u00a0", " ")
    assert "Il manque 1 000,00 €" in found
    assert "au moins 20 %" in found


def test_a_project_the_rule_does_not_help_may_be_sent_all_the_same(ada: User, rives: Organisation) -> None:
    """Only the service refuses, with a decision that can be contested."""
    own = Source(funder="Les Rives", amount=Decimal(400), public=False, own=True)
    case = world.draft(ada, rives, cout="500", demande="100")
    case = drafts.case_save(actor=ada, case=case, answers={}, revision=case.revision, plan=[own])
    sent = sending.case_submit(actor=ada, case=case)
    assert read_back(sent)["eligible"] is False


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        ("2026-08-31T23:59:59+02:00", False),
        ("2026-09-01T00:00:00+02:00", True),
        # The last day has twenty-five hours: summer time ends in it.
        ("2026-10-25T23:59:59.999999+01:00", True),
        ("2026-10-26T00:00:00+01:00", False),
        ("2026-10-25T22:59:59+00:00", True),
        ("2026-10-25T23:00:00+00:00", False),
    ],
)
def test_a_call_opens_and_closes_to_the_second_in_paris(
    ada: User, rives: Organisation, clock: Any, moment: str, open_then: bool
) -> None:
    case = world.draft(ada, rives)
    clock.move_to(world.at(moment))
    if open_then:
        assert sending.case_submit(actor=ada, case=case).at == world.at(moment)
        return
    with pytest.raises(InputError, match="cet appel"):
        sending.case_submit(actor=ada, case=case)
    case.refresh_from_db()
    assert (case.state, case.answers["intitule"]) == (State.DRAFT, "Un verger partagé")


def test_sending_twice_gives_the_same_receipt(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    editor = world.member(rives, "bob", "editor")
    first = sending.case_submit(actor=ada, case=case)
    assert sending.case_submit(actor=editor, case=case).pk == first.pk
    assert Submission.objects.count() == 1
    assert case.moves.count() == 1


def test_others_send_and_withdraw_nothing(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    reader = world.member(rives, "lire", "reader")
    agent = posted("agent", "instruct")
    for other in (reader, agent, world.account("autre"), world.account("auditeur", "auditor")):
        with pytest.raises(PermissionDenied):
            sending.case_submit(actor=other, case=case)
    sending.case_submit(actor=ada, case=case)
    for other in (reader, agent, world.member(rives, "ecrire", "editor")):
        with pytest.raises(PermissionDenied):
            sending.case_withdraw(actor=other, case=case, reason="")
    with guard.acts():
        sending.case_withdraw(actor=ada, case=case, reason="Changement de projet")
    case.refresh_from_db()
    assert (case.state, case.due_on) == (State.WITHDRAWN, None)


def test_what_was_sent_is_never_changed(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    sending.case_submit(actor=ada, case=case)
    case.refresh_from_db()
    with pytest.raises(InputError, match="déjà envoyé"):
        drafts.case_save(actor=ada, case=case, answers={"intitule": "Autre"}, revision=case.revision)
    with pytest.raises(InputError, match="fait partie"):
        evidence.piece_remove(actor=ada, piece=Piece.objects.get())
    with pytest.raises(InputError, match="déjà envoyé"):
        drafts.case_discard(actor=ada, case=case)


def test_a_completion_opens_what_was_asked_and_nothing_else(ada: User, rives: Organisation, clock: Any) -> None:
    case = world.draft(ada, rives)
    sending.case_submit(actor=ada, case=case)
    agent = posted("agent", "instruct")
    clock.shift(60)
    instructing.case_ask(
        actor=agent,
        case=case,
        codes=["devis"],
        fields=["intitule"],
        text="Un devis lisible.",
        until=dt.date(2026, 12, 10),
    )
    clock.move_to(world.at("2026-12-01T10:00:00+01:00"))  # the call is closed: completing is still possible
    case.refresh_from_db()
    with pytest.raises(InputError, match="seul ce que le service"):
        drafts.case_save(actor=ada, case=case, answers={"cout": "20000"}, revision=case.revision)
    case = drafts.case_save(actor=ada, case=case, answers={"intitule": "Un grand verger"}, revision=case.revision)
    assert lacking(ada, case) == {"Devis"}
    piece = evidence.piece_add(actor=ada, case=case, code="devis", file=world.pdf("nouveau.pdf"))
    with guard.acts():
        sent = sending.case_submit(actor=ada, case=case)
    assert sent.rank == 2
    assert read_back(sent)["answers"]["intitule"] == "Un grand verger"
    case.refresh_from_db()
    assert case.state == State.SUBMITTED
    assert Request.objects.get().closed_on == dt.date(2026, 12, 1)
    assert piece.pk in set(case.pieces.values_list("pk", flat=True))


def test_both_sides_write_and_know_what_they_have_not_read(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    with pytest.raises(InputError, match="envoyez d'abord"):
        messages.message_send(actor=ada, case=case, text="Bonjour")
    sending.case_submit(actor=ada, case=case)
    agent = posted("agent", "instruct")
    asked = messages.message_send(actor=ada, case=case, text="Bonjour\x00, où en est-on ?")
    assert (asked.text, asked.from_service) == ("Bonjour, où en est-on ?", False)
    messages.message_send(actor=agent, case=case, text="Entre nous", internal=True)
    messages.message_send(actor=agent, case=case, text="Nous examinons.")
    assert messages.messages_read(actor=agent, case=case) == 1
    assert messages.messages_read(actor=ada, case=case) == 1
    assert messages.messages_read(actor=ada, case=case) == 0
    for wrong in ("", "  ", "x" * 5001):
        with pytest.raises(InputError, match="de 1 à"):
            messages.message_send(actor=ada, case=case, text=wrong)
    with pytest.raises(PermissionDenied):
        messages.message_send(actor=ada, case=case, text="Note", internal=True)
    with pytest.raises(PermissionDenied):
        messages.message_send(actor=world.account("autre"), case=case, text="Bonjour")
    assert timezone.now() >= asked.at
