"""Pages of labels and contracts: for everyone, for their holder, and in the back office."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest

from mandat.apps.accounts.models import User
from mandat.apps.organisations.models import Organisation
from mandat.apps.registers.models import Contract, Label
from mandat.apps.registers.services import contracts, labels
from tests.apps.registers.conftest import case, decide

DAY = dt.date(2026, 11, 9)


@pytest.fixture
def label(tours: Organisation) -> Label:
    decide(case(tours))
    return Label.objects.get()


@pytest.fixture
def running(tours: Organisation, agent: User) -> Contract:
    decide(case(tours, "contrat-eau", title="Contrat du Cher"))
    made = Contract.objects.get()
    contracts.contract_sign(actor=agent, contract=made, on=DAY)
    made.refresh_from_db()
    return made


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\u202f", " ").replace("\xa0", " ")


def rows(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_an_empty_register_says_so(client: Any, programme: Any) -> None:
    assert "No holder" not in text(client.get("/labels/"))
    assert "Personne n’a encore ce label" in text(client.get("/labels/label-vert/")).replace("'", "’")
    assert client.get("/labels/fonds-essai/").status_code == 404
    assert client.get("/contrats/label-vert/").status_code == 404
    assert "51,8" not in text(client.get("/contrats/contrat-eau/"))


def test_a_register_names_holders_and_leads_to_the_proof(client: Any, label: Label) -> None:
    page = text(client.get("/labels/label-vert/"))
    assert "Ville de Tours" in page
    own = text(client.get(f"/labels/label-vert/{label.reference}/"))
    assert "10 novembre 2026" in own
    assert f"/faits/{label.periods.get().fact_index}/" in own
    assert "le coût du projet" in own
    assert "5 000" in own
    found = client.get(f"/registres/{label.reference}/")
    assert found["Location"] == f"/labels/label-vert/{label.reference}/"


def test_the_badge_says_when_a_label_has_ended(client: Any, label: Label, member: User, clock: Any) -> None:
    here = f"/labels/label-vert/{label.reference}/badge.svg"
    first = client.get(here)
    assert first["Content-Type"].startswith("image/svg+xml")
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "valable" in text(first)
    labels.label_give_up(actor=member, label=label)
    clock.shift(dt.timedelta(seconds=5))
    assert "terminé le 10 novembre 2026" in text(client.get(here))


def test_a_name_that_looks_like_a_formula_is_quoted_in_the_file(client: Any, label: Label, tours: Organisation) -> None:
    tours.name = "=HYPERLINK(1)"
    tours.save()
    [row] = rows(client.get("/labels/label-vert/registre.csv"))
    assert row["titulaire"] == "'=HYPERLINK(1)"
    assert row["jusqu_au"] == "2027-11-09"


def test_what_is_not_signed_is_not_public(client: Any, tours: Organisation) -> None:
    decide(case(tours, "contrat-eau", title="Contrat secret"))
    made = Contract.objects.get()
    assert client.get(f"/contrats/contrat-eau/{made.reference}/").status_code == 404
    assert "Contrat secret" not in text(client.get("/contrats/contrat-eau/"))


def test_coverage_is_said_against_the_promise(client: Any, running: Contract) -> None:
    page = text(client.get("/contrats/contrat-eau/"))
    assert "51,8 % des habitants" in page
    assert "80 %" in page
    assert "Orléans Métropole" in page
    assert [row["couverte"] for row in rows(client.get("/contrats/contrat-eau/couverture.csv"))] == [
        "non",
        "oui",
        "non",
        "non",
    ]
    assert "51,8 %" in text(client.get("/contrats/"))
    assert "Contrat du Cher" in text(client.get(f"/contrats/contrat-eau/{running.reference}/"))


def test_the_impact_sheet_of_a_measure(client: Any, label: Label, running: Contract) -> None:
    page = text(client.get("/mesures/1/bilan/"))
    for said in ("Fonds d’essai", "Le label-vert", "Le contrat-eau", "Charte des engagements"):
        assert said in page.replace("'", "’")
    assert client.get("/mesures/999/bilan/").status_code == 404
    assert "/mesures/1/bilan/" in text(client.get("/mesures/1/"))


@pytest.mark.parametrize(
    "path", ["/labels/", "/labels/label-vert/", "/contrats/", "/contrats/contrat-eau/", "/mesures/1/bilan/"]
)
def test_pages_ask_the_database_a_bounded_number_of_questions(
    client: Any, path: str, label: Label, running: Contract, orleans: Organisation, django_assert_max_num_queries: Any
) -> None:
    client.get(path)
    with django_assert_max_num_queries(24) as before:
        client.get(path, {"n": "1"})
    decide(case(orleans))
    decide(case(orleans, "contrat-eau"))
    with django_assert_max_num_queries(len(before.captured_queries) + 1):
        client.get(path, {"n": "2"})


def test_an_agent_acts_on_a_contract_from_its_page(client: Any, running: Contract, agent: User) -> None:
    client.force_login(agent)
    here = f"/bureau/labels-et-contrats/{running.reference}/"
    assert "Contrat du Cher" in text(client.get("/bureau/labels-et-contrats/"))
    assert "avenant" in text(client.get(here))
    added = client.post(
        f"{here}action/",
        {"title": "Digue", "due_on": "2028-01-01", "funder_1": "Région", "amount_1": "1 000,50", "region_1": "on"},
    )
    assert added.status_code == 302
    wrong = client.post(f"{here}action/", {"title": "Digue", "due_on": "2028-01-01", "funder_1": "Région"})
    assert wrong.status_code == 422
    assert client.post(f"{here}actions/1/debut/").status_code == 302
    done = client.post(f"{here}actions/1/realisee/", {"on": "2026-11-10", "evidence": "Photo", "cost": "900"})
    assert done.status_code == 302
    assert running.actions.get().fundings.get().amount == 100_050
    assert client.post(f"{here}revue/", {"on": "2026-11-10", "findings": "Bien."}).status_code == 302
    amended = client.post(
        f"{here}avenant/", {"on": "2026-11-10", "what": "Orléans rejoint", "adds": "Orléans Métropole"}
    )
    assert amended.status_code == 302
    assert client.post(f"{here}avenant/", {"on": "2026-11-10", "what": "X", "adds": "Atlantide"}).status_code == 422
    assert client.post(f"{here}fin/", {"on": "2026-11-10"}).status_code == 302
    assert client.get(f"{here}avenant/").status_code == 404


def test_a_holder_reads_the_grounds_and_answers(
    client: Any, label: Label, agent: User, member: User, other_agent: User
) -> None:
    client.force_login(agent)
    there = f"/bureau/labels-et-contrats/labels/label-vert/{label.reference}/"
    assert client.post(there, {"grounds": "Seuil non tenu", "answer_by": "2026-11-12"}).status_code == 422
    assert client.post(there, {"grounds": "Seuil non tenu", "answer_by": "2026-12-12"}).status_code == 302
    client.force_login(member)
    here = f"/labels/label-vert/{label.reference}/repondre/"
    assert "Seuil non tenu" in text(client.get(here))
    assert client.post(here, {"text": "Nous contestons."}).status_code == 302
    client.force_login(other_agent)
    assert "Nous contestons." in text(client.get(there))
    assert client.post(there, {"withdrawn": "oui", "motive": "Confirmé."}).status_code == 302
    assert "Seuil non tenu" not in text(client.get(f"/labels/label-vert/{label.reference}/"))


@pytest.mark.parametrize(
    "path", ["/bureau/labels-et-contrats/", "labels/label-vert/{label}/", "{contract}/", "{contract}/revue/"]
)
def test_the_back_office_is_for_those_posted_to_the_scheme(
    client: Any, path: str, label: Label, running: Contract, person: Callable[..., User]
) -> None:
    base = "/bureau/labels-et-contrats/"
    full = base + path.removeprefix(base).format(label=label.reference, contract=running.reference)
    assert client.get(full).status_code == 302
    for roles, expected in (((), 403), (("agent",), 200 if full == base else 403)):
        client.force_login(person(*roles))
        assert client.get(full).status_code == expected, roles
    client.force_login(person("auditor"))
    assert client.get(full).status_code == (403 if full.endswith("revue/") else 200)


def test_strangers_do_not_answer_for_a_holder(client: Any, label: Label, person: Callable[..., User]) -> None:
    client.force_login(person())
    assert client.get(f"/labels/label-vert/{label.reference}/repondre/").status_code == 403


def test_who_carries_the_project_may_say_so(
    client: Any, tours: Organisation, member: User, person: Callable[..., User]
) -> None:
    found = case(tours)
    here = f"/mes-dossiers/{found.reference}/qui-porte-le-projet/"
    client.force_login(person())
    assert client.get(here).status_code == 403
    client.force_login(member)
    assert client.post(here, {"gender": "women"}).status_code == 302
    assert 'value="women" selected' in text(client.get(here))
    assert client.post(here, {"gender": "martians"}).status_code == 422
