"""Pages of loans, stakes and promises: what everyone reads, what agents record, what is refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandat.apps.accounts.models import User
from mandat.apps.funds import services
from mandat.apps.funds.models import Envelope, Loan, Stake
from mandat.apps.funds.plans import LoanTerms
from mandat.apps.funds.promises import promises
from mandat.apps.programme.published import published
from mandat.apps.programme.services import programme_load
from mandat.apps.programme.worklist import other_tasks
from mandat.definitions.folder import read_folder
from tests.apps.accounts.entering import enter
from tests.apps.funds.conftest import engaged, organisation

EUR = Decimal
TERMS = LoanTerms(rate=EUR("1.5"), instalments=8, every_months=3, late_rate=EUR(4))


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def loan(rich: Envelope) -> Loan:
    return services.loan_release(
        allocation=engaged(rich, "P-1", 1000), beneficiary=organisation(), amount=EUR(1000), on=dt.date(2024, 1, 15), year=2024,
        terms=TERMS, key="release",
    )  # fmt: skip


@pytest.fixture
def stake(rich: Envelope) -> Stake:
    return services.stake_take(
        allocation=engaged(rich, "C-1", 5000),
        company=organisation(2),
        shares=100,
        price=EUR(50),
        on=dt.date(2024, 3, 1),
        key="t",
    )


def entered(user: User) -> Client:
    return enter(Client(), user)


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return str(answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ")


def bounded(client: Client, address: str, most: int) -> str:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = text(client.get(address))
    assert len(queries) <= most, [query["sql"][:100] for query in queries]
    return page


def test_the_public_register_names_legal_persons_and_counts_the_others(
    client: Client, loan: Loan, rich: Envelope, agent: User
) -> None:
    services.repayment_record(actor=agent, loan=loan, amount=EUR("128.75"), on=dt.date(2024, 4, 15), reference="B1")
    for n in range(4):
        services.loan_release(
            allocation=engaged(rich, f"N-{n}", 77),
            beneficiary=None,
            amount=EUR(77),
            on=dt.date(2024, 1, 15),
            year=2024,
            terms=TERMS,
            key="release",
        )
    sole = organisation(5, legal_category="1000", name="Camille Essai")
    page = bounded(client, "/argent/prets/", 10)
    assert "Coopérative 1" in page
    assert "875 €" in page
    assert "Moins de cinq prêts" in page
    services.loan_release(
        allocation=engaged(rich, "N-9", 77),
        beneficiary=sole,
        amount=EUR(77),
        on=dt.date(2024, 1, 15),
        year=2024,
        terms=TERMS,
        key="release",
    )
    page = text(client.get("/argent/prets/"))
    assert "5 prêts ont été faits à des particuliers : 385 € en tout" in page
    assert "Camille" not in page + client.get("/argent/prets.csv").content.decode()
    assert "N-" not in page
    [row] = csv.DictReader(io.StringIO(client.get("/argent/prets.csv").content.decode("utf-8-sig")), delimiter=";")
    assert (row["reference"], row["montant"], row["capital_du"], row["etat"]) == ("P-1", "1000.00", "875.00", "running")


def test_empty_registers_say_so(client: Client, programme: object) -> None:
    assert "Rien n’a encore été prêté" in text(client.get("/argent/prets/"))
    assert "aucune part" in text(client.get("/argent/participations/"))


def test_the_public_register_of_stakes(client: Client, stake: Stake, agent: User) -> None:
    services.capital_call(actor=agent, stake=stake, amount=EUR(2000), on=dt.date(2024, 4, 1), year=2024, reference="A1")
    assert "inconnu" in bounded(client, "/argent/participations/", 8)
    services.stake_value(actor=agent, stake=stake, value=EUR(2100), on=dt.date(2025, 1, 1), source="Comptes 2024")
    page = text(client.get("/argent/participations/"))
    assert "Coopérative 2" in page
    assert "Comptes 2024" in page
    [row] = csv.DictReader(
        io.StringIO(client.get("/argent/participations.csv").content.decode("utf-8-sig")), delimiter=";"
    )
    assert (row["souscrit"], row["appele"], row["valeur_source"]) == ("5000.00", "2000.00", "Comptes 2024")


REPAYMENT = {"act": "repay", "on": "2024-04-15", "amount": "128,75", "late": "", "reference": "B1"}
DEFERRAL = {
    "act": "defer",
    "on": "2026-06-01",
    "months": "3",
    "reason": "hardship",
    "motive": "Baisse d'activité.",
    "decision": "D1",
}


def test_an_agent_finds_the_late_loan_and_records_what_came(loan: Loan, agent: User) -> None:
    client = entered(agent)
    assert [task.label for task in other_tasks(agent) if "prêt" in str(task.label)] == ["1 prêt en retard"]
    assert "P-1" in bounded(client, "/bureau/prets/?etat=late", 16)
    page = bounded(client, "/bureau/prets/P-1/", 16)
    assert "En retard" in page
    assert "Remettre la dette" not in page
    assert client.post("/bureau/prets/P-1/", REPAYMENT).status_code == 302
    assert client.post("/bureau/prets/P-1/", REPAYMENT).status_code == 302
    loan.refresh_from_db()
    assert loan.balance == 875
    for wrong in ({"amount": "0"}, {"amount": "99999"}, {"reference": ""}, {"on": "2031-01-01"}, {"late": "200"}):
        assert client.post("/bureau/prets/P-1/", {**REPAYMENT, "reference": "B2", **wrong}).status_code == 422
    assert client.post("/bureau/prets/P-1/", DEFERRAL).status_code == 422
    assert client.post("/bureau/prets/P-1/", {"act": "x"}).status_code == 422
    loan.refresh_from_db()
    assert (loan.balance, loan.plan) == (875, 1)


def test_an_elected_member_decides_and_records_no_money(loan: Loan, elected: User) -> None:
    client = entered(elected)
    assert client.post("/bureau/prets/P-1/", REPAYMENT).status_code == 422
    assert client.post("/bureau/prets/P-1/", DEFERRAL).status_code == 302
    loan.refresh_from_db()
    assert loan.plan == 2
    off = {
        "act": "writeoff",
        "on": "2026-06-01",
        "amount": "1000",
        "reason": "insolvency",
        "motive": "Liquidation close.",
        "decision": "D2",
    }
    assert client.post("/bureau/prets/P-1/", off).status_code == 302
    assert "Liquidation close." in text(client.get("/bureau/prets/P-1/"))
    assert "P-1" in text(client.get("/bureau/prets/?etat=ended"))


def test_early_repayment_from_the_page(loan: Loan, agent: User) -> None:
    client = entered(agent)
    for line in range(8):
        given = {**REPAYMENT, "on": "2024-03-01", "reference": f"E{line}", "amount": "1"}
        assert client.post("/bureau/prets/P-1/", given).status_code == 302
    given = {"act": "early", "on": "2024-03-02", "principal": "500", "keep": "payment", "reference": "E"}
    assert client.post("/bureau/prets/P-1/", given).status_code == 302
    loan.refresh_from_db()
    assert loan.plan == 2


CALL = {"act": "call", "on": "2024-04-01", "amount": "1 000", "reference": "A1"}


def test_an_agent_records_what_happens_to_a_stake(stake: Stake, agent: User) -> None:
    client = entered(agent)
    assert "C-1" in bounded(client, "/bureau/participations/", 14)
    for given in (
        CALL, CALL,
        {"act": "dividend", "on": "2025-04-01", "amount": "30", "reference": "D1"},
        {"act": "value", "on": "2025-05-01", "value": "1100", "source": "Comptes 2024"},
        {"act": "sale", "on": "2025-06-01", "shares": "40", "proceeds": "450", "reference": "S1"},
    ):  # fmt: skip
        assert client.post("/bureau/participations/C-1/", given).status_code == 302, given
    page = bounded(client, "/bureau/participations/C-1/", 15)
    for words in ("60", "600 €", "30 €", "Comptes 2024", "50 €"):
        assert words in page
    assert client.post("/bureau/participations/C-1/", {**CALL, "amount": "9999", "reference": "A2"}).status_code == 422


@pytest.mark.parametrize(
    "address", ["/bureau/prets/", "/bureau/prets/P-1/", "/bureau/participations/", "/bureau/participations/C-1/"]
)
def test_registers_of_the_bureau_are_for_those_who_may_read_funds(
    address: str, person: Callable[..., User], loan: Loan, stake: Stake
) -> None:
    assert Client().get(address).status_code == 302
    assert entered(person()).get(address).status_code == 403
    assert entered(person("auditor")).get(address).status_code == 200
    assert entered(person("auditor")).post(address, REPAYMENT).status_code in (405, 422)
    assert entered(person("agent")).get("/bureau/prets/rien/").status_code == 404


# -- promises


@pytest.fixture
def promised(monkeypatch: pytest.MonkeyPatch, programme: Any) -> None:
    """The trial programme has no promise of money: its commitment 2.1 is taken for one."""
    from mandat.apps.funds import promises
    from mandat.apps.funds.views import promises as views

    for module in (promises, views):
        monkeypatch.setattr(module, "promised", lambda commitment: commitment.code == "2.1")


def test_promises_are_shown_beside_what_was_voted_engaged_and_paid(client: Client, promised: None, loan: Loan) -> None:
    page = bounded(client, "/argent/promesses/", 9)
    assert "1 500 000 € par an" in page
    one = bounded(client, "/argent/promesses/2.1/", 9)
    for words in ("2024", "1 000 €", "1 000 000 €"):
        assert words in one


def test_a_promise_no_envelope_cites_is_not_known(client: Client, promised: None) -> None:
    assert "inconnu" in text(client.get("/argent/promesses/"))
    assert "Aucune enveloppe ne cite" in text(client.get("/argent/promesses/2.1/"))


def test_what_is_no_promise_of_money_has_no_page(client: Client, programme: object) -> None:
    assert client.get("/argent/promesses/1.1/").status_code == 404
    assert client.get("/argent/promesses/9.9/").status_code == 404
    assert client.get("/argent/promesses/").status_code == 200


ROOT = Path(__file__).resolve().parents[3]


def test_the_promises_of_the_region_are_found_and_a_vote_counts_for_them(
    db: None, settings: Any, person: Callable[..., User]
) -> None:
    settings.MANDAT_PROGRAMME = "centre-val-de-loire"
    programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"))
    current = published("centre-val-de-loire")
    agent = person("agent")
    opened = services.envelope_open(
        actor=agent, code="renaturation-2024", title="Renaturation", line="204", section="investment", year=2024, measure=20,
        commitments=["20.1"],
    )  # fmt: skip
    services.vote(
        actor=agent, envelope=opened, on=dt.date(2023, 12, 14), decision="DAP", stage="primary", commitment=EUR(2_000_000),
        payments={2024: EUR(1_500_000), 2025: EUR(500_000)},
    )  # fmt: skip
    held = engaged(opened, "R-1", 300_000)
    services.pay(allocation=held, amount=EUR(120_000), year=2024, key="p")
    found = {one.commitment.code: one for one in promises(current, until=2026)}
    # Prevention, renaturation, rivers, culture, democracy (15 M€, 1 %), scientific council.
    assert {"3.1", "20.1", "25.2", "40.1", "75.1", "75.2"} <= found.keys()
    one = found["20.1"]
    assert one.standing.value.value == 2_000_000
    years = {year.year: (year.voted, year.engaged, year.paid) for year in one.years}
    assert years[2024] == (1_500_000, 300_000, 120_000)
    assert years[2025] == (500_000, 0, 0)
    assert found["3.1"].envelopes == 0
