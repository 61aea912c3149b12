"""A call in two rounds: those retained answer the second, in its own time, and nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Request
from mandat.apps.grants.services import drafts, evidence, instructing, rounds, sending
from mandat.apps.grants.sheets import sheet_of
from mandat.apps.grants.submitted import read_back
from mandat.apps.organisations.models import Organisation
from mandat.journal import guard
from mandat.kernel.errors import InputError
from tests.apps.grants.desk.world import posted
from tests.apps.grants.intake import world

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def sent(ada: User, rives: Organisation) -> Case:
    case = world.draft(ada, rives, "deux-tours")
    assert [section.code for section in sheet_of(case).sections if section.round] == []
    sending.case_submit(actor=ada, case=case)
    case.refresh_from_db()
    return case


def test_a_case_retained_answers_the_second_round_and_sends_it_once(sent: Case, ada: User, clock: Any) -> None:
    agent = posted("agent", "instruct")
    clock.move_to(world.at("2026-11-03T10:00:00+01:00"))
    with guard.acts():
        asked = rounds.case_call_on(actor=agent, case=sent)
    sent.refresh_from_db()
    assert (sent.round, sent.state) == (2, State.INCOMPLETE)
    assert (asked.codes, asked.fields, f"{asked.until}") == (["protocole"], ["methode"], "2026-11-30")
    assert "Dossier complet" in asked.text
    with pytest.raises(sending.IncompleteError, match="Comment travaillerez-vous"):
        sending.case_submit(actor=ada, case=sent)
    case = drafts.case_save(actor=ada, case=sent, answers={"methode": "Ensemble."}, revision=sent.revision)
    evidence.piece_add(actor=ada, case=case, code="protocole", file=world.pdf("protocole.pdf"))
    clock.move_to(world.at("2026-11-30T11:59:59+01:00"))
    second = sending.case_submit(actor=ada, case=case)
    record = read_back(second)
    assert (second.rank, record["round"], record["answers"]["methode"]) == (2, 2, "Ensemble.")
    assert not Request.objects.filter(closed_on__isnull=True).exists()
    case.refresh_from_db()
    with pytest.raises(InputError, match="pas d'autre tour"):
        rounds.case_call_on(actor=agent, case=case)


def test_the_second_round_closes_to_the_second(sent: Case, ada: User, clock: Any) -> None:
    clock.move_to(world.at("2026-11-03T10:00:00+01:00"))
    rounds.case_call_on(actor=posted("agent", "instruct"), case=sent)
    sent.refresh_from_db()
    case = drafts.case_save(actor=ada, case=sent, answers={"methode": "Ensemble."}, revision=sent.revision)
    evidence.piece_add(actor=ada, case=case, code="protocole", file=world.pdf("protocole.pdf"))
    clock.move_to(world.at("2026-11-30T12:00:00+01:00"))
    with pytest.raises(InputError, match="clos depuis"):
        sending.case_submit(actor=ada, case=case)
    case.refresh_from_db()
    assert case.state == State.INCOMPLETE


def test_nobody_is_called_once_the_round_is_over_or_without_a_post(sent: Case, clock: Any) -> None:
    with pytest.raises(PermissionDenied):
        rounds.case_call_on(actor=world.account("passant", "agent"), case=sent)
    clock.move_to(world.at("2026-12-01T10:00:00+01:00"))
    with pytest.raises(InputError, match="est clos"):
        rounds.case_call_on(actor=posted("agent", "instruct"), case=sent)
    sent.refresh_from_db()
    assert (sent.round, sent.state) == (1, State.SUBMITTED)


def test_an_ordinary_completion_stays_in_the_first_round(sent: Case, ada: User) -> None:
    instructing.case_ask(actor=posted("agent", "instruct"), case=sent, fields=["intitule"], text="Un autre intitulé.")
    sent.refresh_from_db()
    assert sent.round == 1
    assert "methode" not in drafts.editable(sent, sheet_of(sent))


def test_an_agent_calls_from_the_page_of_the_case(sent: Case, client: Client, clock: Any) -> None:
    clock.move_to(world.at("2026-11-03T10:00:00+01:00"))
    client.force_login(posted("agent", "instruct"), backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("grants:file", args=[sent.reference])
    assert "Appeler au tour suivant" in client.get(page).content.decode()
    client.post(reverse("grants:file_call_on", args=[sent.reference]), {"text": "Bravo."})
    sent.refresh_from_db()
    assert (sent.round, Request.objects.get().text) == (2, "Bravo.")
