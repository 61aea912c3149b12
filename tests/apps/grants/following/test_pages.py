"""Pages of what follows an award: the beneficiary's, the service's, files; who sees what, without a script, in few statements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.grants.models import PaymentRequest, PaymentRun
from mandat.apps.grants.services import accounts_given, breaches, payments, recovery
from tests.apps.grants.desk import world as desk
from tests.apps.grants.following import world

pytestmark = pytest.mark.usefixtures("programme")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_beneficiary_gives_an_account_asks_for_the_advance_and_takes_it_back() -> None:
    case = world.running()
    client = client_of(world.owner(case))
    page = client.get(reverse("grants:money", args=[case.reference]))
    assert page.status_code == 200
    assert "private" in page.headers["Cache-Control"]
    text = page.content.decode()
    assert "les coordonnées bancaires sont vérifiées" in text
    act = lambda name: reverse("grants:money_act", args=[case.reference, name])  # noqa: E731
    wrong = client.post(act("compte"), {"name": "Les Vergers", "iban": "FR00"}, follow=True)
    assert "IBAN faux" in wrong.content.decode()
    client.post(act("compte"), {"name": "Les Vergers", "iban": world.IBAN})
    page = client.post(act("demander"), {"code": "avance"}, follow=True)
    assert case.payments.get().amount == 250_000
    assert world.IBAN not in page.content.decode()
    client.post(act("reprendre"), {"pk": case.payments.get().pk})
    assert case.payments.get().state == PaymentRequest.State.REFUSED
    assert client.post(act("rien"), {}).status_code == 404
    assert client.post(act("reprendre"), {"pk": "9" * 15}).status_code == 404


def test_the_service_verifies_checks_orders_and_reads_the_answer() -> None:
    case = world.running()
    agathe, paul = world.agents()
    owner, agent, payer = (client_of(user) for user in (world.owner(case), agathe, paul))
    owner.post(
        reverse("grants:money_act", args=[case.reference, "compte"]), {"name": "Les Vergers", "iban": world.IBAN}
    )
    owner.post(reverse("grants:money_act", args=[case.reference, "demander"]), {"code": "avance"})
    page = agent.get(reverse("grants:following")).content.decode()
    assert case.reference in page
    act = lambda name: reverse("grants:follow_act", args=[case.reference, name])  # noqa: E731
    page = agent.get(reverse("grants:followed", args=[case.reference])).content.decode()
    assert world.IBAN in page
    agent.post(act("compte"), {"pk": case.bank_details.get().pk})
    agent.post(act("verifier"), {"pk": case.payments.get().pk})
    assert case.payments.get().state == PaymentRequest.State.CHECKED
    listed = payer.get(reverse("grants:worklist", args=["a-ordonner"])).content.decode()
    assert "2 500" in listed.replace("\u202f", " ").replace("\u00a0", " ")
    payer.post(
        reverse("grants:payments_order"), {"reference": "AIDES-7", "execution_on": timezone.localdate().isoformat()}
    )
    run = PaymentRun.objects.get()
    xml = payer.get(reverse("grants:payments_file", args=[run.reference, "xml"]))
    assert "no-store" in xml.headers["Cache-Control"]
    assert world.IBAN in xml.content.decode()
    assert agent.get(reverse("grants:payments_file", args=[run.reference, "xlsx"])).status_code == 404
    payer.post(reverse("grants:payments_sent", args=[run.reference]))
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = SimpleUploadedFile("retour.csv", b"reference;montant;etat\nAIDES-7-1;2500,00;paye\nINCONNU;3;paye\n")
    said = payer.post(reverse("grants:payments_answer"), {"file": answer}, follow=True).content.decode()
    assert case.payments.get().state == PaymentRequest.State.PAID
    assert "INCONNU" in said


def test_strangers_agents_elsewhere_and_experts_see_no_page_of_the_case() -> None:
    case = world.running()
    for user in (desk.account("inconnue"), desk.posted("ailleurs", "pay", "avis")):
        client = client_of(user)
        assert client.get(reverse("grants:money", args=[case.reference])).status_code == 404
        assert client.get(reverse("grants:followed", args=[case.reference])).status_code in (403, 404)
        assert client.post(reverse("grants:money_act", args=[case.reference, "compte"]), {}).status_code == 404
    owner = client_of(world.owner(case))
    assert owner.get(reverse("grants:followed", args=[case.reference])).status_code in (403, 404)
    assert owner.get(reverse("grants:following")).status_code == 403
    assert Client().get(reverse("grants:money", args=[case.reference])).status_code == 302


def test_the_page_of_a_case_and_the_lists_send_few_statements_however_much_there_is() -> None:
    agathe, _paul = world.agents()
    client = client_of(agathe)

    def count(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as sent:
            assert client.get(url).status_code == 200
        return len(sent)

    cases = [world.banked(world.running()) for _ in range(2)]
    url = reverse("grants:followed", args=[cases[0].reference])
    count(url)
    one, listed = count(url), count(reverse("grants:following"))
    for case in [*cases, *(world.banked(world.running()) for _ in range(4))]:
        payments.payment_ask(actor=world.owner(case), case=case, code="avance")
        accounts_given.accounts_schedule(case)
    assert count(url) <= one + 8
    assert count(url) <= 70
    assert count(reverse("grants:following")) <= listed + 2


def test_a_breach_and_a_recovery_are_shown_to_both_sides_and_answered() -> None:
    case = world.banked(world.running())
    world.paid(case)
    agathe, paul = world.agents()
    breach = breaches.condition_breach(
        actor=agathe, case=case, condition="charte", grounds="La charte n'est pas tenue."
    )
    back = recovery.recovery_announce(
        actor=paul, case=case, why="error", amount=Decimal(10), reason="Erreur de saisie."
    )
    owner = client_of(world.owner(case))
    text = owner.get(reverse("grants:money", args=[case.reference])).content.decode()
    assert "La charte n&#x27;est pas tenue." in text
    assert "Erreur de saisie." in text
    owner.post(
        reverse("grants:money_act", args=[case.reference, "repondre"]), {"pk": breach.pk, "text": "Si, la voici."}
    )
    owner.post(
        reverse("grants:money_act", args=[case.reference, "repondre-reprise"]), {"pk": back.pk, "text": "D'accord."}
    )
    agent = client_of(agathe)
    text = agent.get(reverse("grants:followed", args=[case.reference])).content.decode()
    assert "Si, la voici." in text
    agent.post(
        reverse("grants:follow_act", args=[case.reference, "conclure"]),
        {"pk": breach.pk, "outcome": "dismissed", "text": "Elle est tenue."},
    )
    breach.refresh_from_db()
    assert breach.outcome == "dismissed"
    for code in (
        "a-verifier",
        "a-ordonner",
        "en-banque",
        "a-lire",
        "en-retard",
        "conditions",
        "manquements",
        "reprises",
    ):
        assert agent.get(reverse("grants:worklist", args=[code])).status_code == 200
    assert agent.get(reverse("grants:worklist", args=["rien"])).status_code == 404


def test_a_plan_is_changed_without_a_script_and_its_errors_are_said() -> None:
    case = world.running()
    client = client_of(world.owner(case))
    url = reverse("grants:plan", args=[case.reference])
    assert client.get(url).status_code == 200
    base = {"plan-TOTAL_FORMS": "2", "plan-INITIAL_FORMS": "0"}
    lines = {
        "plan-0-funder": "Nous-mêmes", "plan-0-amount": "3 000,50", "plan-0-kind": "own", "plan-0-certain": "on",
        "plan-1-funder": "Le département", "plan-1-amount": "1999,50", "plan-1-kind": "public",
    }  # fmt: skip
    assert client.post(url, base | lines).status_code == 302
    assert list(case.plan.values_list("funder", "amount", "public", "own", "certain")) == [
        ("Nous-mêmes", 300_050, False, True, True),
        ("Le département", 199_950, True, False, False),
    ]
    wrong = client.post(url, base | lines | {"plan-1-funder": ""})
    assert wrong.status_code == 422
    assert client.post(url, {"plan-TOTAL_FORMS": "9999", "plan-INITIAL_FORMS": "0"}).status_code == 422
    assert case.plan.count() == 2


def test_conditions_are_undertaken_from_the_draft_on_and_checked_before_the_decision() -> None:
    draft = desk.case("aide-directe", state="draft")
    owner = client_of(world.owner(draft))
    url = reverse("grants:undertakings", args=[draft.reference])
    assert "Nous nous y engageons" in owner.get(url).content.decode()
    owner.post(reverse("grants:money_act", args=[draft.reference, "engagement"]), {"code": "charte"})
    assert draft.conditions.get().standing == "declared"
    agent = client_of(world.agents()[0])
    assert agent.get(reverse("grants:case_conditions", args=[draft.reference])).status_code == 404
    sent = desk.case("aide-directe")
    page = agent.get(reverse("grants:case_conditions", args=[sent.reference]))
    assert page.status_code == 200
    act = reverse("grants:follow_act", args=[sent.reference, "condition"])
    agent.post(act, {"code": "charte", "result": "met", "proof": "0", "text": "Vue."})
    assert sent.conditions.get().standing == "met"
    assert agent.post(reverse("grants:follow_act", args=[sent.reference, "clore"]), {}).status_code == 404
    assert client_of(desk.account("inconnue")).get(url).status_code == 404


def test_the_page_of_a_condition_counts_and_names_only_legal_persons_once_a_breach_is_upheld() -> None:
    case = world.banked(world.running())
    breach = breaches.condition_breach(
        actor=world.agents()[0], case=case, condition="charte", grounds="Elle n'est pas tenue."
    )
    url = reverse("grants:condition", args=["charte"])
    text = Client().get(url).content.decode()
    assert "Manquements examinés" in text
    assert "Les Vergers" not in text
    breaches.Breach.objects.filter(pk=breach.pk).update(outcome="upheld", closed_on=timezone.localdate())
    text = Client().get(url).content.decode()
    assert "Les Vergers" in text
    assert "pas tenue." not in text
    alone = world.running(alone=True, applicant_kind="person")
    other = breaches.condition_breach(actor=world.agents()[0], case=alone, condition="charte", grounds="Non plus.")
    breaches.Breach.objects.filter(pk=other.pk).update(outcome="upheld", closed_on=timezone.localdate())
    assert alone.reference not in Client().get(url).content.decode()


def test_an_organisation_sees_what_is_left_and_declares_what_others_gave() -> None:
    case = world.running()
    assert case.applicant is not None
    url = reverse("grants:small_aids", args=[case.applicant.reference])
    owner = client_of(world.owner(case))
    given = {"funder": "ADEME", "granted_on": "2025-03-01", "amount": "120 000", "regulation": "general"}
    assert owner.post(url, given).status_code == 302
    text = owner.get(url).content.decode().replace("\u202f", " ").replace("\u00a0", " ")
    assert "180 000 €" in text
    assert owner.post(url, given | {"amount": "-1"}).status_code == 422
    aid = case.applicant.small_aids.get()
    stranger = client_of(desk.account("inconnue"))
    assert stranger.get(url).status_code == 404
    assert (
        stranger.post(reverse("grants:small_aid_remove", args=[case.applicant.reference]), {"pk": aid.pk}).status_code
        == 404
    )
    owner.post(reverse("grants:small_aid_remove", args=[case.applicant.reference]), {"pk": aid.pk})
    assert not case.applicant.small_aids.exists()
