"""Pages of places: search, commune, former commune, EPCI, department, and the figures they show."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from mandat import journal
from mandat.apps.programme import places
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import today
from mandat.apps.territory.reference import MapFrame, Shape
from mandat.apps.territory.services import territory_import
from mandat.facts import Fact
from tests.apps.territory.conftest import small

SQUARES = {
    "commune:37050": (10, 10), "commune:37261": (10, 20), "commune:45234": (60, 10), "commune:45286": (60, 20),
    "detail:37050": (10, 10), "detail:37261": (10, 20), "detail:45234": (60, 10), "detail:45286": (60, 20),
    "departement:37": (10, 10), "departement:45": (60, 10), "region:24": (10, 10),
    "epci:243700754": (10, 10), "epci:244500468": (60, 10),
}  # fmt: skip


@pytest.fixture
def site(programme: Published, settings: Any) -> Published:
    """The trial programme over four drawn communes, with facts in some of them."""
    settings.MANDAT_PAGE_CACHE = False
    drawn = {area: Shape(f"M{x} {y}l9 0 0 9-9 0z", x + 4, y + 4) for area, (x, y) in SQUARES.items()}
    frame = MapFrame(width=100, height=60, metres_per_unit=100, projection="", tolerance=500)
    reference = small(frame=frame, shapes=drawn)
    communes = list(reference.communes)
    communes[2] = replace(communes[2], neighbours=("45286",))
    territory_import(reference=replace(reference, communes=tuple(communes)))
    places._everywhere.cache_clear()
    journal.append(
        [
            output(programme, "commune:45234", 3, "Trois médecins à Orléans"),
            output(programme, "commune:45900", 2, "Deux médecins à Vieux-Bourg"),
            output(programme, "epci:244500468", 5, "Cinq médecins dans la métropole"),
            output(programme, "commune:37261", 7, "Sept médecins à Tours"),
            output(programme, "region:24", 11, "Onze médecins en région"),
            grant(programme, "commune:45234", today(), 1000),
            grant(programme, "commune:45234", dt.date(2022, 5, 1), 9000),
        ]
    )
    return programme


def output(programme: Published, area: str, count: int, title: str) -> Fact:
    return Fact(
        kind="programme.output_confirmed.v1",
        occurred_on=dt.date(2026, 3, 1),
        programme=programme.code,
        data={"title": title, "output": "house"},
        measures=(1,),
        commitments=("1.1", "1.2"),
        area=area,
        quantity=Decimal(count),
        unit="doctor",
    )


def grant(programme: Published, area: str, day: dt.date, amount: int) -> Fact:
    return Fact(
        kind="grants.awarded.v1",
        occurred_on=day,
        programme=programme.code,
        data={"beneficiary": "Association synthétique", "purpose": "Prévention"},
        measures=(2,),
        commitments=("2.1",),
        area=area,
        amount=Decimal(amount),
    )


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def test_a_commune_shows_its_own_facts_and_those_of_its_former_codes(site: Published, client: Client) -> None:
    html = page(client, "/communes/45234/")
    own = html.split('id="facts"')[1].split('id="figures"')[0]
    assert "Trois médecins à Orléans" in own
    assert "Deux médecins à Vieux-Bourg" in own
    assert "Cinq médecins" not in own
    assert "Sept médecins" not in html


def test_facts_of_the_areas_around_are_told_apart(site: Published, client: Client) -> None:
    wider = page(client, "/communes/45234/").split('id="wider"')[1]
    assert wider.index("Cinq médecins dans la métropole") < wider.index("Onze médecins en région")
    assert "/epci/244500468/" in wider


def test_figures_of_a_commune_add_its_former_codes_up(site: Published) -> None:
    found = {row.commitment.code: row for row in places.figures_in(site, "commune:45234")}
    assert (found["1.1"].here, found["1.1"].facts, found["1.1"].whole) == (5, 2, 28)


def test_a_yearly_figure_is_of_this_year_here_as_in_the_whole(site: Published) -> None:
    found = {row.commitment.code: row for row in places.figures_in(site, "commune:45234")}
    assert (found["2.1"].here, found["2.1"].whole, found["2.1"].year) == (1000, 1000, today().year)


def test_a_share_is_that_of_the_place_itself(site: Published) -> None:
    territory_wide = {row.commitment.code: row.here for row in places.figures_in(site, "commune:37050")}
    assert territory_wide == {"1.2": 100}, "the region's fact covers every commune"


def test_a_share_counts_only_the_communes_covered(programme: Published) -> None:
    territory_import(reference=small())
    journal.append([output(programme, "commune:37261", 7, "Sept médecins à Tours")])
    found = {row.commitment.code: row.here for row in places.figures_in(programme, "epci:243700754")}
    assert found["1.2"] == Decimal(138_000 * 100) / Decimal(150_000)


def test_an_epci_adds_its_communes_and_itself_up(site: Published) -> None:
    found = {row.commitment.code: row.here for row in places.figures_in(site, "epci:244500468")}
    assert found["1.1"] == 10


def test_contributions_of_a_merged_commune_go_to_the_one_that_followed(site: Published, client: Client) -> None:
    html = page(client, "/epci/244500468/")
    rows = dict(re.findall(r'<th scope="row"><a href="/communes/(\d+)/">.*?</th><td class="r">(.*?)</td>', html))
    # Orléans: two outputs under two commitments each, two grants.
    assert rows["45234"].startswith("6")
    assert rows["45286"] == "aucun"


def test_a_former_commune_leads_to_the_last_that_followed_it(site: Published, client: Client) -> None:
    html = page(client, "/communes/45900/")
    assert "1er\u00a0janvier\u00a01964" in html
    assert 'href="/communes/45234/"' in html


@pytest.mark.parametrize(
    ("query", "address"),
    [("q=Orl%C3%A9ans", "45234"), ("q=37200", "37261"), ("q=45286", "45286"), ("q=vieux+bourg", "45900")],
)
def test_a_single_answer_opens_at_once(site: Published, client: Client, query: str, address: str) -> None:
    response = client.get(f"/communes/?{query}")
    assert (response.status_code, response.headers["Location"]) == (302, f"/communes/{address}/")


def test_several_answers_are_listed_the_best_first(site: Published, client: Client) -> None:
    html = page(client, "/communes/?q=tours")
    assert re.findall(r'<th scope="row"><a href="/communes/(\d+)/">', html) == ["37261", "37050"]


@pytest.mark.parametrize(
    "query",
    [
        "q=zzz",
        "q=%3Cscript%3Ealert(1)%3C/script%3E",
        "departement=99",
        "dans=epci:000000000",
        "q=" + "a" * 300,
        "page=-3",
        "q=%00",
    ],
)
def test_odd_searches_get_an_answer(site: Published, client: Client, query: str) -> None:
    assert "<script>alert" not in page(client, f"/communes/?{query}")


def test_a_department_lists_its_communes_page_by_page(site: Published, client: Client) -> None:
    html = page(client, "/communes/?departement=45")
    assert re.findall(r'<th scope="row"><a href="/communes/(\d+)/">', html) == ["45234", "45286"]
    assert "45286" in page(client, "/communes/?departement=45&page=99")


def test_the_index_draws_every_commune_in_a_few_elements(site: Published, client: Client) -> None:
    html = page(client, "/communes/")
    svg = html.split('<figure class="map">')[1].split("</svg>")[0]
    assert svg.count("<path") <= 8
    assert all(path in svg for path in ("M10 10l", "M60 20l"))


@pytest.mark.parametrize(
    "address",
    ["/communes/99999/", "/communes/2A4/", "/epci/111111111/", "/departements/99/", "/communes/45234%20/"],
)
def test_unknown_places_are_not_found(site: Published, client: Client, address: str) -> None:
    page(client, address, 404)


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_of_a_place_is_shown_in_both_languages(site: Published, client: Client, language: str) -> None:
    for address in (
        "communes/",
        "communes/45234/",
        "communes/45286/",
        "communes/45900/",
        "epci/244500468/",
        "departements/45/",
    ):
        html = page(client, f"{language}/{address}")
        assert (
            "Inhabitants" in html or "inhabitants" in html or "Former" in html or "Commune" in html
        ) or language == ""


def test_pages_stand_without_a_map(programme: Published, client: Client, settings: Any) -> None:
    settings.MANDAT_PAGE_CACHE = False
    territory_import(reference=small())
    places._everywhere.cache_clear()
    for address in ("/communes/", "/communes/45234/", "/epci/244500468/", "/departements/45/"):
        assert 'class="map"' not in page(client, address)


def test_an_empty_territory_says_how_to_load_one(programme: Published, client: Client, settings: Any) -> None:
    settings.MANDAT_PAGE_CACHE = False
    assert "mandat territory import" in page(client, "/communes/")


def test_facts_of_a_place_are_read_by_cursor(site: Published, client: Client) -> None:
    journal.append([output(site, "commune:45286", n + 1, f"Fait {n}") for n in range(14)])
    html = page(client, "/communes/45286/")
    older = re.search(r'href="(\?avant=\d+)" rel="next"', html)
    assert older is not None
    assert "Fait 13" in html
    assert "Fait 3<" not in html
    assert "Fait 3<" in page(client, f"/communes/45286/{older[1]}")


def test_a_commune_page_costs_the_same_few_queries_whatever_the_facts(
    site: Published, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.get("/communes/45234/")
    with django_assert_max_num_queries(20):
        client.get("/communes/45234/")
    journal.append([output(site, "commune:45234", n + 1, f"Fait {n}") for n in range(30)])
    with django_assert_max_num_queries(20):
        client.get("/communes/45234/")


def test_facts_of_a_department_and_its_epci_are_read_in_order_both_ways(site: Published) -> None:
    for n in range(12):
        journal.append(
            [
                output(
                    site,
                    ("commune:45234", "epci:244500468", "commune:37261", "departement:45")[n % 4],
                    n + 1,
                    f"Fait {n}",
                )
            ]
        )
    inside = {"commune:45234", "commune:45900", "epci:244500468", "departement:45"}
    expected = [e.index for e in journal.iterate(programme=site.code) if e.fact.area in inside][::-1]
    seen: list[int] = []
    pages = [places.facts_in(site, "departement:45", size=4)]
    while pages[-1].older is not None:
        pages.append(places.facts_in(site, "departement:45", size=4, before=pages[-1].older))
    for page_ in pages:
        seen += [e.index for e in page_.entries]
    assert seen == expected
    for following, page_ in itertools.pairwise(pages):
        assert page_.newer is not None
        back = places.facts_in(site, "departement:45", size=4, after=page_.newer)
        assert [e.index for e in back.entries] == [e.index for e in following.entries]
    assert pages[0].newer is None


def test_an_area_without_facts_has_an_empty_page(site: Published) -> None:
    empty = places.facts_in(site, "commune:37050", size=4)
    assert (empty.entries, empty.older, empty.newer) == ([], None, None)
