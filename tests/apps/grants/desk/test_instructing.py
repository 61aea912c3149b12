"""Completeness, requests, assignment, proposals, notes: who may, from where, and what is written down."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from mandat import journal
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Message, Piece
from mandat.apps.grants.services import delays, instructing, visits
from mandat.apps.grants.services.messages import message_send
from mandat.apps.grants.services.moving import terms_of, today
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.desk import world

pytestmark = pytest.mark.usefixtures("programme")


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def facts(kind: str) -> int:
    return len(journal.page(programme="essai", kind=kind, size=100).entries)


def test_a_complete_application_runs_from_the_day_it_came_and_its_agent_has_it() -> None:
    agent = world.posted("agathe", "instruct")
    case = world.case(submitted=dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC))
    with time_machine.travel(dt.datetime(2026, 2, 5, 9, tzinfo=dt.UTC)), guard.acts():
        instructing.case_accept(actor=agent, case=case)
    case = again(case)
    assert (case.state, case.complete_on, case.due_on) == (State.COMPLETE, dt.date(2026, 1, 31), dt.date(2026, 5, 31))
    assert case.assigned_to == agent
    move = case.moves.order_by("pk").last()
    assert move is not None
    assert (move.name, move.actor) == ("accept", agent)
    assert facts("grants.complete.v1") == 1


def test_what_lacks_is_asked_by_code_field_and_word_and_the_delay_stands_still() -> None:
    agent = world.posted("agathe", "instruct")
    case = world.case(submitted=dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC))
    with time_machine.travel(dt.datetime(2026, 1, 12, 9, tzinfo=dt.UTC)):
        instructing.case_accept(actor=agent, case=case)
    with time_machine.travel(dt.datetime(2026, 2, 1, 9, tzinfo=dt.UTC)), guard.acts():
        request = instructing.case_ask(
            actor=agent, case=case, codes=["devis", "devis"], fields=["cout"], text="Le devis est illisible."
        )
    case = again(case)
    assert (request.codes, request.fields, request.until) == (["devis"], ["cout"], dt.date(2026, 3, 3))
    assert (case.state, case.due_on) == (State.INCOMPLETE, dt.date(2026, 3, 3))
    # Answered twenty days later: twenty days are added to the four months.
    case.state = State.SUBMITTED
    delays.resume(case, terms_of(case).document, request, on=dt.date(2026, 2, 21))
    case.save()
    assert case.suspended_days == 20
    with time_machine.travel(dt.datetime(2026, 2, 25, 9, tzinfo=dt.UTC)):
        instructing.case_accept(actor=agent, case=case)
    assert again(case).due_on == dt.date(2026, 5, 10) + dt.timedelta(days=20)


def test_an_answer_after_the_time_given_adds_no_more_than_that_time() -> None:
    agent = world.posted("agathe", "instruct")
    case = world.case(state=State.COMPLETE)
    request = instructing.case_ask(actor=agent, case=case, text="Précisez.", until=today() + dt.timedelta(10))
    case = again(case)
    delays.resume(case, terms_of(case).document, request, on=today() + dt.timedelta(25))
    assert case.suspended_days == 10


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "dites ce qui manque"),
        ({"codes": ["passeport"]}, "passeport"),
        ({"fields": ["age"]}, "age"),
        ({"text": "x" * 5001}, "trop long"),
        ({"text": "x", "until": dt.date(2020, 1, 1)}, "jours"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_and_changes_nothing(asked: dict[str, Any], said: str) -> None:
    agent, case = world.posted("agathe", "instruct"), world.case()
    with pytest.raises(InputError, match=said):
        instructing.case_ask(actor=agent, case=case, **asked)
    assert again(case).state == State.SUBMITTED
    assert not case.requests.exists()


def test_only_those_posted_to_the_scheme_and_free_of_ties_examine() -> None:
    case = world.case("aide-directe")
    assert case.applicant is not None
    strangers = [
        world.account("sansposte", "agent"),
        world.posted("ailleurs", "instruct", "avis"),
        world.posted("lectrice", "read", "aide-directe"),
        world.posted("citoyen", "instruct", "aide-directe", "citizen"),
        case.opened_by,
    ]
    tied = world.posted("liee", "instruct", "aide-directe")
    from mandat.apps.organisations.models import Member

    Member.objects.create(organisation=case.applicant, user=tied, rank="reader")
    for someone in [*strangers, tied]:
        with pytest.raises(PermissionDenied):
            instructing.case_accept(actor=someone, case=case)
        with pytest.raises(PermissionDenied):
            message_send(actor=someone, case=case, text="Bonjour", internal=True) if someone.name != "Lectrice" else (
                instructing.case_ask(actor=someone, case=case, text="x")
            )
    assert again(case).state == State.SUBMITTED


def test_a_case_is_given_only_to_those_who_may_examine_it_and_many_at_once_can_be_undone() -> None:
    agent, other = world.posted("agathe", "instruct"), world.posted("basile", "instruct", "aide-directe")
    case, foreign = world.case(), world.case("avis")
    instructing.case_assign(actor=agent, case=case, to=other)
    assert again(case).assigned_to == other
    with pytest.raises(InputError, match="ne peut pas instruire"):
        instructing.case_assign(actor=agent, case=foreign, to=other)
    before = instructing.cases_assign(actor=agent, cases=[case, foreign], to=agent)
    assert before == {case.pk: other.pk, foreign.pk: None}
    assert instructing.assignments_restore(actor=agent, before=before) == 2
    assert (again(case).assigned_to, again(foreign).assigned_to) == (other, None)


def test_the_rules_own_figure_is_proposed_without_a_word_and_another_with_a_reason() -> None:
    agent, case = world.posted("agathe", "instruct"), world.case(state=State.COMPLETE)
    with pytest.raises(InputError, match="dites pourquoi"):
        instructing.case_propose(actor=agent, case=case, amount=Decimal("4000"), motive="  ")
    with guard.acts():
        instructing.case_propose(actor=agent, case=case, amount=Decimal("5000.00"), motive="")
    case = again(case)
    assert (case.state, case.favourable, case.proposed) == (State.READY, True, 500_000)
    instructing.case_reopen(actor=agent, case=case, reason="Un chiffre a changé.")
    case = again(case)
    assert (case.state, case.favourable, case.proposed) == (State.COMPLETE, None, None)
    instructing.case_propose(actor=agent, case=case, amount=Decimal("4000"), motive="Un devis est hors sujet.")
    last = case.moves.select_related("case__subject").order_by("pk").last()
    assert last is not None
    assert last.reason == "Un devis est hors sujet."
    assert facts("grants.proposed.v1") == 2


@pytest.mark.parametrize("amount", ["0", "-1", "10.001", "NaN", "Infinity", "10000.01"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    agent, case = world.posted("agathe", "instruct"), world.case(state=State.COMPLETE)
    with pytest.raises(InputError):
        instructing.case_propose(actor=agent, case=case, amount=Decimal(amount), motive="Pourquoi pas.")
    assert again(case).state == State.COMPLETE


def test_a_refusal_is_proposed_with_its_reasons_and_no_amount() -> None:
    agent, case = world.posted("agathe", "instruct"), world.case(state=State.COMPLETE)
    with pytest.raises(InputError, match="motivez"):
        instructing.case_propose(actor=agent, case=case, amount=None, motive="")
    instructing.case_propose(actor=agent, case=case, amount=None, motive="Hors du périmètre.")
    case = again(case)
    assert (case.state, case.favourable, case.proposed) == (State.READY, False, None)


def test_a_label_is_proposed_after_a_visit_and_without_an_amount() -> None:
    agent, case = world.posted("agathe", "instruct"), world.case("label-vert", state=State.COMPLETE, computed=None)
    with pytest.raises(InputError, match="visite"):
        instructing.case_propose(actor=agent, case=case, amount=None, favourable=True, motive="")
    with pytest.raises(InputError, match="un jour entre"):
        visits.visit_record(actor=agent, case=case, on=dt.date(2020, 1, 1), findings="Vu.")
    with guard.acts():
        visits.visit_record(actor=agent, case=case, on=today(), findings="Trois parcelles vues.")
    with pytest.raises(InputError, match="pas de montant"):
        instructing.case_propose(actor=agent, case=case, amount=Decimal(1), favourable=True, motive="")
    instructing.case_propose(actor=agent, case=case, amount=None, favourable=True, motive="")
    case = again(case)
    assert (case.state, case.favourable, case.proposed) == (State.READY, True, None)


def test_a_note_is_internal_and_a_piece_is_judged_only_while_examined() -> None:
    agent, case = world.posted("agathe", "instruct"), world.case()
    note = message_send(actor=agent, case=case, text=" À vérifier. ", internal=True)
    assert (note.internal, Message.objects.get().text) == (True, "À vérifier.")
    piece = Piece.objects.create(case=case, code="devis", added_at=case.saved_at, added_by=case.opened_by)
    assert instructing.piece_judge(actor=agent, piece=piece, verdict="rejected").judged_by == agent
    assert instructing.piece_judge(actor=agent, piece=piece, verdict="").judged_at is None
    Case.objects.filter(pk=case.pk).update(state=State.REFUSED)
    with pytest.raises(InputError, match="plus à l'examen"):
        instructing.piece_judge(actor=agent, piece=piece, verdict="accepted")
