"""What is known of Centre-Val de Loire against the file that ships."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from pathlib import Path

import pytest

from mandat.apps.territory.reference import BUNDLED, Reference, bundled, check, read_bundle, write_bundle
from mandat.facts.base import AREA
from mandat.web.maps import bounds_of


@pytest.fixture(scope="module")
def centre() -> Reference:
    with (BUNDLED / "24.json.gz").open("rb") as stream:
        return read_bundle(stream)


def test_region_24_is_bundled_and_without_contradiction(centre: Reference) -> None:
    assert list(bundled()) == ["24"]
    assert check(centre) == []


def test_it_holds_the_official_counts(centre: Reference) -> None:
    assert len(centre.communes) == 1754
    assert sum(row.population or 0 for row in centre.communes) == 2_587_031
    assert {a.code: a.name for a in centre.departements} == {
        "18": "Cher",
        "28": "Eure-et-Loir",
        "36": "Indre",
        "37": "Indre-et-Loire",
        "41": "Loir-et-Cher",
        "45": "Loiret",
    }
    assert len(centre.epcis) == 82
    assert all(row.epci for row in centre.communes)
    assert centre.population_year == 2023
    assert centre.vintage == dt.date(2026, 1, 1)


def test_every_commune_equals_the_published_table(centre: Reference, shared_data: Path) -> None:
    with (shared_data / "territory" / "communes_cvl.csv").open(encoding="utf-8") as stream:
        published = {r["code"]: (r["nom"], r["dep"], r["epci"], int(r["pop2023"])) for r in csv.DictReader(stream)}
    held = {row.code: (row.name, row.departement, row.epci, row.population) for row in centre.communes}
    assert held == published


def test_an_epci_across_the_border_says_how_many_communes_it_has_in_all(centre: Reference) -> None:
    houdanais = next(a for a in centre.epcis if a.code == "247800550")
    assert houdanais.members == 36
    assert sum(row.epci == "247800550" for row in centre.communes) == 4


def test_surfaces_add_up_to_the_geographic_surface_of_the_region(centre: Reference) -> None:
    # IGN gives 39,536 km²; the boundaries here are generalised to about ten metres.
    square_km = sum(row.surface or 0 for row in centre.communes) / 100
    assert abs(square_km - 39_536) / 39_536 < 0.002


def test_mergers_keep_their_date_or_the_first_list_without_them(centre: Reference) -> None:
    former = {row.code: row for row in centre.former}
    assert len(former) == 137
    assert (former["18123"].successor, former["18123"].ended_on, former["18123"].kind) == (
        "18023",
        dt.date(2019, 1, 1),
        "",
    )
    assert (former["28002"].successor, former["28002"].kind) == ("28199", "delegated")
    assert (former["28025"].successor, former["28025"].ended_on, former["28025"].ended_by) == (
        "28319",
        None,
        dt.date(2025, 1, 1),
    )
    assert all((row.ended_on is None) != (row.ended_by is None) for row in centre.former)


def test_a_renamed_commune_keeps_its_former_names(centre: Reference) -> None:
    names = {row.code: (row.name, row.former_names) for row in centre.communes}
    assert names["37187"] == ("Ports-sur-Vienne", ("Ports",))
    assert names["28319"] == ("Neuville Saint Denis", ("Rouvray-Saint-Denis",))


def test_neighbours_are_mutual_and_every_commune_has_one(centre: Reference) -> None:
    near = {row.code: set(row.neighbours) for row in centre.communes}
    assert all(near.values())
    assert all(code in near[other] for code, others in near.items() for other in others)
    assert {"45285", "45302", "45232"} <= near["45234"]


def test_every_area_is_drawn_inside_the_frame_with_a_valid_code(centre: Reference) -> None:
    assert centre.frame is not None
    wanted = {f"commune:{row.code}" for row in centre.communes}
    wanted |= {f"detail:{row.code}" for row in centre.communes}
    wanted |= {f"epci:{a.code}" for a in centre.epcis} | {f"departement:{a.code}" for a in centre.departements}
    assert set(centre.shapes) == wanted | {"region:24"}
    for area, shape in centre.shapes.items():
        assert AREA.match(area.replace("detail", "commune"))
        left, top, right, bottom = bounds_of([shape.path])
        assert 0 <= left < right <= centre.frame.width, area
        assert 0 <= top < bottom <= centre.frame.height, area
        assert left <= shape.x <= right, area
        assert top <= shape.y <= bottom, area


def test_the_commune_map_stays_under_its_weight(centre: Reference) -> None:
    paths = "".join(shape.path for area, shape in centre.shapes.items() if area.startswith("commune:"))
    assert len(paths) < 100_000
    assert (BUNDLED / "24.json.gz").stat().st_size < 260_000


def test_writing_it_again_gives_the_same_content(centre: Reference) -> None:
    # The content, not the compressed bytes: versions of zlib differ.
    again = io.BytesIO()
    write_bundle(centre, again)
    shipped = (BUNDLED / "24.json.gz").read_bytes()
    assert gzip.decompress(again.getvalue()) == gzip.decompress(shipped)


def test_sources_and_vintages_are_inside(centre: Reference) -> None:
    assert {source.part for source in centre.sources} == {
        "communes, postal codes",
        "population",
        "EPCI",
        "former communes",
        "boundaries",
    }
    assert all(source.vintage and "Licence Ouverte" in source.licence for source in centre.sources)
