"""The bureau's pages: the queue, a case, each act through its form, posts, the ranking, the expert's side."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.bodies.models import Term
from mandat.apps.grants.machine import State
from mandat.apps.grants.models import Case, Message, Opinion, Piece, Post, Score
from mandat.apps.grants.services import opinions, scoring
from mandat.apps.grants.services.moving import today
from mandat.apps.organisations.models import Member
from tests.apps.grants.desk import world

pytestmark = pytest.mark.usefixtures("programme")


def go(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    plain = unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+", " ", plain).replace("’", "'")


def file_url(case: Case, name: str = "file", *more: Any) -> str:
    return reverse(f"grants:{name}", args=[case.reference, *more])


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_the_queue_shows_what_is_late_first_and_only_schemes_one_is_posted_to() -> None:
    agent = world.posted("agathe", "instruct", "aide-directe")
    late = world.case(due_on=today() - dt.timedelta(days=1))
    later = world.case(due_on=today() + dt.timedelta(days=3))
    other = world.case("avis")
    page = text_of(go(agent).get(reverse("grants:queue")))
    assert page.index(late.reference) < page.index(later.reference)
    assert other.reference not in page
    assert "en retard" in page
    narrowed = text_of(go(agent).get(reverse("grants:queue"), {"quand": "late"}))
    assert late.reference in narrowed
    assert later.reference not in narrowed


@pytest.mark.parametrize("order", ["", "recents", "montant", "points"])
def test_pages_follow_one_another_without_a_gap_or_a_double(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from mandat.apps.grants import queue

    agent = world.posted("agathe", "instruct")
    org = world.organisation()
    opener = world.member(org, "ada")
    cases = [
        world.case(applicant=org, opened_by=opener, due_on=None if n % 3 == 0 else today() + dt.timedelta(days=n % 2),
                   asked=None if n == 4 else (n % 3) * 1000, points=None if n % 4 else n)
        for n in range(11)
    ]  # fmt: skip
    rows = queue.found("essai", agent, queue.Wanted(order=order))
    seen, cursor = [], ""
    for _page in range(10):
        shown = queue.page(rows, order, cursor, size=3)
        seen += [case.pk for case in shown.cases]
        cursor = shown.following
        if not cursor:
            break
    assert sorted(seen) == sorted(case.pk for case in cases)
    assert seen == [case.pk for case in queue.page(rows, order, size=50).cases]


def test_an_address_someone_wrote_by_hand_breaks_nothing() -> None:
    agent = world.posted("agathe", "instruct")
    world.case()
    for query in (
        "apres=zzz",
        "apres=W10",
        "etat=nowhere",
        "organisme=x",
        "commune=%00",
        "tri=nom",
        "dispositif=' OR 1",
    ):
        assert go(agent).get(reverse("grants:queue") + f"?{query}").status_code == 200


def test_the_search_leads_to_a_case_or_an_organisation_and_writes_no_name_in_the_address() -> None:
    agent = world.posted("agathe", "instruct")
    case = world.case(applicant=world.organisation("Ferme des Tilleuls"))
    client = go(agent)
    found = client.post(reverse("grants:queue_search"), {"q": case.reference.lower().replace("-", " ")})
    assert found["Location"] == file_url(case)
    by_name = client.post(reverse("grants:queue_search"), {"q": "tilleuls"})
    assert "tilleuls" not in by_name["Location"].lower()
    assert case.reference in text_of(client.get(by_name["Location"]))
    assert "Aucun dossier" in text_of(client.post(reverse("grants:queue_search"), {"q": "introuvable"}))


def test_the_list_as_csv_holds_no_name_and_no_title() -> None:
    agent = world.posted("agathe", "instruct")
    case = world.case(title="Le jardin de Camille", applicant=world.organisation("Camille Essai EI"))
    response = go(agent).get(reverse("grants:queue_csv"))
    raw = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert case.reference in raw
    assert "Camille" not in raw


def test_cases_are_given_together_and_it_can_be_undone() -> None:
    agent = world.posted("agathe", "instruct", "aide-directe")
    mine, foreign = world.case(), world.case("avis")
    client = go(agent)
    sent = {"case": [mine.reference, foreign.reference], "to": str(agent.pk), "query": "quand=late"}
    page = client.post(reverse("grants:queue_assign"), sent)
    assert page["Location"].endswith("?quand=late")
    assert (again(mine).assigned_to, again(foreign).assigned_to) == (agent, None)
    client.post(reverse("grants:queue_unassign"), {})
    assert again(mine).assigned_to is None


def test_the_page_of_a_case_says_what_was_sent_what_the_rule_gives_and_the_plan() -> None:
    agent = world.posted("agathe", "instruct")
    case = world.case()
    page = text_of(go(agent).get(file_url(case)))
    for words in ("Un verger partagé", "La règle dit oui", "l'aide", "5 000", "Nous-mêmes", "50 %", "Historique"):
        assert words in page.replace("\u00a0", " ").replace("\u202f", " "), words


def test_what_was_sent_is_shown_and_not_what_is_being_changed_since() -> None:
    agent, case = world.posted("agathe", "instruct"), world.case()
    Case.objects.filter(pk=case.pk).update(answers={**case.answers, "intitule": "Autre chose"}, title="Autre chose")
    page = go(agent).get(file_url(case)).content.decode()
    assert "<dd>Un verger partagé</dd>" in page


def test_each_act_has_its_form_and_a_wrong_one_says_what_is_wrong() -> None:
    agent = world.posted("agathe", "instruct")
    case, client = world.case(), go(agent)
    wrong = client.post(file_url(case, "file_ask"), {"text": ""})
    assert wrong.status_code == 422
    assert "dites ce qui manque" in text_of(wrong).lower(), text_of(wrong)[1500:4500]
    asked = {"codes": ["devis"], "fields_asked": ["cout"], "text": "Le devis manque.", "until": ""}
    assert client.post(file_url(case, "file_ask"), asked).status_code == 302
    assert again(case).state == State.INCOMPLETE
    case = world.case()
    client.post(file_url(case, "file_accept"))
    assert again(case).state == State.COMPLETE
    assert client.post(file_url(case, "file_propose"), {"outcome": "yes", "amount": "4 000,00"}).status_code == 422
    client.post(
        file_url(case, "file_propose"), {"outcome": "yes", "amount": "4 000,00", "motive": "Un devis en moins."}
    )
    assert (again(case).state, again(case).proposed) == (State.READY, 400_000)
    assert client.post(file_url(case, "file_reopen"), {"reason": ""}).status_code == 422
    client.post(file_url(case, "file_reopen"), {"reason": "Erreur."})
    assert again(case).state == State.COMPLETE
    client.post(file_url(case, "file_note"), {"reason": "Appelé ce matin."})
    assert Message.objects.get(case=case).internal
    client.post(file_url(case, "file_assign"), {"to": ""})
    assert again(case).assigned_to is None
    page = text_of(client.get(file_url(case)))
    assert "Appelé ce matin." in page
    assert "Erreur." in page


def test_an_agent_tied_to_the_case_or_recused_is_told_why_they_take_no_part() -> None:
    case = world.case()
    assert case.applicant is not None
    tied = world.posted("liee", "instruct")
    Member.objects.create(organisation=case.applicant, user=tied, rank="reader")
    refused = go(tied).get(file_url(case))
    assert refused.status_code == 403
    assert "côté" in text_of(refused)
    assert case.reference not in text_of(go(tied).get(reverse("grants:queue")))
    agent = world.posted("agathe", "instruct")
    client = go(agent)
    assert client.post(file_url(case, "file_recuse"), {"reason": "Mon voisin y travaille."}).status_code == 302
    assert "déport" in text_of(client.get(file_url(case)))
    assert case.reference not in text_of(client.get(reverse("grants:queue")))


def stored(case: Case, code: str, name: str) -> Piece:
    from mandat.apps.custody import uploads

    if "grants.test" not in uploads._PURPOSES:
        uploads.purpose("grants.test", title="Test", may_read=lambda user, stored: True, kinds=("pdf",))
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    kept = uploads.file_receive(
        actor=case.opened_by, subject=case.subject, upload=SimpleUploadedFile(name, pdf, "application/pdf"), purpose="grants.test"
    )  # fmt: skip
    return Piece.objects.create(case=case, code=code, upload=kept, added_at=timezone.now(), added_by=case.opened_by)


def blind_case() -> tuple[Case, User, Piece, Piece]:
    """A case of the blind contest, an expert asked, an open document and a personal one."""
    expert = world.posted("edith", "expert", "concours", "member")
    agent = world.posted("agathe", "instruct", "concours")
    answers = world.ANSWERS | {"presentation": "Association des Vergers de Tours"}
    case = world.case(
        "concours", state=State.COMPLETE, answers=answers, private={"contact": "Camille Essai, 06 01 02 03 04"},
        applicant=world.organisation("Vergers de Tours", siret="12345678900011"),
    )  # fmt: skip
    opinions.opinion_ask(actor=agent, case=case, expert=expert, due_on=today() + dt.timedelta(days=10))
    return (
        again(case),
        expert,
        stored(case, "devis", "devis-vergers-de-tours.pdf"),
        stored(case, "statuts", "statuts.pdf"),
    )


def test_a_blind_scorer_reads_nothing_that_says_who_applies() -> None:
    case, expert, devis, statuts = blind_case()
    client = go(expert)
    raw = unescape(client.get(file_url(case, "opinion")).content.decode())
    for secret in (
        "Vergers de Tours",
        "vergers-de-tours",
        "Camille",
        "06 01 02",
        "12345678900011",
        "123 456 789",
        "Nous-mêmes",
    ):
        assert secret not in raw, secret
    assert "Un verger partagé" in raw
    assert "2 réponses" in text_of(client.get(file_url(case, "opinion")))
    assert client.get(file_url(case, "opinion_piece", devis.pk)).status_code == 200
    assert "vergers" not in client.get(file_url(case, "opinion_piece", devis.pk))["Content-Disposition"]
    assert client.get(file_url(case, "opinion_piece", statuts.pk)).status_code == 404


def test_whoever_examines_a_blind_case_does_not_score_it() -> None:
    case, _expert, _devis, _statuts = blind_case()
    agent = User.objects.get(name="Agathe")
    assert go(agent).get(file_url(case, "file_score")).status_code == 404
    assert "Remplir la grille" not in text_of(go(agent).get(file_url(case)))


def test_an_expert_gives_points_and_an_opinion_from_their_own_page() -> None:
    case, expert, _devis, _statuts = blind_case()
    client = go(expert)
    assert case.reference in text_of(client.get(reverse("grants:opinions")))
    wrong = client.post(file_url(case, "opinion_score"), {"c-interet": "11", "c-ancrage": "2"})
    assert wrong.status_code == 422
    client.post(file_url(case, "opinion_score"), {"c-interet": "7", "c-ancrage": "2", "comment": "Bien."})
    assert Score.objects.get().points == {"interet": 7, "ancrage": 2}
    assert client.post(file_url(case, "opinion_give"), {"verdict": "for", "text": ""}).status_code == 422
    client.post(file_url(case, "opinion_give"), {"verdict": "for", "text": "Utile."})
    assert Opinion.objects.get().verdict == "for"
    assert "Utile." in text_of(client.get(file_url(case, "opinion")))


def test_a_ranking_says_its_ties_and_hides_the_readers_own_cases() -> None:
    case, expert, _devis, _statuts = blind_case()
    agent = User.objects.get(name="Agathe")
    twin = world.case("concours", state=State.COMPLETE)
    own = world.case("concours", state=State.COMPLETE)
    opinions.opinion_ask(actor=agent, case=twin, expert=expert, due_on=today())
    for one in (case, twin):
        scoring.score_give(actor=expert, case=one, points={"interet": 6, "ancrage": 3})
    assert own.applicant is not None
    Member.objects.create(organisation=own.applicant, user=agent, rank="reader")
    page = text_of(go(agent).get(reverse("grants:ranking", args=["concours", "printemps"])))
    assert len(re.findall(r"\d ex æquo", page)) == 2
    assert own.reference not in page
    assert "1 dossier de cet appel" in page


def test_posts_and_seats_are_given_and_ended_on_one_page() -> None:
    admin, agent = world.account("alice", "administrator"), world.account("agathe", "agent")
    client = go(admin)
    assert client.get(reverse("grants:posts")).status_code == 200
    wrong = client.post(reverse("grants:post_give"), {"email": "nobody@example.org", "duty": "instruct", "scheme": ""})
    assert wrong.status_code == 422
    client.post(reverse("grants:post_give"), {"email": agent.email, "duty": "instruct", "scheme": "avis"})
    post = Post.objects.get()
    assert (post.user, post.scheme, post.since) == (agent, "avis", today())
    client.post(reverse("grants:post_end", args=[post.pk]))
    post.refresh_from_db()
    assert post.until is not None
    assert post.until < today()
    client.post(reverse("grants:seat_give"), {"email": agent.email, "body": "conseil", "president": "on"})
    seat = Term.objects.get()
    assert seat.president
    client.post(reverse("grants:seat_end", args=[seat.pk]))
    seat.refresh_from_db()
    assert seat.until is not None


def test_the_instruction_sheet_is_a_pdf() -> None:
    case, expert, _devis, _statuts = blind_case()
    scoring.score_give(actor=expert, case=case, points={"interet": 6, "ancrage": 3}, comment="Oui.")
    response = go(User.objects.get(name="Agathe")).get(file_url(case, "file_sheet"))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_pages_ask_the_database_a_bounded_number_of_times() -> None:
    agent = world.posted("agathe", "instruct")
    org = world.organisation()
    opener = world.member(org, "ada")
    experts = [world.posted(f"e{n}", "expert", "avis", "member") for n in range(4)]

    def counted(url: str) -> int:
        client = go(agent)
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    case = world.case("avis", applicant=org, opened_by=opener, state=State.COMPLETE, assigned_to=agent)
    one_file, one_list = counted(file_url(case)), counted(reverse("grants:queue"))
    for expert in experts[:3]:
        opinions.opinion_ask(actor=agent, case=case, expert=expert, due_on=today())
        opinions.opinion_give(actor=expert, case=again(case), verdict="for", text="Oui.") if expert != experts[
            2
        ] else None
    for n in range(12):
        Message.objects.create(case=case, author=opener, from_service=False, text=f"Question {n}", at=timezone.now())
        world.case("avis", applicant=org, opened_by=opener)
    assert counted(reverse("grants:queue")) <= one_list + 1
    assert counted(file_url(case)) <= one_file + 6
    assert one_file <= 50
    assert one_list <= 25
