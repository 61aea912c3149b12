"""The applicant's pages: without script, for whom they should, with nothing typed ever lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Message, Party, Shared, Submission
from mandat.apps.grants.services import drafts, evidence, instructing, messages, sending
from mandat.apps.organisations.models import Member, Organisation
from mandat.apps.organisations.registers import fake
from tests.apps.grants.desk.world import posted
from tests.apps.grants.intake import world

pytestmark = pytest.mark.usefixtures("clock")


def go(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def url(name: str, case: Case, *more: Any) -> str:
    return reverse(f"grants:{name}", args=[case.reference, *more])


def answers_of(response: Any) -> str:
    found = re.search(r'name="answers" value="([^"]*)"', response.content.decode())
    assert found
    return unescape(found.group(1))


# -- before an account


def test_the_pre_check_asks_what_the_rule_needs_and_says_how_much(client: Client, programme: Any) -> None:
    here = reverse("grants:pre_check", args=["complet"])
    page = client.get(here)
    assert "Combien coûte le projet" in text_of(page)
    assert "Intitulé" not in text_of(page)
    assert not page.cookies
    sent = {
        "answers": answers_of(page),
        "asked": ["siege", "cout", "demande"],
        "siege": "Orléans",
        "cout": "10 000,50",
        "demande": "4000",
    }
    page = client.post(here, sent)
    assert "Votre projet semble convenir" in text_of(page)
    assert "jusqu’à 4 000 €" in text_of(page)
    assert "Y a-t-il des travaux" not in text_of(page)  # the rule needs it no more
    assert not Case.objects.exists()
    assert "sessionid" not in client.cookies
    # Changing an answer asks it again, with what was said.
    page = client.post(here, {"answers": answers_of(page), "op": "change:cout"})
    assert 'value="10 000,5' in page.content.decode().replace("\u202f", " ").replace("&nbsp;", " ")
    page = client.post(here, {"answers": answers_of(page), "asked": "cout", "cout": "500"})
    assert "ne semble pas convenir" in text_of(page)
    assert "au moins 1 000 euros" in text_of(page)


@pytest.mark.parametrize("typed", ["NaN", "1e999", "-5", "dix", "1" * 300, "10.000000000000001", "\x00"])
def test_the_pre_check_refuses_what_is_no_amount_in_words(client: Client, programme: Any, typed: str) -> None:
    here = reverse("grants:pre_check", args=["complet"])
    page = client.post(here, {"asked": "cout", "cout": typed})
    assert page.status_code in (200, 422)
    if page.status_code == 422:
        assert 'href="#q-cout"' in page.content.decode()
    assert "semble" not in text_of(page)


def test_answers_changed_by_hand_are_not_believed(client: Client, programme: Any) -> None:
    page = client.post(reverse("grants:pre_check", args=["complet"]), {"answers": "eyJjb3V0IjoxfQ:forged:x"})
    assert "ne se lisent plus" in text_of(page)


def test_answers_of_the_pre_check_come_along_through_signing_in(client: Client, ada: User, rives: Organisation) -> None:
    here = reverse("grants:pre_check", args=["complet"])
    page = client.post(
        here, {"asked": ["siege", "cout", "demande"], "siege": "37261", "cout": "10000", "demande": "4000"}
    )
    begin = reverse("grants:start", args=["complet"])
    answer = client.post(begin, {"answers": answers_of(page)})
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={begin}"
    client.force_login(ada)
    page = client.get(begin)
    assert "3 réponses de votre vérification" in text_of(page)
    answer = client.post(begin, {"applicant": f"{rives.reference}:association"})
    case = Case.objects.get()
    assert answer["Location"] == url("section", case, "porteur")
    assert (case.answers["cout"], case.answers["siege"], case.answers["siret"]) == ("10000", "37261", world.SIRET)
    assert "grants.begin" not in client.session


def test_beginning_says_for_whom_it_is(programme: Any, ada: User, rives: Organisation) -> None:
    company = world.organisation("Atelier", category="5710")
    Member.objects.create(organisation=company, user=ada, rank="owner")
    page = text_of(go(ada).get(reverse("grants:start", args=["complet"])))
    assert "Les Rives" in page
    assert "Atelier – ce dispositif n’est pas pour" in page
    forged = go(ada).post(reverse("grants:start", args=["complet"]), {"applicant": f"{company.reference}:association"})
    assert forged.status_code == 422
    assert not Case.objects.exists()


# -- the draft


PROJECT = {
    "intitule": "Un verger partagé", "description": "Planter.", "cout": "10 000", "demande": "4000", "travaux": "false",
    "debut.day": "1", "debut.month": "3", "debut.year": "2027", "op": "save",
}  # fmt: skip
BEARER = {"siege": "Orléans", "responsable": "Ada Essai", "courriel": "ada@example.org", "op": "save"}


def test_an_application_is_made_step_by_step_without_script(ada: User, rives: Organisation) -> None:
    client = go(ada)
    client.post(reverse("grants:start", args=["complet"]), {"applicant": f"{rives.reference}:association"})
    case = Case.objects.get()
    page = client.post(url("section", case, "porteur"), {**BEARER, "revision": "0"})
    assert page["Location"] == url("section", case, "projet")
    page = client.post(url("section", case, "projet"), {**PROJECT, "revision": "1"})
    assert page["Location"] == url("section", case, "equipe")
    row = {"rows": "1", "equipe-0-role": "Jardinière", "equipe-0-temps": "20", "equipe-0-nom": "Rosa", "revision": "2"}
    page = client.post(url("section", case, "equipe"), {**row, "op": "add"})
    assert page.status_code == 200
    assert 'name="equipe-1-role"' in page.content.decode()
    two = {**row, "rows": "2", "equipe-1-role": "Maçon", "equipe-1-temps": "10", "revision": "3", "op": "save"}
    page = client.post(url("section", case, "equipe"), two)
    assert page["Location"] == url("financing", case)
    client.post(url("section", case, "equipe"), {**two, "revision": "4", "op": "remove:1"})
    case.refresh_from_db()
    assert case.answers["equipe"] == [{"role": "Jardinière", "temps": 20}]
    plan = {"rows": "2", "revision": "5", "funder-0": "Les Rives", "amount-0": "2 000", "kind-0": "own", "certain-0": "1",
            "funder-1": "Orléans Métropole", "amount-1": "4000,00", "kind-1": "public", "op": "save"}  # fmt: skip
    page = client.post(url("financing", case), plan)
    assert page["Location"] == url("pieces", case)
    page = client.get(url("review", case))
    assert "1 chose à compléter" in text_of(page)
    send = {"code": "devis", "file": world.pdf()}
    assert "Le document est ajouté" in text_of(client.post(url("pieces", case), send, follow=True))
    page = client.get(url("review", case))
    for words in (
        "Tout est là",
        "Un verger partagé",
        "1er mars 2027",
        "10 000 €",
        "Orléans Métropole",
        "devis.pdf",
        "Rosa",
    ):
        assert words in text_of(page), words
    assert "Cochez" in text_of(client.post(url("review", case), {}, follow=True))
    page = client.post(url("review", case), {"sure": "1"})
    assert page["Location"] == url("receipt", case, 1)
    page = client.get(url("receipt", case, 1))
    assert Submission.objects.get().sha256 in text_of(page)
    assert "5 octobre 2026" in text_of(page)
    raw = client.get(url("receipt_pdf", case, 1))
    assert raw.content.startswith(b"%PDF-")
    assert client.get(url("case", case)).status_code == 200


def test_what_is_wrong_is_said_beside_and_in_a_summary_and_what_holds_is_kept(ada: User, rives: Organisation) -> None:
    case = drafts.case_start(actor=ada, scheme="complet", organisation=rives)
    client = go(ada)
    wrong = {**PROJECT, "cout": "dix mille", "debut.day": "31", "debut.month": "2", "revision": "0"}
    page = client.post(url("section", case, "projet"), wrong)
    assert page.status_code == 422
    html = page.content.decode()
    assert 'href="#q-cout"' in html
    assert 'href="#q-debut-day"' in html
    assert 'value="dix mille"' in html
    assert 'name="revision" value="1"' in html
    case.refresh_from_db()
    assert case.answers["intitule"] == "Un verger partagé"
    assert "cout" not in case.answers


def test_a_commune_that_several_fit_is_chosen_among_them(ada: User, rives: Organisation) -> None:
    case = drafts.case_start(actor=ada, scheme="complet", organisation=rives)
    client = go(ada)
    page = client.post(url("section", case, "projet"), {**PROJECT, "lieu": "Tour", "revision": "0"})
    assert page.status_code == 422
    assert 'name="lieu.code" value="37050"' in page.content.decode()
    chosen = {**PROJECT, "lieu": "Tour", "lieu.asked": "Tour", "lieu.code": "37261", "revision": "1"}
    assert client.post(url("section", case, "projet"), chosen).status_code == 302
    case.refresh_from_db()
    assert case.answers["lieu"] == "37261"
    page = client.post(url("section", case, "projet"), {**PROJECT, "lieu": "Atlantide", "revision": "2"})
    assert page.status_code == 422
    page = client.post(
        url("section", case, "projet"),
        {**PROJECT, "lieu.code": "37050", "lieu.asked": "Ch", "lieu": "Ch", "revision": "3"},
    )
    case.refresh_from_db()
    assert case.answers["lieu"] == "37050"


def test_questions_that_an_answer_calls_for_appear_after_it(ada: User, rives: Organisation) -> None:
    case = drafts.case_start(actor=ada, scheme="complet", organisation=rives)
    client = go(ada)
    client.post(url("section", case, "projet"), {**PROJECT, "revision": "0"})
    assert client.get(url("section", case, "chantier")).status_code == 404
    page = client.post(url("section", case, "projet"), {**PROJECT, "travaux": "true", "revision": "1"}, follow=True)
    assert "quelques questions de plus" in text_of(page)
    assert "Numéro de permis" in text_of(page)
    assert client.get(url("section", case, "chantier")).status_code == 200


def test_an_older_tab_is_refused_with_everything_it_held(ada: User, rives: Organisation) -> None:
    case = drafts.case_start(actor=ada, scheme="complet", organisation=rives)
    bob = world.member(rives, "bob", "editor")
    go(bob).post(url("section", case, "projet"), {**PROJECT, "intitule": "Celui de Bob", "revision": "0"})
    page = go(ada).post(url("section", case, "projet"), {**PROJECT, "intitule": "Celui d’Ada", "revision": "0"})
    assert page.status_code == 409
    assert "Celui d’Ada" in unescape(page.content.decode())
    assert "Enregistré entre-temps : Celui de Bob" in text_of(page)
    case.refresh_from_db()
    assert case.answers["intitule"] == "Celui de Bob"
    # Saving again is meant.
    go(ada).post(url("section", case, "projet"), {**PROJECT, "intitule": "Celui d’Ada", "revision": "1"})
    case.refresh_from_db()
    assert case.answers["intitule"] == "Celui d’Ada"


def test_a_siret_is_looked_up_without_saving(ada: User, rives: Organisation) -> None:
    case = drafts.case_start(actor=ada, scheme="complet", organisation=rives)
    client = go(ada)
    page = client.post(
        url("section", case, "porteur"), {**BEARER, "siret": fake.siret_of(2), "op": "lookup:siret", "revision": "0"}
    )
    assert page.status_code == 200
    assert 'class="found"' in page.content.decode()
    wrong = client.post(
        url("section", case, "porteur"), {**BEARER, "siret": "123", "op": "lookup:siret", "revision": "0"}
    )
    assert wrong.status_code == 422
    slow = client.post(
        url("section", case, "porteur"),
        {**BEARER, "siret": fake.trouble("slow"), "op": "lookup:siret", "revision": "0"},
    )
    assert "ne répond pas" in text_of(slow)
    case.refresh_from_db()
    assert case.revision == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("devis.pdf", b"MZ not a document", "n’est pas"),
        ("devis.exe", b"MZ", "pas accepté"),
        ("devis.pdf", b"", "vide"),
        ("devis.docx", b"PK\x03\x04 nothing", ""),
    ],
)
def test_files_that_are_not_what_they_say_are_refused(
    ada: User, rives: Organisation, name: str, content: bytes, words: str
) -> None:
    case = drafts.case_start(actor=ada, scheme="complet", organisation=rives)
    page = go(ada).post(url("pieces", case), {"code": "devis", "file": SimpleUploadedFile(name, content)}, follow=True)
    assert not case.pieces.exists()
    assert 'class="alert alert--error"' in page.content.decode()


def test_a_piece_takes_only_the_kinds_its_scheme_names(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives, travaux=True)
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
    )
    page = go(ada).post(
        url("pieces", case), {"code": "plans", "file": SimpleUploadedFile("plan.png", png)}, follow=True
    )
    assert not case.pieces.filter(code="plans").exists(), text_of(page)
    assert 'class="alert alert--error"' in page.content.decode()
    page = go(ada).post(url("pieces", case), {"code": "factures", "file": world.pdf()}, follow=True)
    assert "pas attendue maintenant" in text_of(page)


def test_files_are_read_by_their_side_alone(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    address = reverse("custody:piece", args=[case.pieces.get().upload_id])
    assert go(ada).get(address).status_code == 200
    agent = posted("agent", "instruct")
    assert go(agent).get(address).status_code == 404  # a draft is the applicant's
    sending.case_submit(actor=ada, case=case)
    assert go(agent).get(address).status_code == 200
    assert go(world.account("autre")).get(address).status_code == 404


# -- together


def test_someone_let_in_by_mail_fills_the_draft_and_disposes_of_nothing(
    ada: User, rives: Organisation, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    case = world.draft(ada, rives)
    with django_capture_on_commit_callbacks(execute=True):
        go(ada).post(url("share", case), {"op": "invite", "email": "Expert@example.org", "may_edit": "1"})
    [mail] = mailoutbox
    assert mail.to == ["Expert@example.org"]
    assert "verger" not in mail.subject + mail.body
    link = re.search(r"/mes-dossiers/invitation/\S+", mail.body)
    assert link
    stranger = world.account("autre")
    assert "autre adresse" in text_of(go(stranger).get(link.group(0)))
    go(stranger).post(link.group(0))
    assert not Shared.objects.exists()
    expert = world.account("expert")
    client = go(expert)
    assert "Dispositif complet" in text_of(client.get(link.group(0)))
    client.post(link.group(0))
    assert client.get(url("section", case, "projet")).status_code == 200
    assert go(stranger).get(link.group(0)).status_code == 404  # it served once
    client.post(url("discard", case))
    assert Case.objects.exists()
    share = Shared.objects.get()
    go(ada).post(url("share", case), {"op": f"end:{share.pk}"})
    assert client.get(url("section", case, "projet")).status_code == 404


def test_parties_agree_each_to_its_own_part(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives, scheme="commun")
    client = go(ada)
    page = client.post(url("parties", case), {"op": "invite", "siret": "12"}, follow=True)
    assert "14 chiffres" in text_of(page)
    client.post(
        url("parties", case), {"op": "invite", "siret": fake.siret_of(2), "role": "laboratoire", "amount": "1 500,50"}
    )
    party = Party.objects.select_related("organisation").get()
    assert (party.amount, party.role) == (150_050, "laboratoire")
    Organisation.objects.filter(pk=party.organisation_id).update(legal_category="7389")
    lab = world.member(party.organisation, "labo")
    assert "accord est attendu" in text_of(go(lab).get(reverse("grants:cases")))
    page = go(lab).post(
        url("parties", case), {"op": f"agree:{party.pk}", "role": "laboratoire", "cents": "1"}, follow=True
    )
    assert "a changé" in text_of(page)
    client.post(url("parties", case), {"op": f"agree:{party.pk}", "role": "laboratoire", "cents": "150050"})
    party.refresh_from_db()
    assert party.agreed_at is None  # the one that leads does not agree for another
    with pytest.raises(sending.IncompleteError, match="l'accord de"):
        sending.case_submit(actor=ada, case=case)
    go(lab).post(url("parties", case), {"op": f"agree:{party.pk}", "role": "laboratoire", "cents": "150050"})
    party.refresh_from_db()
    assert party.agreed_by == lab
    client.post(url("parties", case), {"op": f"change:{party.pk}", "role": "laboratoire", "amount": "2000"})
    party.refresh_from_db()
    assert party.agreed_at is None
    go(lab).post(url("parties", case), {"op": f"agree:{party.pk}", "role": "laboratoire", "cents": "200000"})
    go(lab).post(url("withdraw", case))
    assert sending.case_submit(actor=ada, case=case).rank == 1


def test_a_role_left_empty_is_said(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives, scheme="commun")
    page = text_of(go(ada).get(url("review", case)))
    assert "un partenaire manque : un laboratoire public" in page
    assert "au moins 2 organisations" in page


# -- afterwards


def test_the_case_says_where_it_stands_and_what_is_asked(ada: User, rives: Organisation, clock: Any) -> None:
    case = world.draft(ada, rives)
    sending.case_submit(actor=ada, case=case)
    client = go(ada)
    page = text_of(client.get(url("case", case)))
    assert "vous répond au plus tard" in page or "Vous avez une réponse au plus tard" in page
    agent = posted("agent", "instruct")
    clock.shift(60)
    instructing.case_ask(actor=agent, case=case, codes=["devis"], fields=["intitule"], text="Un devis lisible, merci.")
    page = text_of(client.get(url("case", case)))
    for words in ("Ce qui vous est demandé", "Un devis lisible, merci.", "Devis", "Votre projet – Intitulé"):
        assert words in page, words
    assert client.get(url("section", case, "porteur")).status_code == 200
    page = client.post(
        url("section", case, "projet"), {"intitule": "Un grand verger", "cout": "1", "revision": "1", "op": "save"}
    )
    case.refresh_from_db()
    assert (case.answers["intitule"], case.answers["cout"]) == ("Un grand verger", "10000.00")
    clock.shift(60)
    evidence.piece_add(actor=ada, case=case, code="devis", file=world.pdf("lisible.pdf"))
    page = client.post(url("answer", case))
    assert page["Location"] == url("receipt", case, 2)


def test_messages_go_both_ways_and_notes_of_the_service_never_show(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    sending.case_submit(actor=ada, case=case)
    agent = posted("agent", "instruct")
    messages.message_send(actor=agent, case=case, text="Entre nous : dossier fragile", internal=True)
    messages.message_send(actor=agent, case=case, text="Bonjour Ada")
    client = go(ada)
    assert "1 message" in text_of(client.get(reverse("grants:cases")))
    page = text_of(client.get(url("case", case)))
    assert "Bonjour Ada" in page
    assert "fragile" not in page
    client.post(url("message", case), {"text": "Merci"})
    assert Message.objects.filter(from_service=False).get().text == "Merci"
    assert "1 message" not in text_of(client.get(reverse("grants:cases")))


def test_what_the_service_weighs_stays_out_of_the_applicants_history(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    sending.case_submit(actor=ada, case=case)
    agent = posted("agent", "instruct")
    instructing.case_accept(actor=agent, case=case)
    page = text_of(go(ada).get(url("case", case)))
    assert "Votre dossier est complet" in page
    assert "Agent" not in page


def test_withdrawing_is_asked_twice_and_belongs_to_owners(ada: User, rives: Organisation) -> None:
    case = world.draft(ada, rives)
    sending.case_submit(actor=ada, case=case)
    editor = world.member(rives, "bob", "editor")
    assert "Retirer ma demande" not in text_of(go(editor).get(url("case", case)))
    go(editor).post(url("withdraw", case))
    case.refresh_from_db()
    assert case.state == State.SUBMITTED
    client = go(ada)
    assert client.get(url("withdraw", case)).status_code == 200
    client.post(url("withdraw", case), {"reason": "Autre projet"})
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN


@pytest.mark.parametrize(
    "name",
    ["case", "financing", "pieces", "parties", "share", "review", "withdraw"],
)
def test_nobody_else_knows_of_a_case(ada: User, rives: Organisation, name: str) -> None:
    case = world.draft(ada, rives)
    for other in (world.account("autre"), posted("agent", "instruct"), world.account("auditeur", "auditor")):
        assert go(other).get(url(name, case)).status_code == 404
    anonymous = Client().get(url(name, case))
    assert anonymous.status_code == 302
    assert anonymous["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("name", "most"),
    [("section", 26), ("financing", 24), ("pieces", 26), ("review", 30), ("case", 34), ("receipt", 28)],
)
def test_a_page_takes_a_bounded_number_of_statements(ada: User, rives: Organisation, name: str, most: int) -> None:
    case = world.draft(ada, rives)
    arguments: list[Any] = ["projet"] if name == "section" else []
    if name in ("case", "receipt"):
        sending.case_submit(actor=ada, case=case)
        arguments = [1] if name == "receipt" else []
        for n in range(12):
            messages.message_send(actor=ada, case=case, text=f"Message {n}")
    client = go(ada)
    client.get(url(name, case, *arguments))  # what is remembered is remembered
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(url(name, case, *arguments)).status_code == 200
    assert len(seen) <= most, "\n".join(query["sql"][:150] for query in seen)


def test_the_list_takes_as_many_statements_for_thirty_cases_as_for_one(ada: User, rives: Organisation) -> None:
    client = go(ada)

    def count() -> int:
        client.get(reverse("grants:cases"))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("grants:cases")).status_code == 200
        return len(seen)

    world.draft(ada, rives)
    one = count()
    for _n in range(34):
        world.draft(ada, rives, scheme="simple")
    assert count() == one
    assert "avant=" in client.get(reverse("grants:cases")).content.decode()
