"""Areas by code, by name, inside one another, and their weights."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.territory import selectors
from mandat.apps.territory.reference import Reference
from mandat.apps.territory.services import territory_import
from mandat.kernel.errors import InputError


@pytest.fixture
def loaded(db: None, reference: Reference) -> Reference:
    territory_import(reference=reference)
    return reference


def names(query: str, **options: object) -> list[str]:
    return [c.name for c in selectors.search_communes(query, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query", ["saint jean le blanc", "St-Jean", "SAINT-JÉAN", "blanc jean", "45286", "montagne sur"]
)
def test_a_commune_is_found_however_its_name_is_written(loaded: Reference, query: str) -> None:
    assert names(query) == ["Saint-Jean-le-Blanc"]


def test_postal_codes_find_their_communes(loaded: Reference) -> None:
    assert names("37200") == ["Tours"]


def test_the_exact_name_comes_before_longer_ones(loaded: Reference) -> None:
    assert names("tours") == ["Tours", "Chambray-lès-Tours"]


def test_a_former_commune_is_found_last_or_not_at_all(loaded: Reference) -> None:
    assert names("bourg") == ["Vieux-Bourg", "Bourg-Neuf"] or names("bourg") == ["Bourg-Neuf", "Vieux-Bourg"]
    assert names("bourg", former=False) == []


def test_a_search_can_stay_in_a_department(loaded: Reference) -> None:
    assert names("", departement="45", former=False) == ["Orléans", "Saint-Jean-le-Blanc"]


@pytest.mark.parametrize("query", ["%", "_", "' OR 1=1", "\x00", "a" * 300, "😀"])
def test_odd_queries_find_nothing_and_break_nothing(loaded: Reference, query: str) -> None:
    found = names(query)
    assert isinstance(found, list)


def test_a_former_code_is_answered_by_the_last_of_its_successors(loaded: Reference) -> None:
    assert selectors.resolve("commune:45900") == "commune:45234"
    assert selectors.resolve("commune:45234") == "commune:45234"
    assert selectors.resolve("region:24") == "region:24"


def test_areas_expand_to_the_communes_of_today(loaded: Reference) -> None:
    assert selectors.expand("region:24") == ("37050", "37261", "45234", "45286")
    assert selectors.expand("departement:45") == ("45234", "45286")
    assert selectors.expand("epci:243700754") == ("37050", "37261")
    assert selectors.expand("commune:45900") == ("45234",)
    assert selectors.expand("epci:999999999") == ()


def test_a_commune_is_contained_by_its_former_codes_epci_department_and_region(loaded: Reference) -> None:
    assert selectors.containing("commune:45900") == (
        "commune:45234",
        "commune:45900",
        "commune:45901",
        "epci:244500468",
        "departement:45",
        "region:24",
    )
    assert selectors.containing("departement:45") == ("departement:45", "region:24")
    assert selectors.containing("epci:244500468") == ("epci:244500468",)


def test_what_is_within_a_department_includes_old_codes_and_whole_epci(loaded: Reference) -> None:
    assert set(selectors.within("departement:45")) == {
        "departement:45",
        "epci:244500468",
        "commune:45234",
        "commune:45286",
        "commune:45900",
        "commune:45901",
    }


def test_an_epci_across_two_departments_is_within_neither(db: None, reference: Reference) -> None:
    straddling = tuple(replace(row, epci="244500468") for row in reference.communes)
    territory_import(reference=replace(reference, communes=straddling))
    assert "epci:244500468" not in selectors.within("departement:45")
    assert "epci:244500468" in selectors.within("region:24")


def test_weights_of_a_share_leave_the_unknown_out(loaded: Reference) -> None:
    assert selectors.area_weights("population", "departement:45") == {"45234": 116000}
    assert selectors.area_weights("surface", "departement:45") == {"45234": 2700, "45286": 760}
    assert selectors.area_weights("communes", "region:24") == dict.fromkeys(["37050", "37261", "45234", "45286"], 1)
    assert selectors.area_weights("population", "commune:45900") == {"45234": 116000}


def test_an_unknown_weighting_is_refused(loaded: Reference) -> None:
    with pytest.raises(InputError, match="altitude"):
        selectors.area_weights("altitude", "region:24")


@pytest.mark.parametrize("area", ["", "commune:1", "planet:earth", "commune:45234 "])
def test_what_is_not_an_area_code_is_refused(loaded: Reference, area: str) -> None:
    with pytest.raises(InputError):
        selectors.expand(area)
    assert not selectors.exists(area)


def test_totals_count_what_is_unknown(loaded: Reference) -> None:
    assert selectors.totals("departement:45") == selectors.Totals(2, 116000, 3460, 1)


def test_an_import_is_seen_at_once_by_those_who_had_read(loaded: Reference) -> None:
    assert selectors.area_name("commune:37261") == "Tours"
    first, second, *others = loaded.communes
    territory_import(reference=replace(loaded, communes=(first, replace(second, name="Tours-sur-Loire"), *others)))
    assert selectors.area_name("commune:37261") == "Tours-sur-Loire"


def test_epci_of_a_region_come_in_order(loaded: Reference) -> None:
    assert selectors.epci_areas("24") == ["epci:243700754", "epci:244500468"]


@given(st.text(max_size=60))
def test_folding_is_stable_and_plain(text: str) -> None:
    folded = selectors.fold(text)
    assert selectors.fold(folded) == folded
    assert folded.isascii()
    assert folded == folded.lower()
