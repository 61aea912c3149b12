"""The communes of perimeters, from the files that come with Mandat."""

from __future__ import annotations

from mandat.apps.rulebook.places import REGION, bundled_perimeters


def test_the_region_holds_its_communes_of_today_and_those_they_followed() -> None:
    places = bundled_perimeters("24")
    assert {"45234", "37261", "18033"} <= places[REGION]
    assert "75056" not in places[REGION]
    assert places[REGION] == places["region:24"]
    assert places["departement:45"] < places[REGION]
    # Beaumont-la-Ronce became Beaumont-Louestault in 2017.
    assert "37021" in places["departement:37"]


def test_a_region_that_does_not_come_with_mandat_has_an_empty_perimeter() -> None:
    assert bundled_perimeters("00") == {REGION: frozenset()}
