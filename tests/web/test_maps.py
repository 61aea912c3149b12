"""Maps: classes of values, weight, links, legend and table."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.territory.reference import BUNDLED, read_bundle
from mandat.kernel.text import speaking
from mandat.web.components import Link
from mandat.web.maps import CLASSES, MOST_LINKS, Frame, Map, Patch, breaks, choropleth, class_of

FRAME = Frame(100, 100, lines="M50 0l0 100")
SVG = "{http://www.w3.org/2000/svg}"
values = st.lists(st.decimals(0, 10**6, places=2), max_size=60)


def patches(count: int = 4) -> list[Patch]:
    return [
        Patch(f"commune:{k:05d}", f"Lieu <{k}>", f"M{k} {k}l9 0 0 9z", Decimal(k), f"/communes/{k:05d}/")
        for k in range(count)
    ]


def parsed(drawn: Map) -> ElementTree.Element:
    return ElementTree.fromstring(drawn.svg)


@given(values)
def test_each_positive_value_falls_in_one_of_five_classes_none_of_them_empty(numbers: list[Decimal]) -> None:
    bounds = breaks(numbers)
    assert bounds == sorted(set(bounds))
    assert len(bounds) <= CLASSES
    used = {class_of(value, bounds) for value in numbers if value > 0}
    assert used == set(range(1, len(bounds) + 1))


@given(values)
def test_a_greater_value_is_never_in_a_lower_class(numbers: list[Decimal]) -> None:
    bounds = breaks(numbers)
    ranks = [class_of(value, bounds) for value in sorted(numbers)]
    assert ranks == sorted(ranks)  # type: ignore[type-var]


def test_nothing_and_unknown_are_two_different_things() -> None:
    assert class_of(Decimal(0), []) == 0
    assert class_of(None, []) is None


def test_the_picture_says_what_it_is_and_escapes_names() -> None:
    svg = parsed(choropleth(FRAME, patches(), name="m", title="Carte & <titre>", desc="Ce qu’elle montre"))
    assert svg.get("role") == "img"
    assert [svg.findtext(f"{SVG}title"), svg.findtext(f"{SVG}desc")] == ["Carte & <titre>", "Ce qu’elle montre"]
    assert svg.get("aria-labelledby") == "m-t m-d"


def test_there_is_no_inline_style_nor_script() -> None:
    drawn = choropleth(FRAME, patches(), name="m", title="t", linked=True, lit="commune:00001")
    assert not re.search(r"style=|<script|on[a-z]+=", drawn.svg + "".join(key.mark for key in drawn.legend))


def test_areas_of_a_class_are_one_path_where_nothing_is_linked() -> None:
    drawn = choropleth(FRAME, patches(300), name="m", title="t")
    assert drawn.svg.count("<path") < 15
    assert all(p.path in drawn.svg for p in patches(300))


def test_linked_areas_are_reached_by_name_and_value() -> None:
    with speaking("fr"):
        drawn = choropleth(FRAME, patches(), name="m", title="t", linked=True, say=lambda v: f"{v} faits")
    links = parsed(drawn).findall(f"{SVG}a")
    assert parsed(drawn).get("role") == "group"
    assert [a.get("href") for a in links] == [f"/communes/{k:05d}/" for k in range(4)]
    assert links[0].get("aria-label") == "Lieu <0> : aucun"
    assert links[3].get("aria-label") == "Lieu <3> : 3 faits"


def test_a_map_of_too_many_areas_is_not_walked_link_by_link() -> None:
    drawn = choropleth(FRAME, patches(MOST_LINKS + 1), name="m", title="t", linked=True)
    assert "<a " not in drawn.svg


def test_every_class_has_a_weave_and_a_line_in_the_legend() -> None:
    items = [*patches(9), Patch("commune:99999", "Ailleurs", "M1 1l1 0 0 1z", None)]
    with speaking("fr"):
        drawn = choropleth(FRAME, items, name="m", title="t")
    used = set(re.findall(r'fill="url\(#(m-[1-5u])\)"', drawn.svg))
    assert used == {"m-1", "m-2", "m-3", "m-4", "m-5", "m-u"}
    assert all(f'id="{weave}"' in drawn.svg for weave in used)
    assert [key.text for key in drawn.legend] == ["aucun", "1 à 2", "3 à 4", "5", "6 à 7", "8", "inconnu"] or len(
        drawn.legend
    ) == 7


def test_weaves_differ_from_one_class_to_the_next() -> None:
    drawn = choropleth(FRAME, patches(9), name="m", title="t")
    inside = [re.search(rf'<pattern id="m-{k}".*?>(.*?)</pattern>', drawn.svg) for k in range(1, 6)]
    marks = [re.sub(r'class="m-[1-5]"', "", found[1]) for found in inside if found]
    assert len(set(marks)) >= 4


def test_the_table_holds_the_highest_values_and_says_what_is_left_out() -> None:
    with speaking("fr"):
        drawn = choropleth(FRAME, patches(20), name="m", title="t", whole=Link("Tout", "/tout/"))
    assert drawn.table is not None
    assert [row[1] for row in drawn.table.rows][:2] == ["19", "18"]
    assert len(drawn.table.rows) == 8
    assert str(drawn.table.note) == "12 autres lignes ne sont pas montrées ici."


def test_a_crop_keeps_only_the_surroundings_of_what_is_asked() -> None:
    svg = parsed(choropleth(FRAME, patches(), name="m", title="t", crop=["commune:00002"]))
    left, top, width, height = map(float, (svg.get("viewBox") or "").split())
    assert left < 2 < left + width < 20
    assert top < 2 < top + height < 20


def test_a_lit_area_is_drawn_last_before_the_labels() -> None:
    drawn = choropleth(FRAME, patches(), name="m", title="t", lit="commune:00002", classed=False)
    shapes = parsed(drawn).findall(f"{SVG}path")
    assert (shapes[-1].get("class"), shapes[-1].get("d")) == ("m-lit", "M2 2l9 0 0 9z")
    assert drawn.table is None
    assert drawn.legend == ()


def test_the_component_shows_picture_legend_and_table() -> None:
    drawn = choropleth(FRAME, patches(20), name="m", title="Faits", whole=Link("Tout le tableau", "/tout/"))
    html = Template("{% load maps %}{% map m %}").render(Context({"m": drawn}))
    assert html.count("<svg") == 1 + len(drawn.legend) + 1
    assert '<a href="/tout/">Tout le tableau</a>' in html
    assert "⟦undefined" not in html


@pytest.mark.parametrize("level", ["commune", "epci", "departement"])
def test_the_maps_of_the_bundled_region_are_light(level: str) -> None:
    with (BUNDLED / "24.json.gz").open("rb") as stream:
        region = read_bundle(stream)
    assert region.frame is not None
    items = [
        Patch(area, area, shape.path, Decimal(rank % 40), f"/{area}/")
        for rank, (area, shape) in enumerate(region.shapes.items())
        if area.startswith(level)
    ]
    frame = Frame(region.frame.width, region.frame.height, region.frame.borders)
    drawn = choropleth(frame, items, name="m", title="t", linked=True)
    assert len(drawn.svg) < {"commune": 150_000, "epci": 70_000, "departement": 18_000}[level]
    assert drawn.svg.count("<") < 620
