"""The public pages of rules: the list, one rule, its files, its simulator."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from mandat.apps.programme.published import Published
from mandat.apps.programme.services import programme_load
from mandat.apps.rulebook.published import published_rules, rule_version
from mandat.apps.territory.models import Commune, Departement, Region
from mandat.definitions.folder import read_texts
from mandat.kernel.errors import InputError
from tests.apps.rulebook.conftest import FILES, RULE, folder_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def territory(db: None) -> None:
    """A region of one department and three communes, two of whose names begin alike."""
    region = Region.objects.create(code="24", name="Centre-Val de Loire", digest="essai-regles", vintage="2025-01-01")
    departement = Departement.objects.create(code="45", name="Loiret", region=region)
    for code, name in (("45234", "Orléans"), ("45298", "Saint-Jean-de-Braye"), ("45300", "Saint-Jean-le-Blanc")):
        Commune.objects.create(
            code=code,
            name=name,
            departement=departement,
            population=1000,
            search=f" {name.lower().replace('é', 'e').replace('-', ' ')} | {code} 45000",
        )


def test_the_list_says_how_many_figures_rest_on_an_assumption(client: Client, programme: Published) -> None:
    page = client.get("/regles/").content.decode()
    assert "Bourse d’essai" in page
    assert "1 hypothèse" in page
    assert "Aide aux familles" in page


def test_the_list_is_searched_in_labels_and_narrowed_to_assumptions(client: Client, programme: Published) -> None:
    assert "Aide aux familles" not in client.get("/regles/?q=plafond").content.decode()
    assert "Bourse d’essai" in client.get("/regles/?q=plafond").content.decode()
    assert "Aide aux familles" not in client.get("/regles/?hypothese=on").content.decode()
    assert "Aucune règle ne correspond" in client.get("/regles/?q=introuvable").content.decode()


def test_the_list_is_narrowed_to_a_chapter_and_to_what_applies_a_rule(client: Client, programme: Published) -> None:
    chapter = next(
        programme.chapter_of[number].code
        for number in published_rules(programme).rules["bourse"].document.measures
        if number in programme.measures
    )
    assert "Bourse d’essai" in client.get(f"/regles/?chapitre={chapter}").content.decode()
    assert "Bourse d’essai" not in client.get("/regles/?usage=scheme").content.decode()
    assert client.get("/regles/?usage=inconnu").status_code == 422


def test_the_list_turns_its_pages_and_a_filter_returns_to_the_first(
    client: Client, programme: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mandat.apps.rulebook.views.rules.SHOWN", 1)
    total = len(published_rules(programme).rules)
    pages = [client.get(f"/regles/?page={n}").content.decode() for n in range(1, total + 1)]
    titles = [re.findall(r'<h2 class="h3"><a href="([^"]+)"', page) for page in pages]
    assert all(len(found) == 1 for found in titles)
    assert len({found[0] for found in titles}) == total
    assert f"Page 1 sur {total}" in pages[0]
    assert (
        "page=" not in client.get("/regles/?q=essai&page=2").content.decode().split("inline-list")[1].split("</ul>")[0]
    )


def test_a_rule_says_its_conditions_in_sentences_of_each_language(client: Client, programme: Published) -> None:
    page = client.get("/regles/bourse/").content.decode()
    assert "votre revenu est inférieur au plafond\u00a0: votre revenu mensuel reste sous le plafond de revenu" in page
    assert "votre commune est dans la région" in page
    english = client.get("/en/regles/bourse/").content.decode()
    assert "your monthly income is below the income ceiling" in english
    assert "your commune is in the region" in english


def test_names_in_formulas_lead_to_what_they_stand_for(client: Client, programme: Published) -> None:
    page = client.get("/regles/bourse/").content.decode()
    assert '<a href="#parametre-plafond" title="le plafond de revenu">plafond</a>' in page
    assert '<a href="#formule-revenu_faible"' in page
    for anchor in ("parametre-plafond", "formule-revenu_faible", "entree-revenu_mensuel"):
        assert f'id="{anchor}"' in page
    assert "&quot;region&quot;" in page


def test_figures_show_their_dates_references_and_assumptions(client: Client, programme: Published) -> None:
    page = client.get("/regles/bourse/").content.decode()
    assert "1\u202f000\u00a0€ par mois" in page
    assert "Programme, mesure 1" in page
    assert page.count("tag--assumption") == 1
    family = client.get("/regles/famille/").content.decode()
    assert "de 1\u202f500\u00a0€ par mois à moins de 3\u202f000\u00a0€ par mois" in family
    assert 'href="https://example.org/deliberation"' in family


def test_golden_cases_are_computed_again_on_the_page(client: Client, programme: Published) -> None:
    page = client.get("/regles/bourse/").content.decode()
    assert page.count("comme attendu") == 2
    assert "100\u00a0€ par mois" in page


def test_files_give_the_very_text_and_json_with_what_the_rule_shares(client: Client, programme: Published) -> None:
    text = client.get("/regles/bourse/regle.yaml").content.decode()
    assert text == FILES["rules/bourse.yaml"]
    assert "# A comment that stays." in text
    data: dict[str, Any] = json.loads(client.get("/regles/bourse/regle.json").content)
    assert data["version"] == 1
    assert data["rule"]["parameters"][0]["values"][0]["value"] == "1000"
    assert {given["name"] for given in data["shared_inputs"]} == {"commune", "revenu_mensuel", "handicap"}


def test_an_unknown_rule_is_not_found(client: Client, programme: Published) -> None:
    for end in ("", "regle.yaml", "regle.json", "essayer/"):
        assert client.get(f"/regles/inconnue/{end}").status_code == 404


def test_published_rules_are_compiled_once_a_revision_and_versions_stay(programme: Published) -> None:
    first = published_rules()
    assert published_rules() is first
    assert first.rules["bourse"].rule is not None
    programme_load(
        folder=read_texts(
            folder_texts(bourse=RULE.replace("value: 50", "value: 60").replace("montant: 100}", "montant: 120}"))
        )
    )
    second = published_rules()
    assert second is not first
    assert second.rules["bourse"].ref.version == 2
    old = rule_version("bourse", 1)
    assert old.rule is not None
    given = {"foyer": {"commune": "45234"}, "personnes": [{"revenu_mensuel": "10", "handicap": False}]}
    as_of = __import__("datetime").date(2025, 3, 1)
    assert old.rule.evaluate(given, as_of=as_of).value("montant") == 50
    with pytest.raises(InputError):
        rule_version("bourse", 3)


# The simulator


def form(**values: str) -> dict[str, str]:
    return {"op": "try", "as_of": "2025-03-01", "people": "1"} | values


def test_the_simulator_computes_and_explains(client: Client, programme: Published, territory: None) -> None:
    answer = client.post(
        "/regles/bourse/essayer/",
        form(**{"foyer:0:commune": "orleans", "personne:0:revenu_mensuel": "999,99 €", "personne:0:handicap": "false"}),
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Le droit est ouvert" in page
    assert "50\u00a0€ par mois" in page
    assert "Comment c’est calculé" in page
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_the_simulator_says_why_not_in_plain_words(client: Client, programme: Published, territory: None) -> None:
    page = client.post(
        "/regles/bourse/essayer/", form(**{"foyer:0:commune": "45234", "personne:0:revenu_mensuel": "1000"})
    ).content.decode()
    assert "Le droit n’est pas ouvert" in page
    assert "Votre revenu atteint le plafond." in page


def test_what_is_left_empty_is_unknown_and_the_questions_that_would_tell_are_said(
    client: Client, programme: Published, territory: None
) -> None:
    page = client.post("/regles/bourse/essayer/", form(**{"foyer:0:commune": "Orléans"})).content.decode()
    assert "On ne sait pas encore" in page
    assert "Combien recevez-vous par mois" in page.split("Ce qui permettrait")[1].split("</ul>")[0]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("personne:0:revenu_mensuel", "-5", "ne peut pas être inférieur à 0"),
        ("personne:0:revenu_mensuel", "mille", "Écrivez un nombre en chiffres"),
        ("personne:0:revenu_mensuel", "12,345", "au plus 2 chiffres après la virgule"),
        ("personne:0:revenu_mensuel", "99999999", "ne peut pas dépasser"),
        ("foyer:0:commune", "Nulle-Part", "Aucune commune de la région"),
        ("foyer:0:commune", "Saint-Jean", "Plusieurs communes correspondent"),
        ("personne:0:handicap", "peut-être", "Choisissez oui ou non"),
    ],
)
def test_a_wrong_answer_is_said_beside_its_question_and_at_the_head(
    client: Client, programme: Published, territory: None, field: str, typed: str, said: str
) -> None:
    answer = client.post("/regles/bourse/essayer/", form(**{field: typed}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(said) == 2
    assert 'role="alert"' in page


def test_a_commune_is_chosen_among_several_and_kept(client: Client, programme: Published, territory: None) -> None:
    offered = client.post("/regles/bourse/essayer/", form(**{"foyer:0:commune": "Saint-Jean"})).content.decode()
    assert "Saint-Jean-de-Braye (Loiret)" in offered
    chosen = client.post(
        "/regles/bourse/essayer/",
        form(
            **{"foyer:0:commune": "Saint-Jean", "foyer:0:commune.asked": "Saint-Jean", "foyer:0:commune.code": "45300"}
        ),
    ).content.decode()
    assert 'value="Saint-Jean-le-Blanc"' in chosen
    other = client.post(
        "/regles/bourse/essayer/",
        form(**{"foyer:0:commune": "Orléans", "foyer:0:commune.asked": "Saint-Jean", "foyer:0:commune.code": "45300"}),
    ).content.decode()
    assert 'value="Orléans"' in other


def test_people_are_added_and_left_out_where_the_rule_looks_at_them(client: Client, programme: Published) -> None:
    assert "Ajouter une personne" not in client.get("/regles/bourse/essayer/").content.decode()
    two = client.post(
        "/regles/famille/essayer/", form(op="add", **{"personne:0:revenu_mensuel": "900"})
    ).content.decode()
    assert 'name="people" value="2"' in two
    assert 'value="900"' in two
    three = {
        "people": "3",
        "personne:0:revenu_mensuel": "1",
        "personne:1:revenu_mensuel": "2",
        "personne:2:revenu_mensuel": "3",
    }
    left = client.post("/regles/famille/essayer/", form(op="remove:1", **three)).content.decode()
    assert 'name="people" value="2"' in left
    assert 'name="personne:1:revenu_mensuel" value="3"' in left


def test_the_household_is_counted_in_the_amount(client: Client, programme: Published) -> None:
    given = {"people": "2", "personne:0:revenu_mensuel": "1000", "personne:1:revenu_mensuel": "600"}
    page = client.post("/regles/famille/essayer/", form(**given)).content.decode()
    assert "20\u00a0€ par mois" in page


def test_an_example_fills_the_form_and_computes(client: Client, programme: Published, territory: None) -> None:
    page = client.post("/regles/bourse/essayer/", {"op": "example:0"}).content.decode()
    assert "Le droit est ouvert" in page
    assert 'value="999,99"' in page
    assert 'value="2025-03-01"' in page


def test_a_day_before_the_rule_applies_is_refused_in_words(client: Client, programme: Published) -> None:
    answer = client.post("/regles/bourse/essayer/", form(as_of="2020-01-01"))
    assert answer.status_code == 422
    assert "2022-01-01" in answer.content.decode()


@pytest.mark.parametrize("op", ["remove:999999999999", "example:99999999", "example:-1", "add:", "x" * 500])
def test_made_up_operations_break_nothing(client: Client, programme: Published, op: str) -> None:
    assert client.post("/regles/famille/essayer/", form(op=op, people="9" * 400)).status_code == 200
