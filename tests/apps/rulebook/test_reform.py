"""The reform page: what it asks, what it computes on the synthetic population, and what it says while there is none."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from mandat.apps.programme.published import Published
from mandat.apps.rulebook import population, tasks
from mandat.apps.territory.models import Commune, Departement, Region
from mandat.web import formats

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")]
HERE = "/regles/bourse/reforme/"


@pytest.fixture(autouse=True)
def fresh(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    cache.clear()


@pytest.fixture(scope="module")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("population")


@pytest.fixture
def people(programme: Published, settings: Any, sample_folder: Path) -> population.Sample:
    """A region of one commune of 20,000 inhabitants, and its sample."""
    settings.VAR = sample_folder
    region = Region.objects.create(code="24", name="Centre-Val de Loire", digest="essai-reforme", vintage="2025-01-01")
    departement = Departement.objects.create(code="45", name="Loiret", region=region)
    Commune.objects.create(
        code="45234", name="Orléans", departement=departement, population=20_000, search=" orleans | 45234"
    )
    return population.prepare()


def test_without_a_population_the_page_says_it_is_prepared_and_asks_a_worker_once(
    client: Client, programme: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks, "prepare_population", SimpleNamespace(enqueue=lambda: asked.append(1)))
    assert "en préparation" in client.get(HERE).content.decode()
    for _ in range(3):
        assert client.post(HERE).status_code == 302
    assert asked == [1]
    assert client.get("/regles/bourse/reforme.csv?voir=1").status_code == 302


def test_the_sample_is_one_household_in_ten_whole_and_made_once(people: population.Sample) -> None:
    assert 1_700 < people.people < 2_300
    stamp = people.persons.stat().st_mtime_ns
    call_command("population_prepare", verbosity=0)
    assert people.persons.stat().st_mtime_ns == stamp


def test_a_higher_ceiling_makes_gainers_and_no_loser_and_the_page_says_synthetic(
    client: Client, people: population.Sample
) -> None:
    page = client.get(HERE, {"voir": "1", "p.plafond": "1 500"}).content.decode()
    assert "Population de synthèse" in page
    assert "Ce que ferait la réforme" in page
    lines = rows(client, {"voir": "1", "p.plafond": "1500"})
    total = lines[0]
    assert int(total["persons"]) == people.people * population.ONE_IN
    assert int(total["gainers"]) > 0
    assert int(total["losers"]) == 0
    assert int(total["eligible_after"]) - int(total["eligible_before"]) == int(total["gainers"])
    assert total["population"] == "synthetic"


def test_the_deciles_are_drawn_with_the_same_figures_as_their_table(client: Client, people: population.Sample) -> None:
    query = {"voir": "1", "p.plafond": "1500"}
    page = client.get(HERE, query).content.decode()
    picture = page.split('<figure class="sides">')[1].split("</figure>")[0]
    for line in rows(client, query):
        if line["dimension"] == "decile":
            assert f"décile {line['code']}" in picture
            assert formats.number(int(line["gainers"]), 0) in picture.split("</svg>")[0]
            assert formats.number(int(line["gainers"]), 0) in picture.split("<table")[1]
    assert page.count("Par décile de niveau de vie") == 1 + picture.count("Par décile de niveau de vie") - 1
    assert "Population de synthèse" in picture
    assert '<figure class="sides">' not in client.get(HERE, {"voir": "1"}).content.decode()


def rows(client: Client, query: dict[str, str], code: str = "bourse") -> list[dict[str, str]]:
    answer = client.get(f"/regles/{code}/reforme.csv", query)
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_each_breakdown_adds_up_to_the_total(client: Client, people: population.Sample) -> None:
    lines = rows(client, {"p.montant_de_base": "80"})
    total = lines[0]
    for dimension in ("age", "gender", "decile", "commune"):
        cells = [line for line in lines if line["dimension"] == dimension]
        assert cells
        for column in ("persons", "gainers", "losers", "eligible_after"):
            assert sum(int(cell[column]) for cell in cells) == int(total[column])
    # Each eligible person receives 30 € more, twice that with a disability.
    gained = float(total["after"]) - float(total["before"])
    assert 30 * int(total["gainers"]) <= gained <= 60 * int(total["gainers"])


def test_a_lower_scale_makes_losers(client: Client, people: population.Sample) -> None:
    total = rows(client, {"p.aide.0.worth": "10"}, "famille")[0]
    assert int(total["losers"]) > 0
    assert int(total["gainers"]) == 0


def test_paid_by_persons_turns_gains_round(client: Client, people: population.Sample) -> None:
    paid = rows(client, {"p.montant_de_base": "80", "paye": "oui"})[0]
    assert int(paid["losers"]) > 0
    assert int(paid["gainers"]) == 0


def test_what_is_wrong_is_said_beside_its_field(client: Client, people: population.Sample) -> None:
    answer = client.get(HERE, {"p.plafond": "beaucoup"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Écrivez un nombre en chiffres") == 2
    assert 'value="beaucoup"' in page


def test_the_rule_of_today_is_costed_without_any_change(client: Client, people: population.Sample) -> None:
    assert "Ce que coûte la règle aujourd’hui" in client.get(HERE, {"voir": "1"}).content.decode()
