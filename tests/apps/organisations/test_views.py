"""Pages of organisations: entered from a number, seen by those who may, silent to strangers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.organisations import limits, selectors, services
from mandat.apps.organisations.models import Control, Invitation, JoinRequest, Member, Organisation, Rank
from mandat.apps.organisations.registers import fake
from mandat.apps.organisations.worklist import waiting_organisations
from tests.apps.organisations.conftest import SIRET

pytestmark = pytest.mark.django_db
People = Callable[..., User]


@pytest.fixture
def site(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def looked_up(site: Client, number: str) -> str:
    return str(site.post(reverse("organisations:new"), {"stage": "number", "number": number}).content.decode())


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


def sheet(organisation: Organisation, name: str = "sheet", *more: Any) -> str:
    return reverse(f"organisations:{name}", args=[organisation.reference, *more])


# -- entering


def test_from_a_siret_to_an_organisation_of_ones_own(site: Client, ada: User) -> None:
    page = looked_up(site, "000 000 018 00010")
    assert "Les Rives vives" in page
    assert hidden(page, "number") == SIRET
    answer = site.post(
        reverse("organisations:new"),
        {
            "stage": "details", "number": SIRET, "proof": hidden(page, "proof"), "name": "Les Rives vives",
            "short_name": "LRV", "legal_category": "9220", "naf": "94.99z", "address": "1 rue de l'Essai 45000 ORLÉANS",
            "postcode": "45000", "commune_name": "Orléans", "headcount": "02", "email": "c@example.org",
        },
    )  # fmt: skip
    made = Organisation.objects.get()
    assert answer["Location"] == sheet(made)
    # The register writes ORLÉANS: that is the same commune.
    assert (made.declared, made.commune, made.commune_name) == ([], "45234", "Orléans")
    text = site.get(sheet(made)).content.decode()
    assert "association déclarée" in text
    assert "3 à 5 salariés" in text
    assert "c@example.org" in text


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("slow", "ne répond pas"),
        ("busy", "ne répond pas"),
        ("malformed", "ne répond pas"),
        ("wrong", "ne répond pas"),
        ("empty", "ne connaît pas"),
        ("unlisted", "ne connaît pas"),
        ("closed", "décembre"),
        ("hidden", "pas publiques"),
        ("partial", "ORGANISATION À TROUS"),
    ],
)
def test_whatever_the_register_does_the_form_can_be_filled_in(site: Client, ada: User, trouble: str, said: str) -> None:
    number = fake.trouble(trouble)
    page = looked_up(site, number)
    assert said in page
    site.post(
        reverse("organisations:new"),
        {"stage": "details", "number": number, "proof": hidden(page, "proof"), "name": "À la main"},
    )
    made = Organisation.objects.get()
    assert (made.siret, made.name, made.declared) == (number, "À la main", ["name"])


def test_a_proof_that_was_tampered_with_or_is_anothers_proves_nothing(site: Client) -> None:
    page = looked_up(site, fake.siret_of(2))
    for proof in ("forged", hidden(page, "proof")):
        Organisation.objects.all().delete()
        site.post(
            reverse("organisations:new"),
            {"stage": "details", "number": SIRET, "proof": proof, "name": "Coopérative du Grand Chêne"},
        )
        assert Organisation.objects.get().declared == ["name"]


def test_an_organisation_without_number_is_filled_in_by_hand(site: Client) -> None:
    assert 'name="number" value=""' in site.get(reverse("organisations:new") + "?sans-numero=1").content.decode()
    site.post(reverse("organisations:new"), {"stage": "details", "number": "", "name": "Collectif du quartier"})
    assert Organisation.objects.get().number == ""


@pytest.mark.parametrize(("number", "said"), [("123", "14 chiffres"), ("", "obligatoire"), ("732829320", "SIREN")])
def test_a_wrong_number_is_told_beside_its_field(site: Client, number: str, said: str) -> None:
    response = site.post(reverse("organisations:new"), {"stage": "number", "number": number})
    assert response.status_code == 422
    assert said in response.content.decode()


def test_wrong_details_are_told_and_nothing_is_lost(site: Client) -> None:
    response = site.post(
        reverse("organisations:new"),
        {"stage": "details", "number": "", "name": "", "naf": "abc", "postcode": "4", "address": "1 rue Neuve"},
    )
    assert response.status_code == 422
    text = response.content.decode()
    assert "94.99Z" in text
    assert "cinq chiffres" in text
    assert "1 rue Neuve" in text


def test_one_that_is_here_is_joined_on_request(
    rives: Organisation, client: Client, person: People, ada: User, django_capture_on_commit_callbacks: Any
) -> None:
    bob = person("bob")
    client.force_login(bob)
    page = looked_up(client, SIRET)
    assert "déjà inscrite" in page
    assert "ada@" not in page
    assert "contact@" not in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(sheet(rives, "ask"))
    request = JoinRequest.objects.get()
    assert (mail.outbox[0].to, "bob" in mail.outbox[0].body) == (["ada@example.org"], False)
    client.force_login(ada)
    assert "bob@example.org" in client.get(sheet(rives, "members")).content.decode()
    client.post(sheet(rives, "settle", request.pk), {"rank": "editor"})
    assert selectors.rank_of(bob, rives) == Rank.EDITOR


# -- seeing


def test_nobody_signed_out_or_strange_sees_an_organisation(rives: Organisation, client: Client, person: People) -> None:
    member = Member.objects.get()
    pages = ["sheet", "edit", "members", "links"]
    posts = ["refresh", "confirm", "leave"]
    for name in pages:
        assert client.get(sheet(rives, name)).status_code == 302
    client.force_login(person("eve"))
    for name in pages:
        assert client.get(sheet(rives, name)).status_code == 404
    for name in posts:
        assert client.post(sheet(rives, name)).status_code == 404
    assert client.post(sheet(rives, "member", member.pk), {"remove": "1"}).status_code == 404
    assert Member.objects.exists()


@pytest.mark.parametrize("name", ["sheet", "edit", "members", "links"])
@pytest.mark.parametrize("who", ["owner", "editor", "reader", "agent", "auditor", "elected", "administrator"])
def test_pages_open_to_those_who_may(
    rives: Organisation, client: Client, person: People, settings: Any, who: str, name: str
) -> None:
    settings.MANDAT_DEMO = True
    user = person("someone", "" if who in Rank.values else who)
    if who in Rank.values:
        Member.objects.create(organisation=rives, user=user, rank=who)
    client.force_login(user)
    verb = {"sheet": "read", "edit": "edit", "links": "edit", "members": "members"}[name]
    seen = 200 if selectors.allowed(user, rives, verb) else 403 if selectors.allowed(user, rives, "read") else 404
    assert client.get(sheet(rives, name)).status_code == seen


def test_agents_need_their_second_factor_there_too(rives: Organisation, client: Client, person: People) -> None:
    client.force_login(person("agent", "agent"))
    response = client.get(sheet(rives))
    assert response.status_code == 302
    assert "totp" in response["Location"] or "2fa" in response["Location"]


def test_pages_are_never_kept_by_anyone(rives: Organisation, site: Client) -> None:
    assert "no-store" in site.get(sheet(rives))["Cache-Control"]
    assert "no-store" in site.get(reverse("organisations:mine"))["Cache-Control"]


# -- changing


def test_the_sheet_is_corrected_and_read_again(rives: Organisation, site: Client) -> None:
    values = {"name": "Autre nom", "postcode": "45000", "commune_name": "Orléans"}
    assert site.get(sheet(rives, "edit")).status_code == 200
    assert site.post(sheet(rives, "edit"), values).status_code == 302
    rives.refresh_from_db()
    assert rives.name == "Autre nom"
    assert site.post(sheet(rives, "edit"), values | {"name": ""}).status_code == 422
    site.post(sheet(rives, "refresh"))
    rives.refresh_from_db()
    assert rives.name == "Les Rives vives"


@pytest.mark.parametrize("trouble", ["busy", "empty"])
def test_a_register_that_does_not_help_changes_nothing(site: Client, ada: User, trouble: str) -> None:
    made = services.organisation_create(actor=ada, siret=fake.trouble(trouble), values={"name": "À la main"})
    response = site.post(sheet(made, "refresh"), follow=True)
    assert "rien n’a changé" in response.content.decode()


def test_an_invitation_travels_by_e_mail(
    rives: Organisation, site: Client, person: People, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        site.post(sheet(rives, "members"), {"email": "bob@example.org", "rank": "editor"})
    [message] = mail.outbox
    assert message.to == ["bob@example.org"]
    found = re.search(r"/organisations/rejoindre/\S+", message.body)
    assert found
    link = found[0]
    assert "bob" not in link
    eve, bob = person("eve"), person("bob")
    assert Client().get(link).status_code == 302
    site.force_login(eve)
    assert "autre adresse" in site.get(link).content.decode()
    site.force_login(bob)
    assert "Les Rives vives" in site.get(link).content.decode()
    site.post(link)
    assert selectors.rank_of(bob, rives) == Rank.EDITOR
    assert site.get(link).status_code == 404


def test_a_name_with_a_line_break_makes_no_second_header(
    site: Client, ada: User, django_capture_on_commit_callbacks: Any
) -> None:
    made = services.organisation_create(actor=ada, values={"name": "A\nBcc: x@example.org"})
    with django_capture_on_commit_callbacks(execute=True):
        site.post(sheet(made, "members"), {"email": "bob@example.org", "rank": "editor"})
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == ["bob@example.org"]


def test_invitations_are_answered_from_ones_own_page(
    rives: Organisation, site: Client, ada: User, person: People
) -> None:
    bob = person("bob")
    invitation, _ = services.member_invite(actor=ada, organisation=rives, email=bob.email, rank="reader")
    answer = reverse("organisations:answer", args=[invitation.reference])
    assert site.post(answer, {"answer": "accept"}).status_code == 404
    site.force_login(bob)
    assert "Les Rives vives" in site.get(reverse("organisations:mine")).content.decode()
    site.post(answer, {"answer": "decline"})
    assert not Invitation.objects.exists()
    assert selectors.rank_of(bob, rives) == ""


def test_roles_change_and_the_last_owner_is_told(rives: Organisation, site: Client, ada: User, person: People) -> None:
    own = Member.objects.get(user=ada)
    other = Member.objects.create(organisation=rives, user=person("bob"), rank="reader")
    response = site.post(sheet(rives, "member", own.pk), {f"m{own.pk}-rank": "reader"}, follow=True)
    assert "dernière personne responsable" in response.content.decode()
    site.post(sheet(rives, "member", other.pk), {f"m{other.pk}-rank": "owner"})
    other.refresh_from_db()
    assert other.rank == "owner"
    response = site.post(sheet(rives, "leave"))
    assert response["Location"] == reverse("organisations:mine")
    assert site.get(sheet(rives)).status_code == 404


def test_a_member_of_another_organisation_is_not_touched(rives: Organisation, site: Client, person: People) -> None:
    other = services.organisation_create(actor=person("bob"), values={"name": "Autre"})
    member = Member.objects.get(organisation=other)
    assert site.post(sheet(rives, "member", member.pk), {"remove": "1"}).status_code == 404
    assert Member.objects.filter(pk=member.pk).exists()


def test_links_are_declared_by_siret_and_ended(rives: Organisation, site: Client) -> None:
    values = {
        "siret": fake.siret_of(2), "direction": "parent", "why": "majority", "share": "50,5",
        "since": "2025-01-01",
    }  # fmt: skip
    assert site.post(sheet(rives, "links"), values).status_code == 302
    link = Control.objects.get()
    assert (link.parent.name, link.child, str(link.share)) == ("Coopérative du Grand Chêne", rives, "50.50")
    assert "Coopérative du Grand Chêne" in site.get(sheet(rives)).content.decode()
    assert site.post(sheet(rives, "links"), values).status_code == 422
    assert site.post(sheet(rives, "links"), values | {"siret": SIRET}).status_code == 422
    site.post(sheet(rives, "unlink", link.pk))
    link.refresh_from_db()
    assert link.until == timezone.localdate()
    assert site.get(sheet(rives, "links")).status_code == 200


# -- the back office


def test_agents_search_and_confirm(
    rives: Organisation, client: Client, person: People, settings: Any, ada: User
) -> None:
    settings.MANDAT_DEMO = True
    alone = services.organisation_create(actor=ada, values={"name": "Collectif seul"})
    alone.members.all().delete()
    client.force_login(person("agent", "agent"))
    address = reverse("organisations:list")
    for query, there, absent in (
        ("", "Les Rives vives", "zzz"),
        ("?q=rives", "Les Rives vives", "Collectif seul"),
        ("?q=000+000+018", "Les Rives vives", "Collectif seul"),
        ("?q=W451000001", "Les Rives vives", "Collectif seul"),
        ("?which=ownerless", "Collectif seul", "Les Rives vives"),
        ("?which=declared", "Collectif seul", "Les Rives vives"),
        ("?which=ceased", "Aucune", "Collectif seul"),
        ("?page=99999999999", "Les Rives vives", "zzz"),
    ):
        text = client.get(address + query).content.decode()
        assert there in text
        assert absent not in text
    client.post(sheet(rives, "confirm"))
    rives.refresh_from_db()
    assert rives.confirmed_at is not None
    assert "Les Rives vives" not in client.get(f"{address}?which=unconfirmed").content.decode()


@pytest.mark.parametrize(
    ("role", "seen"),
    [("", 403), ("member", 403), ("elected", 403), ("agent", 200), ("auditor", 200), ("administrator", 200)],
)
def test_the_list_is_for_those_the_table_names(
    client: Client, person: People, settings: Any, role: str, seen: int
) -> None:
    settings.MANDAT_DEMO = True
    client.force_login(person("someone", role))
    assert client.get(reverse("organisations:list")).status_code == seen


def test_an_auditor_confirms_nothing(rives: Organisation, client: Client, person: People, settings: Any) -> None:
    settings.MANDAT_DEMO = True
    client.force_login(person("auditor", "auditor"))
    assert client.get(sheet(rives)).status_code == 200
    assert client.post(sheet(rives, "confirm")).status_code == 403
    assert client.post(sheet(rives, "refresh")).status_code == 403


def test_lists_cost_the_same_however_long(
    client: Client, person: People, settings: Any, django_assert_max_num_queries: Any, ada: User
) -> None:
    settings.MANDAT_DEMO = True
    for rank in range(60):
        services.organisation_create(actor=ada, values={"name": f"Collectif {rank:02d}"})
    client.force_login(person("agent", "agent"))
    with django_assert_max_num_queries(20):
        text = client.get(reverse("organisations:list")).content.decode()
    assert "Collectif 49" in text
    assert "Collectif 50" not in text
    client.force_login(ada)
    with django_assert_max_num_queries(15):
        assert "Collectif 59" in client.get(reverse("organisations:mine")).content.decode()


def test_the_register_is_not_asked_without_end_by_one_account(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOOKUPS", (1, 600))
    assert "Les Rives vives" in looked_up(site, SIRET)
    assert "ne répond pas" in looked_up(site, fake.siret_of(2))


def test_what_waits_for_agents_is_among_their_tasks(rives: Organisation, person: People) -> None:
    agent, auditor = person("agent", "agent"), person("auditor", "auditor")
    assert [str(task.label) for task in waiting_organisations(agent)] == ["1 organisation à confirmer"]
    assert waiting_organisations(auditor) == []
    services.organisation_confirm(actor=agent, organisation=rives)
    rives.members.all().delete()
    assert [str(task.label) for task in waiting_organisations(agent)] == ["1 organisation sans responsable"]
