"""Pages of wallets: what each person sees and does there, and what nobody else may."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.ledger import selectors as ledger
from mandat.apps.wallets.models import Approval, Credential, Member, Run, Spend, Wallet
from mandat.apps.wallets.services import card_make, code_make, credit, refund, run_make, spend
from tests.apps.wallets.conftest import IBANS, SIRETS, approved


@pytest.fixture(autouse=True)
def demonstration(settings: Any) -> None:
    """No second factor is asked of agents."""
    settings.MANDAT_DEMO = True


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"wallets:{name}", args=arguments)


def read(client: Client, address: str, status: int = 200, **data: Any) -> str:
    response = client.post(address, data) if data else client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return str(response.content.decode())


@pytest.fixture
def bought(wallet: Wallet, shop: Approval, till: User) -> Spend:
    return spend(actor=till, approval=shop, number=code_make(wallet=wallet).number, amount=Decimal("12.50"), key="a")


# -- everyone


def test_the_public_pages_say_the_rules_and_who_takes_it(programme: Any, shop: Approval) -> None:
    client = Client()
    assert "Panier bio" in read(client, url("list"))
    page = read(client, url("wallet", "panier"))
    for words in ("100\u00a0€ par jour", "60\u00a0€ par semaine", "10 minutes", "est une hypothèse", "inconnu"):
        assert words in page.replace("\u202f", "\u00a0"), words
    assert "Boutique 0" in read(client, url("partners", "panier"))
    assert "Boutique 0" in read(client, url("partners", "panier") + "?lieu=Tours&categorie=magasin-bio")
    assert "Boutique 0" not in read(client, url("partners", "panier") + "?lieu=Bourges")
    assert "Lieu inconnu" in read(client, url("partners", "panier") + "?lieu=Nullepart")
    listed = client.get(url("partners_csv", "panier")).content.decode()
    assert SIRETS[0] in listed
    assert IBANS[0] not in listed
    assert client.get(url("wallet", "nope")).status_code == 404
    assert "Organic basket" in read(client, "/en" + url("wallet", "panier"))


def test_public_figures_are_those_of_the_facts(wallet: Wallet) -> None:
    page = read(Client(), url("wallet", "panier"))
    assert re.search(r"100\s*€", page)


# -- the holder


def test_a_holder_sees_the_balance_pays_and_reads_the_movements(
    wallet: Wallet, holder: User, shop: Approval, till: User
) -> None:
    client = signed_in(holder)
    assert "Panier bio" in read(client, url("mine"))
    page = read(client, url("mine_one", "panier"))
    assert "100\u00a0€" in page
    assert "31\u00a0décembre\u00a02026" in page
    assert "Afficher mon code" in read(client, url("pay", "panier"))
    shown = read(client, url("pay", "panier"), amount="12,50")
    number = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", shown)
    assert number is not None
    assert "<svg" in shown
    assert "12,50" in shown
    counter = signed_in(till)
    form = read(counter, url("till", shop.pk))
    key = re.search(r'name="key" value="([0-9a-f]{32})"', form)
    assert key is not None
    done = counter.post(url("till", shop.pk), {"code": number[0], "amount": "12,5", "key": key[1]})
    assert done.status_code == 302
    assert "Payé" in read(counter, done["Location"])
    again = counter.post(url("till", shop.pk), {"code": number[0], "amount": "12,5", "key": key[1]})
    assert again["Location"] == done["Location"]
    assert Spend.objects.count() == 1
    assert "Boutique 0" in read(client, url("mine_one", "panier"))
    table = client.get(url("movements_csv", "panier")).content.decode()
    assert "-12,50;EUR" in table
    assert "too" not in table
    assert "dépasse votre solde" in read(client, url("pay", "panier"), 422, amount="99")
    assert "illisible" in read(client, url("pay", "panier"), 422, amount="abc")


def test_a_card_is_shown_once_and_stopped(wallet: Wallet, holder: User) -> None:
    client = signed_in(holder)
    assert "20\u00a0€ par achat" in read(client, url("card", "panier")).replace("\u202f", "\u00a0")
    page = client.post(url("card", "panier")).content.decode()
    number = re.search(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}", page)
    assert number is not None
    assert number[0] not in read(client, url("card", "panier"))
    assert "Arrêter une carte perdue" in read(client, url("mine_one", "panier"))
    assert client.post(url("card_stop", "panier")).status_code == 302
    assert not Credential.objects.filter(stopped_at=None).exists()
    assert client.get(url("card_stop", "panier")).status_code == 405


def test_no_code_or_person_is_in_an_address_or_kept_by_a_cache(
    wallet: Wallet, holder: User, bought: Spend, till: User
) -> None:
    client = signed_in(holder)
    for name in ("mine", "mine_one", "pay", "card", "movements_csv"):
        address = url(name) if name == "mine" else url(name, "panier")
        response = client.get(address)
        assert "no-store" in response["Cache-Control"], name
        body = response.content.decode()
        assert wallet.pk.hex not in body
        assert str(wallet.pk) not in body
    receipt = read(signed_in(till), url("receipt", bought.approval_id, bought.reference))
    assert holder.email not in receipt
    assert str(wallet.pk) not in receipt


# -- the till


def test_a_qr_code_leads_to_the_till_with_its_code(
    wallet: Wallet, shop: Approval, till: User, manager: User, agent: User
) -> None:
    address = url("tills") + "?code=ABCD-EFGH"
    response = signed_in(till).get(address)
    assert response["Location"] == f"{url('till', shop.pk)}?code=ABCDEFGH"
    assert 'value="ABCDEFGH"' in read(signed_in(till), response["Location"])
    assert "login" in Client().get(address)["Location"]
    approved(agent, manager, 1, category="amap")
    Member.objects.create(partner=Approval.objects.exclude(pk=shop.pk).get().partner, user=till, role="till")
    assert "Choisissez la caisse" in read(signed_in(till), address)


def test_a_till_says_what_is_wrong(wallet: Wallet, shop: Approval, till: User) -> None:
    client = signed_in(till)
    number = code_make(wallet=wallet).number
    post = {"code": number, "key": "k"}
    assert "il reste 60" in read(client, url("till", shop.pk), 422, **post, amount="60,01")
    assert "inconnu, déjà utilisé" in read(client, url("till", shop.pk), 422, code="ZZZZ-ZZZZ", key="z", amount="1")
    assert "ambigu" in read(client, url("till", shop.pk), 422, **post, amount="1.234")
    small = credit(wallet="culture", holder=Member.objects.get(user=till).user, amount=Decimal(1), key="c").wallet
    assert small.pk
    assert ledger.balance(wallet.account_id) == 100


def test_a_manager_gives_back_and_manages_the_team_and_the_bank(
    bought: Spend, shop: Approval, manager: User, till: User, person: Callable[..., User]
) -> None:
    client = signed_in(manager)
    assert bought.reference in read(client, url("sales", shop.pk))
    form = read(client, url("refund", shop.pk, bought.reference))
    key = re.search(r'name="key" value="([0-9a-f]{32})"', form)
    assert key is not None
    assert "Au plus 12,50" in read(client, url("refund", shop.pk, bought.reference), 422, amount="13", key=key[1])
    assert client.post(url("refund", shop.pk, bought.reference), {"amount": "2,50", "key": key[1]}).status_code == 302
    assert "2,50" in read(client, url("receipt", shop.pk, bought.reference))
    newcomer = person()
    assert client.post(url("team", shop.pk), {"email": newcomer.email, "role": "till"}).status_code == 302
    assert newcomer.email in read(client, url("team", shop.pk))
    member = Member.objects.get(user=newcomer)
    assert client.post(url("member_remove", shop.pk, member.pk)).status_code == 302
    assert "Aucun compte" in read(client, url("team", shop.pk), 422, email="x@example.org", role="till")
    assert "2606" in read(client, url("bank", shop.pk))
    assert "IBAN faux" in read(client, url("bank", shop.pk), 422, iban="FR00")
    assert client.post(url("bank", shop.pk), {"iban": IBANS[2]}).status_code == 302
    assert IBANS[2] not in read(client, url("bank", shop.pk))
    for name in ("team", "bank"):
        assert signed_in(till).get(url(name, shop.pk)).status_code == 404


def test_an_application_is_made_and_decided(programme: Any, person: Callable[..., User], agent: User) -> None:
    farmer = person()
    client = signed_in(farmer)
    data = {"category": "amap", "name": "AMAP d'essai", "siret": SIRETS[3], "commune": "Orléans", "iban": IBANS[3]}
    assert "Aucune commune" in read(client, url("apply", "panier"), 422, **{**data, "commune": "Nullepart"})
    wrong = read(client, url("apply", "panier"), 422, **{**data, "siret": "1"})
    assert "SIRET faux" in wrong
    assert client.post(url("apply", "panier"), data).status_code == 302
    made = Approval.objects.get()
    assert "à décider" in read(client, url("tills"))
    assert "Cette caisse est fermée" in read(client, url("till", made.pk))
    bureau = signed_in(agent)
    assert "AMAP d" in read(bureau, url("bureau_partners", "panier"))
    page = read(bureau, url("approval", made.pk))
    assert "Agréer" in page
    assert IBANS[3] not in page
    assert "Dites pourquoi" in read(bureau, url("approval", made.pk), 422, decision="refuse", reason="")
    assert bureau.post(url("approval", made.pk), {"decision": "approve", "reason": ""}).status_code == 302
    assert "Encaisser" in read(client, url("till", made.pk))


# -- the back office


def test_an_agent_pays_and_reads_the_bank_s_answer(bought: Spend, shop: Approval, agent: User) -> None:
    client = signed_in(agent)
    assert "Panier bio" in read(client, url("bureau"))
    assert "12,50" in read(client, url("runs", "panier"))
    assert "passé" in read(client, url("runs", "panier"), 422, reference="P1", execution_on="2026-01-01")
    made = client.post(url("runs", "panier"), {"reference": "P1", "execution_on": "2026-11-20"})
    run = Run.objects.get()
    assert made["Location"] == url("run", run.pk)
    assert "P1-1" in read(client, url("run", run.pk))
    file = client.get(url("run_xml", run.pk))
    assert file.content.startswith(b"<?xml")
    assert file["Cache-Control"]
    assert "12,50" in client.get(url("run_csv", run.pk)).content.decode()
    assert client.post(url("run_sent", run.pk)).status_code == 302
    answer = "reference;montant;date;etat\nP1-1;12,50;20/11/2026;payé\nP1-2;1;20/11/2026;payé\n"
    page = client.post(url("answer"), {"file": SimpleUploadedFile("retour.csv", answer.encode())}).content.decode()
    assert "1 virement payé" in page
    assert "référence inconnue" in page
    bad = client.post(url("answer"), {"file": SimpleUploadedFile("x.xml", b"<!DOCTYPE a><a/>")})
    assert bad.status_code == 422
    assert "DTD" in bad.content.decode()
    page = read(client, url("bureau_wallet", "panier"))
    assert "Tout concorde" in page
    assert "Payé aux partenaires" in page


def test_a_holder_never_sees_another_s_and_no_agent_sees_who_bought(
    wallet: Wallet, bought: Spend, holder: User, agent: User, person: Callable[..., User]
) -> None:
    client = signed_in(agent)
    pages = [
        url("bureau"),
        url("bureau_wallet", "panier"),
        url("bureau_partners", "panier"),
        url("runs", "panier"),
        url("approval", bought.approval_id),
    ]
    for address in pages:
        body = read(client, address)
        assert holder.email not in body
        assert bought.reference not in body
        assert wallet.pk.hex not in body
    other = signed_in(person())
    for name in ("mine_one", "pay", "card", "movements_csv"):
        assert other.get(url(name, "panier")).status_code == 404
    assert Client().get(url("mine")).status_code == 302


#: Page → who opens it: (visitor, holder, other person, till, manager, agent, elected, auditor, administrator).
ROLES = ("visitor", "holder", "other", "till", "manager", "agent", "elected", "auditor", "administrator")
OPEN = {
    "list": set(ROLES), "wallet": set(ROLES), "partners": set(ROLES), "partners_csv": set(ROLES),
    "apply": set(ROLES) - {"visitor"}, "mine": set(ROLES) - {"visitor"}, "tills": set(ROLES) - {"visitor"},
    "mine_one": {"holder"}, "pay": {"holder"}, "card": {"holder"}, "movements_csv": {"holder"},
    "till": {"till", "manager"}, "sales": {"till", "manager"}, "receipt": {"till", "manager"},
    "refund": {"manager"}, "team": {"manager"}, "bank": {"manager"},
    "bureau": {"agent", "elected", "auditor", "administrator"}, "bureau_wallet": {"agent", "elected", "auditor", "administrator"},
    "bureau_partners": {"agent", "elected", "auditor", "administrator"}, "approval": {"agent", "elected", "auditor", "administrator"},
    "runs": {"agent", "elected", "auditor", "administrator"}, "run": {"agent", "elected", "auditor", "administrator"},
    "run_xml": {"agent", "administrator"}, "run_csv": {"agent", "administrator"}, "answer": {"agent", "administrator"},
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_for_whom_it_is(
    role: str,
    bought: Spend,
    shop: Approval,
    holder: User,
    till: User,
    manager: User,
    agent: User,
    person: Callable[..., User],
) -> None:
    run = run_make(actor=agent, wallet="panier", reference="P", execution_on=bought.day)
    named = {"holder": holder, "till": till, "manager": manager, "agent": agent}
    if role == "visitor":
        client = Client()
    else:
        client = signed_in(named.get(role) or (person() if role == "other" else person(role)))
    arguments: dict[str, tuple[Any, ...]] = dict.fromkeys(("list", "mine", "tills", "bureau", "answer"), ())
    arguments |= dict.fromkeys(("till", "sales", "team", "bank", "approval"), (shop.pk,))
    arguments |= dict.fromkeys(("receipt", "refund"), (shop.pk, bought.reference))
    arguments |= dict.fromkeys(("run", "run_xml", "run_csv"), (run.pk,))
    for name, allowed in OPEN.items():
        status = client.get(url(name, *arguments.get(name, ("panier",)))).status_code
        assert (status == 200) == (role in allowed), (name, role, status)
        assert role in allowed or status in (302, 403, 404), (name, role, status)


@pytest.mark.parametrize("role", ["elected", "auditor", "member"])
def test_reading_is_not_deciding(
    role: str, bought: Spend, shop: Approval, agent: User, person: Callable[..., User]
) -> None:
    run = run_make(actor=agent, wallet="panier", reference="P", execution_on=bought.day)
    client = signed_in(person(role))
    acts = [
        (url("approval", shop.pk), {"decision": "end", "reason": "x"}),
        (url("runs", "panier"), {"reference": "Q", "execution_on": "2026-11-20"}),
        (url("run_sent", run.pk), {"x": "1"}),
        (url("answer"), {"file": SimpleUploadedFile("r.csv", b"reference;montant;etat\nP-1;12,50;paye")}),
    ]
    for address, data in acts:
        assert client.post(address, data).status_code == 403, address
    shop.refresh_from_db()
    assert shop.state == "approved"
    assert Run.objects.count() == 1


def test_pages_send_a_bounded_number_of_statements(
    wallet: Wallet, shop: Approval, till: User, holder: User, agent: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(8):
        made = spend(actor=till, approval=shop, number=code_make(wallet=wallet).number, amount=Decimal(1), key=str(n))
    refund(actor=Member.objects.get(partner=shop.partner, role="manager").user, spend=made, amount=Decimal(1), key="r")
    card_make(wallet=wallet)
    for client, address, most in (
        (Client(), url("partners", "panier"), 16),
        (signed_in(holder), url("mine_one", "panier"), 22),
        (signed_in(till), url("sales", shop.pk), 14),
        (signed_in(agent), url("bureau_wallet", "panier"), 24),
    ):
        client.get(address)
        with django_assert_max_num_queries(most):
            client.get(address)
