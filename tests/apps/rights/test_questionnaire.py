"""Mes droits: what is asked and in what order, what is refused, what the result says, and that nothing is kept."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandat.apps.accounts.models import User
from mandat.apps.programme import published
from mandat.apps.programme.services import programme_load
from mandat.apps.rights.models import Claim
from mandat.apps.rights.questionnaire import book as books
from mandat.apps.rights.questionnaire.answers import Answers, Slot, sealed
from mandat.apps.rulebook import published as rulebook
from mandat.apps.territory.models import Commune, Departement, Region
from mandat.definitions.folder import read_texts
from tests.apps.rights import samples
from tests.apps.rulebook import conftest as rules
from tests.programmes_folder import texts

HERE = "/mes-droits/"
COMMUNE, INCOME = "foyer:0:commune", "personne:0:revenu_mensuel"


def rights(count: int = 0) -> dict[str, bytes]:
    """A grant by income and place with a bonus for disability, an aid by the income of the household, and ``count`` more."""
    grant = samples.right(
        code="bourse",
        title=samples.words("La bourse d'essai", "The trial grant"),
        rule="bourse",
        outputs={"eligible": "est_eligible", "amount": "montant"},
        benefit={
            "type": "allowance",
            "label": samples.words("Une bourse"),
            "paid_by": "transfer",
            "rhythm": "monthly",
            "lasts_months": 12,
        },
    )
    family = samples.right(
        code="famille",
        title=samples.words("L'aide aux familles", "The family aid"),
        rule="famille",
        measures=[2],
        commitments=[],
    )
    more = [
        samples.right(code=f"droit-{rank}", title=samples.words(f"Droit {rank}"), rule="bourse")
        for rank in range(count)
    ]
    return samples.texts_of(("right", grant), ("right", family), *(("right", one) for one in more))


def load(more: dict[str, bytes]) -> None:
    for cached in (published._read, rulebook._read, rulebook._version, books._book):
        cached.cache_clear()
    folder = read_texts(texts() | {name: text.encode() for name, text in rules.FILES.items()} | more)
    assert not folder.problems, folder.problems
    programme_load(folder=folder)


@pytest.fixture
def programme(db: None, settings: Any) -> None:
    """The trial programme with its rules and rights, over a region of two communes of one name and another."""
    settings.MANDAT_PROGRAMME = "essai"
    region = Region.objects.create(code="24", name="Centre-Val de Loire", digest="essai-droits", vintage="2025-01-01")
    departement = Departement.objects.create(code="45", name="Loiret", region=region)
    for code, name in (("45234", "Orléans"), ("45298", "Saint-Jean-de-Braye"), ("45300", "Saint-Jean-le-Blanc")):
        said = name.lower().replace("é", "e").replace("-", " ")
        Commune.objects.create(
            code=code, name=name, departement=departement, population=1000, search=f" {said} | {code} 45000"
        )
    load(rights())


class Visit:
    """Someone who goes through the questionnaire; ``page`` is what they see."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.send(op="begin")

    def send(self, **data: Any) -> Visit:
        self.answer = self.client.post(HERE, data)
        self.page = html.unescape(self.answer.content.decode())
        return self

    @property
    def hidden(self) -> dict[str, str]:
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.page))

    @property
    def question(self) -> str:
        return self.hidden.get("question", "")

    def say(self, typed: str = "", op: str = "answer", **parts: str) -> Visit:
        named = {f"{self.question}.{part}": value for part, value in parts.items()}
        return self.send(
            answers=self.hidden["answers"], question=self.question, op=op, **{self.question: typed}, **named
        )

    def go(self, op: str) -> Visit:
        return self.send(answers=self.hidden["answers"], question=self.question, op=op)

    def until(self, name: str) -> Visit:
        """Refuse questions until ``name`` is asked."""
        for _ in range(20):
            if self.question.endswith(f":{name}") or self.question == name:
                return self
            self.say(op="skip") if ":" in self.question else self.send(
                answers=self.hidden["answers"], question=self.question, op="answer", household="0"
            )
        raise AssertionError(f"{name} is never asked")


@pytest.fixture
def visit(client: Client, programme: None) -> Visit:
    return Visit(client)


def result(page: str, title: str) -> str:
    """The line of a right in the result."""
    return next(part for part in page.split("<li><h3>") if f">{title}<" in part)


def test_the_start_says_what_happens_to_answers_and_needs_no_account(client: Client, programme: None) -> None:
    answer = client.get(HERE)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Rien n’est gardé ici" in page
    assert not answer.cookies
    assert 'href="/mes-droits/"' in client.get("/").content.decode()


def test_the_easy_question_comes_first_and_the_delicate_one_later(visit: Visit) -> None:
    assert visit.question == COMMUNE
    assert "Encore 4 questions au plus" in visit.page
    visit.say("Orléans")
    assert visit.question == INCOME
    assert "puis elle est oubliée" in visit.page


def test_what_no_longer_matters_is_not_asked(visit: Visit) -> None:
    visit.say("Orléans").say("1200")
    # The grant is lost, so its bonus for disability is asked of nobody; the family aid needs the household.
    assert visit.question == "household"
    visit.send(answers=visit.hidden["answers"], question="household", op="answer", household="0")
    assert "Votre résultat" in visit.page
    assert "Votre revenu atteint le plafond." in result(visit.page, "La bourse d’essai")
    assert "handicap" not in visit.page


def test_the_result_says_the_amount_and_leads_to_the_right_the_rule_and_a_claim(visit: Visit) -> None:
    visit.say("Orléans").say("900").until("handicap").say("true")
    while visit.question:
        visit.send(answers=visit.hidden["answers"], question=visit.question, op="answer", household="0")
    line = result(visit.page, "La bourse d’essai")
    assert "100\u00a0€ par mois" in line
    assert 'href="/droits/bourse/"' in line
    assert 'href="/regles/bourse/"' in line
    assert "Faire ma demande" in line
    assert "repose sur une hypothèse" in line
    assert "estimation" in visit.page


def test_a_household_is_counted_named_and_asked_about_one_after_the_other(visit: Visit) -> None:
    visit.say("Orléans").say("1400")
    assert visit.question == "household"
    visit.send(answers=visit.hidden["answers"], question="household", op="answer", household="2")
    assert visit.question == "names"
    visit.send(answers=visit.hidden["answers"], question="names", op="answer", **{"name.1": "Lina", "name.2": ""})
    assert visit.question == "personne:1:revenu_mensuel"
    assert "Pour Lina" in visit.page
    visit.say("0")
    assert visit.question == "personne:2:revenu_mensuel"
    assert "la personne 3 de votre foyer" in visit.page
    visit.say("2000")
    assert "Votre résultat" in visit.page
    assert "2 autres personnes (Lina)" in visit.page
    assert "L’aide aux familles" in visit.page.split('id="no"')[1]


@pytest.mark.parametrize("typed", ["", "deux", "-1", "30", "9" * 50])
def test_an_impossible_household_is_refused_in_words(visit: Visit, typed: str) -> None:
    visit.say("Orléans").say("1400")
    visit.send(answers=visit.hidden["answers"], question="household", op="answer", household=typed)
    assert visit.answer.status_code == 422
    assert visit.question == "household"
    assert 'href="#household"' in visit.page


def test_a_refused_question_stays_unknown_and_is_not_asked_again(visit: Visit) -> None:
    visit.say("Orléans").say(op="skip")
    assert visit.question != INCOME
    visit.go("results")
    line = result(visit.page, "La bourse d’essai")
    assert "Combien recevez-vous par mois" in line
    assert "vous avez préféré ne pas répondre" in line
    assert "Je préfère ne pas répondre" in visit.page.split('id="given"')[1]


def test_a_wrong_answer_is_said_in_a_summary_and_beside_and_what_was_typed_stays(visit: Visit) -> None:
    visit.say("Orléans").say("douze cents")
    assert visit.answer.status_code == 422
    assert visit.page.count("Écrivez un nombre en chiffres") == 2
    assert 'value="douze cents"' in visit.page
    assert 'href="#q-personne-0-revenu-mensuel"' in visit.page
    assert 'id="q-personne-0-revenu-mensuel"' in visit.page
    assert "<title>Erreur" in visit.page
    visit.say("")
    assert "préférez ne pas répondre" in visit.page


def test_going_back_shows_the_former_answer_and_changing_it_changes_the_rest(visit: Visit) -> None:
    visit.say("Orléans").say("1200").go("back")
    assert visit.question == INCOME
    assert 'value="1\u202f200"' in visit.page
    visit.go("back")
    assert visit.question == COMMUNE
    assert 'value="Orléans"' in visit.page
    visit.say("Orléans", asked="Orléans", code="45234")
    assert visit.question == "household"
    visit.go(f"change:{INCOME}").say("800")
    assert visit.question == "personne:0:handicap"


def test_back_from_the_first_question_is_the_start(visit: Visit) -> None:
    assert "Commencer" in visit.go("back").page


def test_communes_of_one_name_are_offered_and_elsewhere_is_an_answer(visit: Visit) -> None:
    visit.say("Saint-Jean")
    assert "Saint-Jean-de-Braye (Loiret)" in visit.page
    visit.say("Saint-Jean", asked="Saint-Jean", code="45300")
    assert visit.question == INCOME
    other = Visit(visit.client).say("Marseille")
    assert "hors de la région" in other.page
    other.say("Marseille", asked="Marseille", code="00000").go("results")
    assert "La bourse d’essai" in other.page.split('id="no"')[1]
    assert "hors de la région" in other.page.split('id="given"')[1]


def test_the_english_pages_say_the_same(client: Client, programme: None) -> None:
    page = html.unescape(client.post(f"/en{HERE}", {"op": "begin"}).content.decode())
    assert "In which commune do you live?" in page
    assert "4 questions left at most" in page
    assert "I prefer not to say" in page


# Nothing is kept


def test_nothing_is_stored_nor_logged_and_no_cookie_is_set(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    with CaptureQueriesContext(connection) as statements:
        visit.say("Orléans").say("987,65").go("results")
    assert "no-store" in visit.answer["Cache-Control"]
    assert not visit.answer.cookies
    assert not visit.client.cookies
    assert Session.objects.count() == 0
    written = [
        one["sql"] for one in statements if not one["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE", "BEGIN"))
    ]
    assert written == []
    assert "987" not in " ".join(one["sql"] for one in statements)
    assert "987" not in caplog.text


def test_each_step_sends_few_statements_whatever_the_number_of_rights(client: Client, programme: None) -> None:
    counts = []
    for more in (0, 40):
        load(rights(more))
        seen = Visit(client).say("Orléans")
        with CaptureQueriesContext(connection) as statements:
            seen.say("900")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 4


def test_answers_that_were_not_sealed_here_are_refused(visit: Visit) -> None:
    for forged in ("x", sealed(Answers({}))[:-2] + "zz", "a" * 200_000):
        visit.send(answers=forged, question=COMMUNE, op="answer")
        assert visit.answer.status_code == 400
        assert "n’ont pas pu être relues" in visit.page


@pytest.mark.parametrize(
    "question", ["", "x", "personne:0:inconnu", "personne:7:revenu_mensuel", "a:b:c", ":::", "foyer:999:commune"]
)
def test_questions_that_are_not_asked_are_passed_over(visit: Visit, question: str) -> None:
    visit.send(answers=visit.hidden["answers"], question=question, op="answer", **({question: "1"} if question else {}))
    assert visit.answer.status_code == 200
    assert visit.question == COMMUNE


@pytest.mark.parametrize("op", ["change:x", "change:personne:9:revenu_mensuel", "claim:inconnu", "inconnu"])
def test_made_up_operations_break_nothing(visit: Visit, op: str) -> None:
    assert visit.go(op).answer.status_code in (200, 422)


# The person's own file


def kept(visit: Visit) -> dict[str, Any]:
    answer = visit.client.post(HERE, {"answers": visit.hidden["answers"], "op": "download"})
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    document: dict[str, Any] = json.loads(answer.content)
    return document


def upload(visit: Visit, raw: bytes) -> Visit:
    return visit.send(op="upload", file=SimpleUploadedFile("reponses.json", raw, "application/json"))


def test_answers_are_kept_as_a_file_and_taken_up_again(visit: Visit, client: Client) -> None:
    visit.say("Orléans").say(op="skip")
    document = kept(visit)
    assert document["format"] == "mandat-mes-droits"
    assert document["answers"][1] == {"entity": "personne", "member": 0, "input": "revenu_mensuel", "value": None}
    again = upload(Visit(client), json.dumps(document).encode())
    assert "ont été lues dans votre fichier" in again.page
    assert "Orléans" in again.page.split('id="given"')[1]
    assert kept(again) == document


def test_an_answer_no_right_asks_for_is_left_aside_and_said(visit: Visit) -> None:
    document = kept(visit.say("Orléans"))
    document["answers"].append({"entity": "personne", "member": 0, "input": "autrefois", "value": True})
    assert "1 réponse de votre fichier ne sert plus" in upload(visit, json.dumps(document).encode()).page


BAD: list[tuple[str, Any]] = [
    ("not JSON", b"\x00\xff"),
    ("a list", b"[]"),
    ("another format", {"format": "autre", "version": 1, "members": None, "answers": []}),
    ("another version", {"format": "mandat-mes-droits", "version": 2, "members": None, "answers": []}),
    ("more fields", {"format": "mandat-mes-droits", "version": 1, "members": None, "answers": [], "name": "x"}),
    ("members of another form", {"format": "mandat-mes-droits", "version": 1, "members": [1], "answers": []}),
    ("200 members", {"format": "mandat-mes-droits", "version": 1, "members": [""] * 200, "answers": []}),
    ("a member nobody counted", {"format": "mandat-mes-droits", "version": 1, "members": None, "answers": [{"entity": "personne", "member": 1, "input": "revenu_mensuel", "value": "1"}]}),
    ("a member below zero", {"format": "mandat-mes-droits", "version": 1, "members": [], "answers": [{"entity": "personne", "member": -1, "input": "revenu_mensuel", "value": "1"}]}),
    ("twice the same", {"format": "mandat-mes-droits", "version": 1, "members": None, "answers": [{"entity": "foyer", "member": 0, "input": "commune", "value": "45234"}] * 2}),
    ("too large", b'{"format": "mandat-mes-droits"' + b" " * 300_000 + b"}"),
    ("deep", b'{"a":' * 20_000 + b"1" + b"}" * 20_000),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), BAD, ids=[name for name, _ in BAD])
def test_a_file_that_cannot_be_of_answers_is_refused_whole(visit: Visit, name: str, content: Any) -> None:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    upload(visit, raw)
    assert visit.answer.status_code == 422
    assert 'role="alert"' in visit.page
    assert "Commencer" in visit.page


@pytest.mark.parametrize("value", [1.5, "-1", "1e9", True, [], {"a": 1}, "99999999999"])
def test_a_value_that_cannot_be_is_asked_again(visit: Visit, value: Any) -> None:
    document = kept(visit.say("Orléans").say("10"))
    document["answers"][1]["value"] = value
    upload(visit, json.dumps(document).encode())
    assert visit.answer.status_code in (200, 422)
    if visit.answer.status_code == 200:
        assert "Combien recevez-vous" in visit.page.split('id="perhaps"')[1].split("</section>")[0]


def test_no_file_at_all_is_said(visit: Visit) -> None:
    assert visit.send(op="upload").answer.status_code == 422


# Claims


def test_signed_out_one_is_told_how_to_keep_answers_while_signing_in(visit: Visit) -> None:
    visit.say("Orléans").say("900").go("results").go("claim:bourse")
    assert "Se connecter pour demander" in visit.page
    assert visit.hidden["answers"]
    assert Claim.objects.count() == 0


def test_signed_in_a_claim_begins_with_the_answers(client: Client, programme: None) -> None:
    client.force_login(User.objects.create_user("personne@example.org"))
    visit = Visit(client).say("Orléans").say("900").go("results")
    assert 'name="csrfmiddlewaretoken"' in visit.page
    answer = client.post("/mes-droits/demander/", {"answers": visit.hidden["answers"], "right": "bourse"})
    claim = Claim.objects.get()
    assert answer["Location"] == f"/compte/demandes/{claim.reference}/reponses/"
    assert claim.answers["foyer"] == {"commune": "45234"}
    assert claim.answers["personnes"] == [{"revenu_mensuel": "900"}]


def test_a_claim_is_refused_to_forged_forms_and_to_visitors(client: Client, programme: None) -> None:
    assert client.post("/mes-droits/demander/", {"right": "bourse"})["Location"] == HERE
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_user("autre@example.org"))
    assert strict.post("/mes-droits/demander/", {"right": "bourse"}).status_code == 403
    assert strict.post(HERE, {"op": "begin"}).status_code == 200


def test_a_slot_is_read_back_as_it_is_written() -> None:
    slot = Slot("personne", 3, "revenu_mensuel")
    assert Slot.read(str(slot)) == slot
    assert Slot.read("personne:-1:x") is None


@pytest.mark.parametrize("fields", [{"question": "household", "household": "²"}, {"question": "person:²:income"}])
def test_a_superscript_figure_is_no_number_and_breaks_nothing(visit: Visit, fields: dict[str, str]) -> None:
    assert visit.client.post("/mes-droits/", {"op": "answer", **fields}).status_code in (200, 422)
