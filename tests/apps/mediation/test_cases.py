"""Mediation: in confidence from the request to the erasure, within its delays, told in counts alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from mandat import journal
from mandat.apps.accounts.models import Notice, User
from mandat.apps.bodies.services import terms
from mandat.apps.custody import own
from mandat.apps.mediation import access, keeping
from mandat.apps.mediation.models import Case, Message, Party
from mandat.apps.mediation.services import cases, talking, telling
from mandat.kernel.errors import InputError
from tests.apps.mediation.conftest import WORDS, joined

pytestmark = pytest.mark.django_db

#: Anybody but the parties and the mediator, whatever their role.
STRANGERS = ("", "member", "agent", "elected", "auditor", "administrator")


def everything_stored() -> str:
    """All text columns of mediation and of messages by e-mail, as the database holds them."""
    found = []
    with connection.cursor() as cursor:
        for model in [*apps.get_app_config("mediation").get_models(), Notice]:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def test_a_request_is_sealed_and_given_its_last_days(asked: Callable[..., Case]) -> None:
    case = asked()
    assert (case.take_up_by, case.state) == (dt.date(2026, 11, 25), "asked")
    assert asked(urgent=True).take_up_by == dt.date(2026, 11, 12)
    stored = everything_stored()
    for words in (*WORDS.values(), "haie"):
        assert words not in stored


def test_nothing_of_a_case_is_in_a_fact_or_a_message_by_mail(
    running: Callable[..., Case], person: Callable[..., User]
) -> None:
    case = running()
    assert case.mediator is not None
    talking.message_write(actor=case.mediator, case=case, text="Parlons de la haie de l'école.")
    before = {entry.fact.kind for entry in journal.iterate()}
    assert not {kind for kind in before if not kind.startswith(("programme.", "journal."))}
    assert "haie" not in json.dumps([[one.key, one.reference, one.kind] for one in Notice.objects.order_by("pk")])


def test_a_mediator_has_no_tie_to_the_case(asked: Callable[..., Case], person: Callable[..., User]) -> None:
    admin, case = person("administrator"), asked(actor=person("agent"))
    assert case.asker is not None
    with pytest.raises(InputError, match="partie à la médiation"):
        cases.mediator_name(actor=admin, case=case, mediator=case.asker)
    with pytest.raises(InputError, match="habilité"):
        cases.mediator_name(actor=admin, case=case, mediator=person("elected"))
    with pytest.raises(PermissionDenied):
        cases.mediator_name(actor=person("agent"), case=case, mediator=person("agent"))
    first = person("agent")
    case = cases.mediator_name(actor=admin, case=case, mediator=first)
    assert (case.state, case.end_by) == ("taken", dt.date(2027, 5, 10))
    cases.mediator_recuse(actor=first, case=case)
    with pytest.raises(InputError, match="récusée"):
        cases.mediator_name(actor=admin, case=case, mediator=first)


@pytest.mark.parametrize("mediators", ["comite-mediation"])
def test_a_mediator_sits_on_the_body_that_mediates_and_a_case_waits_for_another_once_they_leave(
    asked: Callable[..., Case], person: Callable[..., User], client: Any, clock: Any
) -> None:
    admin, case = person("administrator"), asked()
    member, stranger = person("member"), person("member")
    for one in (stranger, person("agent")):
        with pytest.raises(InputError, match="instance qui la mène : Comité de médiation"):
            cases.mediator_name(actor=admin, case=case, mediator=one)
    term = terms.term_give(actor=admin, body="comite-mediation", user=member, name="Ada", college="habitants", seat=1)
    case = cases.mediator_name(actor=admin, case=case, mediator=member)
    assert telling.clock_run(programme="essai")["to name again"] == 0
    terms.term_end(actor=admin, term=term, on=dt.date(2026, 11, 11))
    clock.shift(dt.timedelta(days=2))
    assert telling.clock_run(programme="essai")["to name again"] == 1
    assert telling.clock_run(programme="essai")["to name again"] == 0
    case.refresh_from_db()
    assert (case.mediator, case.state) == (None, "taken")
    assert [step.name for step in case.steps.all()][-1] == "left"
    client.force_login(admin)
    assert case.reference in client.get("/bureau/mediation/").content.decode().split("<h2")[1]


@pytest.mark.parametrize("role", STRANGERS)
def test_only_parties_and_the_mediator_open_a_case(
    role: str, running: Callable[..., Case], person: Callable[..., User]
) -> None:
    case, stranger = running(), person(*([role] if role else []))
    assert access.seat_of(stranger, case) is None
    client = Client()
    client.force_login(stranger)
    assert client.get(reverse("mediation:case", args=[case.reference])).status_code == 404
    for act in ("ecrire", "inviter", "proposer", "clore", "decliner", "repondre", "quitter", "recuser"):
        assert client.post(reverse("mediation:act", args=[case.reference, act]), {"text": "x"}).status_code == 404
    for attempt in (
        lambda: talking.message_write(actor=stranger, case=case, text="Bonjour à tous."),
        lambda: cases.case_close(actor=stranger, case=case, outcome="none", summary="Rien n'a été possible ici."),
        lambda: cases.party_invite(actor=stranger, case=case, side="group", called="Quelqu'un"),
        lambda: talking.proposal_make(actor=stranger, case=case, text="Replanter la haie ensemble."),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_parties_read_and_write_and_only_the_mediator_closes(running: Callable[..., Case]) -> None:
    case = running()
    group, service = case.parties.order_by("pk")
    assert group.user is not None
    assert service.user is not None
    assert case.mediator is not None
    for user in (group.user, service.user, case.mediator):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("mediation:case", args=[case.reference]))
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert "haie" in page.content.decode()
    for user in (group.user, service.user):
        with pytest.raises(PermissionDenied):
            cases.case_close(actor=user, case=case, outcome="none", summary="Rien n'a été possible ici.")


def test_who_gives_cases_reads_none(asked: Callable[..., Case], person: Callable[..., User]) -> None:
    case, client = asked(urgent=True), Client()
    client.force_login(person("administrator"))
    page = client.get(reverse("mediation:bureau")).content.decode()
    assert case.reference in page
    assert "haie" not in page
    assert "Collectif" not in page
    client.force_login(person("agent"))
    assert client.get(reverse("mediation:bureau")).status_code == 403


def test_an_aside_is_read_by_its_party_and_the_mediator_alone(running: Callable[..., Case]) -> None:
    case = running()
    group, service = case.parties.order_by("pk")
    assert group.user is not None
    assert service.user is not None
    assert case.mediator is not None
    talking.message_write(actor=group.user, case=case, text="Pour vous seulement : nous avons peur.", aside=True)
    talking.message_write(actor=case.mediator, case=case, text="Au service seul : que proposez-vous ?", to=service)
    talking.message_write(actor=service.user, case=case, text="Bonjour à toutes et tous.")

    def read(user: User) -> list[str]:
        return [one.text[:5] for one in access.messages_for(access.require_seat(user, case))]

    assert read(case.mediator) == ["Pour ", "Au se", "Bonjo"]
    assert read(group.user) == ["Pour ", "Bonjo"]
    assert read(service.user) == ["Au se", "Bonjo"]


def test_an_invitation_serves_once_and_says_nothing_before(
    taken: Callable[..., Case], person: Callable[..., User]
) -> None:
    case = taken()
    assert case.mediator is not None
    party = cases.party_invite(actor=case.mediator, case=case, side="service", called="Service des routes")
    invitation = party.invitation
    assert invitation is not None
    client = Client()
    client.force_login(person("agent"))
    page = client.get(reverse("mediation:invitation", args=[invitation]))
    assert "haie" not in page.content.decode()
    assert client.post(reverse("mediation:invitation", args=[invitation]), {"accept": "1"}).status_code == 302
    client.force_login(person("agent"))
    assert client.get(reverse("mediation:invitation", args=[invitation])).status_code == 404
    with pytest.raises(InputError, match="déjà servi"):
        cases.invitation_answer(actor=person(), invitation=invitation, accept=True)
    with pytest.raises(InputError, match="n'existe pas"):
        cases.invitation_answer(actor=person(), invitation="forged-token", accept=True)


def test_proposals_are_answered_once_by_each_party_and_a_case_ends(running: Callable[..., Case]) -> None:
    case = running()
    group, service = case.parties.order_by("pk")
    assert group.user is not None
    assert service.user is not None
    assert case.mediator is not None
    first = talking.proposal_make(actor=case.mediator, case=case, text="Replanter la haie à l'automne.")
    talking.proposal_answer(actor=group.user, proposal=first, accepts=True)
    with pytest.raises(InputError, match="déjà répondu"):
        talking.proposal_answer(actor=group.user, proposal=first, accepts=False)
    talking.proposal_make(actor=case.mediator, case=case, text="La replanter avec l'école en mars.")
    with pytest.raises(InputError, match="autre proposition"):
        talking.proposal_answer(actor=service.user, proposal=first, accepts=True)
    case = cases.case_close(
        actor=case.mediator, case=case, outcome="agreement", summary="La haie est replantée en mars avec l'école."
    )
    assert (case.state, case.forget_on) == ("closed", dt.date(2027, 11, 10))
    with pytest.raises(InputError):
        talking.message_write(actor=group.user, case=case, text="Encore un mot.")


def test_there_is_no_agreement_without_the_service(taken: Callable[..., Case]) -> None:
    case = taken()
    assert case.mediator is not None
    with pytest.raises(InputError, match="pas d'accord"):
        cases.case_close(
            actor=case.mediator, case=case, outcome="agreement", summary="Tout le monde est d'accord, dit-on."
        )


def test_whoever_asked_may_withdraw_and_others_may_leave(running: Callable[..., Case]) -> None:
    case = running()
    group, service = case.parties.order_by("pk")
    assert group.user is not None
    assert service.user is not None
    cases.party_leave(actor=service.user, case=case)
    assert access.seat_of(service.user, case) is None
    cases.party_leave(actor=group.user, case=case)
    case.refresh_from_db()
    assert case.state == "withdrawn"


def test_messages_cannot_be_a_flood(running: Callable[..., Case]) -> None:
    case = running()
    assert case.mediator is not None
    for n in range(talking.AN_HOUR):
        talking.message_write(actor=case.mediator, case=case, text=f"Message {n}")
    with pytest.raises(InputError, match="trop de messages"):
        talking.message_write(actor=case.mediator, case=case, text="Un de plus")


def test_what_was_said_is_destroyed_in_its_time_and_counts_stay(running: Callable[..., Case], clock: Any) -> None:
    case = running()
    assert case.mediator is not None
    talking.message_write(actor=case.mediator, case=case, text="Parlons de la haie.")
    cases.case_close(actor=case.mediator, case=case, outcome="none", summary="Rien n'a été possible cette année.")
    clock.shift(dt.timedelta(days=366))
    assert telling.clock_run(programme="essai")["forgotten"] == 1
    assert telling.clock_run(programme="essai")["forgotten"] == 0
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome, case.asker, case.mediator) == ("closed", "none", None, None)
    assert Message.objects.count() == Party.objects.count() == 0
    with pytest.raises(Exception, match="destroyed"):
        case.title  # noqa: B018 - opening it is the test


def test_counts_are_told_five_at_a_time_and_nothing_else(
    running: Callable[..., Case], person: Callable[..., User]
) -> None:
    done = [running() for _ in range(4)]
    assert telling.counts_tell(programme="essai") == 0
    done.append(running(urgent=True))
    assert telling.counts_tell(programme="essai") == 2
    assert telling.counts_tell(programme="essai") == 0
    for rank, case in enumerate(done):
        assert case.mediator is not None
        outcome = "agreement" if rank else "none"
        cases.case_close(actor=case.mediator, case=case, outcome=outcome, summary="Ce qui a été convenu entre nous.")
    assert telling.counts_tell(programme="essai") == 1
    told = {entry.fact.kind: entry.fact for entry in journal.iterate()}
    assert told["mediation.asked.v1"].quantity == told["mediation.completed.v1"].quantity == 5
    # One of five: it would tell who.
    assert told["mediation.asked.v1"].data["urgent"] is None
    assert told["mediation.completed.v1"].data["none"] is None
    assert told["mediation.completed.v1"].data["agreement"] is None
    assert all(not fact.subject and not fact.area for fact in told.values() if fact.kind.startswith("mediation"))


def test_an_account_is_given_what_it_said_and_leaves_what_others_need(
    running: Callable[..., Case], asked: Callable[..., Case]
) -> None:
    case = running()
    group = case.parties.order_by("pk")[0]
    assert group.user is not None
    assert case.mediator is not None
    talking.message_write(actor=group.user, case=case, text="Nous tenons à cette haie.")
    talking.message_write(actor=case.mediator, case=case, text="Le service aussi, paraît-il.")
    waiting = asked(actor=group.user)
    said = json.dumps(
        [[str(value.value) for value in one.values] for one in keeping._export(group.user)], ensure_ascii=False
    )
    assert "Nous tenons" in said
    assert "paraît-il" not in said
    assert keeping._stays(group.user)
    keeping._erase(group.user)
    case.refresh_from_db()
    assert case.asker is None
    assert Case.objects.get(pk=waiting.pk).forgotten_at is not None
    assert own is not None


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> la haie", "la ha\u200bie", "x" * 8001, "lа hаie \u202emélangée"]
)
def test_hostile_texts_are_cleaned_escaped_or_refused(text: str, running: Callable[..., Case]) -> None:
    case = running()
    assert case.mediator is not None
    client = Client()
    client.force_login(case.mediator)
    answer = client.post(reverse("mediation:act", args=[case.reference, "ecrire"]), {"text": text})
    assert answer.status_code in (302, 422)
    page = client.get(reverse("mediation:case", args=[case.reference])).content.decode()
    assert "<script>alert" not in page
    assert "\u200b" not in page
    assert "\u202e" not in page


def test_a_party_of_one_case_has_no_place_in_another(
    running: Callable[..., Case], taken: Callable[..., Case], person: Callable[..., User]
) -> None:
    one, other, user = running(), taken(), person()
    joined(other, user, side="group", called="Des voisins")
    assert access.seat_of(user, one) is None
    assert [case.reference for case in access.cases_of(user)] == [other.reference]
