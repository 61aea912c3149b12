"""The board: by what one asks, narrowed by the rest, each figure down to its cases; natural persons are never told under five."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import Counter
from decimal import Decimal
from itertools import count, product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mandat.apps.accounts.models import User
from mandat.apps.funds import services
from mandat.apps.funds.board import BY, NATURAL, UNTOLD, Narrowing, board
from mandat.apps.funds.models import Allocation, Envelope
from mandat.apps.funds.stamp import stamp
from mandat.apps.territory import selectors as territory
from tests.apps.programme.conftest import COMMUNES

KEYS = count()
EUR = Decimal


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three communes: two of Indre-et-Loire in one EPCI, one of Cher."""
    place = territory._Place
    places = {
        "37261": place("37", "243700754", "", "24", 30, 10),
        "37262": place("37", "243700754", "", "24", 60, 10),
        "18033": place("18", "", "", "24", 10, 10),
    }
    members: dict[str, tuple[str, ...]] = {
        "departement:37": ("37261", "37262"), "departement:18": ("18033",), "epci:243700754": ("37261", "37262"),
        "region:24": tuple(places),
    }  # fmt: skip
    names = {f"commune:{code}": f"Commune {code}" for code in places} | {
        area: area for area in members if area not in COMMUNES
    }
    known = territory.Reference(
        stamp=(("24", "x"),), places=places, successors={"37999": "37261"}, names=names | {"epci:243700754": "Tours Métropole"},
        members=members, predecessors={"37261": ("37999",)},
    )  # fmt: skip
    monkeypatch.setattr(territory, "reference", lambda: known)


def case(
    envelope: Envelope, amount: int, *, paid: int = 0, engaged: int = 0, awarded: int = 0, **said: str
) -> Allocation:
    key = f"{next(KEYS)}"
    held = services.reserve(envelope=envelope, case=f"D-{key}", amount=EUR(amount), key="r", **said)
    if awarded:
        held = services.award(allocation=held, amount=EUR(awarded), key="a")
    if engaged:
        held = services.engage(allocation=held, amount=EUR(engaged), key="e")
    if paid:
        held = services.pay(allocation=held, amount=EUR(paid), year=envelope.year, key="p")
    return held


@pytest.fixture
def money(envelope: Envelope, rich: Envelope) -> None:
    """Cases of two envelopes (2026 and 2024), of three communes and four kinds."""
    case(envelope, 100, scheme="cap-asso", commune="37261", beneficiary_kind="association")
    case(envelope, 100, awarded=80, scheme="cap-asso", commune="37262", beneficiary_kind="association")
    case(rich, 500, awarded=500, engaged=400, paid=300, commune="18033", beneficiary_kind="commune")
    case(rich, 50, awarded=50, engaged=50, paid=50, commune="37999", beneficiary_kind="company")
    for n in range(6):
        case(rich, 10, awarded=10, engaged=10, paid=5, commune="37261" if n < 5 else "18033", beneficiary_kind="person")


def cents(by: str, **narrowing: Any) -> dict[Any, tuple[int | None, ...]]:
    found = board("essai", by, Narrowing(**narrowing))
    states = ("voted", "reserved", "awarded", "engaged", "paid")
    return {
        row.key: tuple(None if (amount := getattr(row.sums, state)) is None else amount // 100 for state in states)
        for row in found.rows
    }


def test_each_state_holds_what_came_after_it(money: None) -> None:
    assert cents("annee") == {2024: (1_000_000, 0, 610, 510, 380), 2026: (1000, 100, 80, 0, 0)}
    assert cents("mesure") == {2: (1_001_000, 100, 690, 510, 380)}


def test_the_sums_by_anything_are_the_same_whole(money: None) -> None:
    whole = (100, 690, 510, 380)
    for by in BY:
        rows = cents(by)
        sums = tuple(sum(row[place] or 0 for row in rows.values()) for place in range(1, 5))
        assert sums == ((0, 0, 0, 380) if by == "versement" else whole), by


def test_schemes_say_what_was_voted_where_an_envelope_is_theirs_alone(money: None) -> None:
    rows = cents("dispositif")
    assert rows["pret-essai"] == (1_000_000, 0, 610, 510, 380)
    assert rows["cap-asso"] == (None, 100, 80, 0, 0)
    assert rows[""] == (1000, 0, 0, 0, 0)


def test_payments_have_their_year_and_the_credits_voted_for_it(money: None) -> None:
    assert cents("versement") == {
        2024: (1_000_000, None, None, None, 380), 2025: (1_000_000, None, None, None, 0), 2026: (1_000_600, None, None, None, 0),
    }  # fmt: skip
    assert cents("beneficiaire", paid_in=2024) == {
        "commune": (None, None, None, None, 300), "company": (None, None, None, None, 50), "person": (None, None, None, None, 30),
    }  # fmt: skip


def test_filters_combine(money: None) -> None:
    assert cents("beneficiaire", measure=2, year=2024, place="departement:18") == {"commune": (None, 0, 500, 400, 300)}
    assert cents("commune", kind="association", scheme="cap-asso") == {
        "commune:37261": (None, 100, 0, 0, 0), "commune:37262": (None, 0, 80, 0, 0),
    }  # fmt: skip
    assert cents("mesure", measure=99) == {}


def test_former_communes_count_in_the_one_that_followed(money: None) -> None:
    assert cents("commune", kind="company") == {"commune:37261": (None, 0, 50, 50, 50)}
    assert cents("beneficiaire", place="commune:37261")["company"] == (None, 0, 50, 50, 50)


def test_natural_persons_are_on_no_line_of_a_commune_or_an_epci(money: None) -> None:
    for by in ("commune", "epci"):
        assert cents(by, kind="person") == {NATURAL: (None, 0, 60, 60, 30)}
    assert cents("beneficiaire", place="epci:243700754").get("person") is None


def test_a_departement_with_few_natural_persons_tells_none_and_no_subtraction_tells_them(money: None) -> None:
    # One in Cher, five in Indre-et-Loire: the five would tell the one, for the whole is known.
    rows = cents("departement", kind="person")
    assert rows == {NATURAL: (None, 0, 60, 60, 30)}
    for place in ("departement:18", "departement:37"):
        assert "person" not in cents("beneficiaire", place=place)


def test_departements_with_enough_natural_persons_tell_them(rich: Envelope) -> None:
    for n in range(12):
        case(rich, 10, commune="37261" if n % 2 else "18033", beneficiary_kind="person")
    assert cents("departement") == {"departement:18": (None, 60, 0, 0, 0), "departement:37": (None, 60, 0, 0, 0)}
    assert cents("beneficiaire", place="departement:37") == {"person": (None, 60, 0, 0, 0)}
    # Six by six, of which one alone under another scheme: neither line tells which.
    case(rich, 10, scheme="autre", commune="37261", beneficiary_kind="person")
    rows = cents("dispositif", place="departement:37")
    assert "autre" not in rows
    assert rows[NATURAL] == (None, 70, 0, 0, 0)


def test_money_without_place_stands_on_its_line(envelope: Envelope) -> None:
    case(envelope, 100)
    assert cents("commune") == {UNTOLD: (None, 100, 0, 0, 0)}


# -- pages


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ")


ADDRESSES = [f"/argent/?par={by}{more}" for by, more in product(BY, ("", "&mesure=2&beneficiaire=association&lieu=37"))]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_board_answers_by_anything_with_few_queries(client: Client, money: None, address: str) -> None:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = text(client.get(address))
    assert "<svg" in page or "Rien ici" in page
    assert len(queries) <= 10, [query["sql"][:90] for query in queries]


@pytest.mark.parametrize(
    "wrong", ["par=rien", "mesure=-1", "lieu=Nullepart", "annee=1900", "beneficiaire=x", "dispositif=A B"]
)
def test_an_address_that_cannot_be_read_says_why_and_shows_the_board(client: Client, money: None, wrong: str) -> None:
    answer = client.get(f"/argent/?{wrong}")
    assert answer.status_code == 422
    assert "error" in answer.content.decode()
    assert client.get(f"/argent/detail/?etat=paid&{wrong}").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "99999999", "x"])
def test_a_page_that_is_not_there_is_the_nearest_one(client: Client, money: None, page: str) -> None:
    assert client.get(f"/argent/?page={page}").status_code == 200


def test_the_file_holds_every_line_of_what_is_shown(client: Client, money: None) -> None:
    answer = client.get("/argent/tableau.csv?par=commune&beneficiaire=association")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row["commune"], row["vote"], row["reserve"], row["attribue"], row["dossiers"], row["beneficiaire"]) for row in rows] == [
        ("commune:37261", "", "100.00", "0.00", "1", "association"), ("commune:37262", "", "0.00", "80.00", "1", "association"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "total"),
    [("voted", "1 001 000"), ("reserved", "100"), ("awarded", "690"), ("engaged", "510"), ("paid", "380")],
)
def test_a_figure_leads_to_the_lines_that_add_up_to_it(client: Client, money: None, state: str, total: str) -> None:
    found = re.search(rf'href="(/argent/detail/\?etat={state})"', client.get("/argent/").content.decode())
    assert found
    with CaptureQueriesContext(connection) as queries:
        page = text(client.get(found[1]))
    assert f"{total}" in page
    assert len(queries) <= 12
    amounts = [EUR(part.replace(" ", "")) for part in re.findall(r'<td class="r">([\d ]+) €</td>', page)]
    natural = re.search(r"Dont ([\d ]+) € pour", page)
    assert sum(amounts) + (EUR(natural[1].replace(" ", "")) if natural else 0) == EUR(total.replace(" ", ""))


def test_the_details_list_no_natural_person_and_page_through_the_others(client: Client, rich: Envelope) -> None:
    for _ in range(30):
        case(rich, 10, commune="37261", beneficiary_kind="association")
    persons = [case(rich, 10, commune="37261", beneficiary_kind="person").case for _ in range(6)]
    seen: Counter[str] = Counter()
    url = "/argent/detail/?etat=reserved"
    while url:
        page = text(client.get(url))
        seen.update(re.findall(r">(D-\d+)<", page))
        older = re.search(r'href="([^"]+)" rel="next"', page)
        url = older[1].replace("&amp;", "&") if older else ""
    assert (len(seen), set(seen.values())) == (30, {1})
    assert not seen.keys() & set(persons)


def test_pages_kept_are_made_anew_once_anything_moved(agent: User, envelope: Envelope) -> None:
    before = stamp()
    held = case(envelope, 100)
    second = stamp()
    services.vote(
        actor=agent, envelope=envelope, on=dt.date(2026, 1, 5), decision="DM", stage="amending", commitment=EUR(5)
    )
    third = stamp()
    services.release(allocation=held, state="reserved", amount=EUR(100), key="x")
    assert len({before, second, third, stamp()}) == 4


def test_the_board_speaks_english(client: Client, money: None) -> None:
    assert "Where the money is" in text(client.get("/en/argent/?par=departement"))
