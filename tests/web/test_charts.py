"""Pictures are well-formed, escaped, complete, and say in words what they show."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.engines.indicators.status import LABELS, Status
from mandat.kernel.text import Text, speaking
from mandat.web.charts.bar import Bar, bars
from mandat.web.charts.carre import Cell, badge, carre, carre_chart, grid
from mandat.web.charts.line import line
from mandat.web.charts.path import progress
from mandat.web.charts.ruban import Course, Point, Step, ruban
from mandat.web.charts.sides import WIDTH, Sides, sides
from mandat.web.components import Column, Table

SVG = "{http://www.w3.org/2000/svg}"
DAY = dt.date(2024, 5, 13)


def cells(count: int) -> list[Cell]:
    statuses = list(Status)
    return [
        Cell(n, f"Mesure <{n}> & suite", statuses[n % 7].value, str(LABELS[statuses[n % 7]]), f"/mesures/{n}/", n % 3 + 1)
        for n in range(1, count + 1)
    ]  # fmt: skip


def read(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title") is not None
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(name in ids for name in (root.get("aria-labelledby") or "").split())
    return root


@pytest.mark.parametrize(
    ("count", "shape"), [(100, (10, 10)), (1, (1, 1)), (12, (4, 3)), (20, (5, 4)), (97, (10, 10)), (90, (10, 9)), (0, (1, 1))]
)  # fmt: skip
def test_a_hundred_measures_make_a_square_and_others_the_nearest_rectangle(count: int, shape: tuple[int, int]) -> None:
    assert grid(count) == shape


@given(st.integers(1, 3000))
def test_every_measure_has_its_cell_and_no_row_is_empty(count: int) -> None:
    columns, rows = grid(count)
    assert columns * (rows - 1) < count <= columns * rows
    assert columns >= rows


def test_the_carre_links_every_measure_in_its_order_and_names_its_status() -> None:
    root = read(carre(cells(100)))
    links = root.findall(f"{SVG}a")
    assert [link.get("href") for link in links] == [f"/mesures/{n}/" for n in range(1, 101)]
    assert links[1].findtext(f"{SVG}title") == "2. Mesure <2> & suite – en retard"
    assert root.get("role") == "group"
    fills = {rect.get("fill") for rect in root.iter(f"{SVG}rect") if rect.get("fill")}
    patterns = {f"url(#{pattern.get('id')})" for pattern in root.iter(f"{SVG}pattern")}
    assert fills == patterns
    assert len(patterns) == 6


def test_the_pillar_is_the_weight_of_the_border() -> None:
    root = read(carre(cells(3)))
    weights = [rect.get("stroke-width") for rect in root.iter(f"{SVG}rect") if rect.get("class") == "cell"]
    assert len(set(weights)) == 3


def test_the_corner_lights_its_own_cell_without_links() -> None:
    plain = [Cell(c.number, c.title, c.status, c.word) for c in cells(100)]
    root = read(carre(plain, lit=12, numbers=False))
    assert root.get("role") == "img"
    lit = [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "lit"]
    assert len(lit) == 1
    assert (lit[0].get("x"), lit[0].get("y")) == ("44", "44")
    assert root.findtext(f"{SVG}title") == "Mesure 12 parmi les 100"


def test_the_table_of_the_carre_says_the_same() -> None:
    table = carre_chart(cells(100)).table
    assert table is not None
    assert len(table.rows) == 100


def test_the_badge_stands_alone_with_its_own_colours() -> None:
    svg = badge(cells(100), 12)
    read(svg)
    assert "class=" not in svg
    assert "style" not in svg
    assert "Mesure &lt;12&gt; &amp; suite" in svg


def course(**changes: object) -> Course:
    values: dict[str, object] = {
        "truth": "output",
        "unit": "doctor",
        "start": dt.date(2021, 7, 2),
        "due": dt.date(2028, 3, 31),
        "end": dt.date(2028, 3, 31),
        "today": dt.date(2026, 11, 23),
        "goal": Decimal(200),
        "baseline": Decimal(0),
        "series": [(dt.date(2022, 1, 1), Decimal(10)), (dt.date(2022, 6, 1), Decimal(40))],
        "stale_after_days": 400,
        "points": {
            "output": [Point(DAY, "<ouvert>", "/faits/1/")],
            "act": [Point(DAY, "Délibération", "/faits/2/", flag=True)],
        },
        "milestones": [Step("Signée", dt.date(2022, 6, 30))],
    }
    return Course(**(values | changes))  # type: ignore[arg-type]


def test_the_ruban_keeps_truths_on_rows_of_their_own_and_links_facts() -> None:
    chart = ruban(course(), name="r")
    root = read(chart.svg)
    texts = [element.text for element in root.findall(f"{SVG}text")]
    assert texts.count("Actes") == 1
    assert texts.count("Réalisations") == 1
    assert "Argent" not in texts
    assert {link.get("href") for link in root.findall(f"{SVG}a")} == {"/faits/1/", "/faits/2/"}
    assert chart.table is not None
    told = [str(cell) for row in chart.table.rows for cell in row]
    assert any("Jalon manqué" in cell for cell in told)


def test_a_stale_stretch_is_dashed_and_a_fresh_one_is_not() -> None:
    def dashes(svg: str) -> int:
        return svg.count('stroke-dasharray="3 4"')

    assert dashes(ruban(course(), name="r").svg) == 1
    assert dashes(ruban(course(stale_after_days=4000), name="r").svg) == 0


def test_a_goal_that_was_not_promised_is_called_a_criterion() -> None:
    svg = ruban(course(promised=False), name="r").svg
    assert "critère : 200" in svg
    assert "promis :" not in svg


def test_a_ruban_stays_light_whatever_the_number_of_facts() -> None:
    many = [Point(dt.date(2022, 1, 1) + dt.timedelta(days=n % 1700), f"fait {n}", f"/faits/{n}/") for n in range(5000)]
    assert len(ruban(course(points={"output": many}), name="r").svg) < 40_000


values = st.decimals(min_value=-1000, max_value=10**7, places=2, allow_nan=False)


@given(
    value=st.none() | values, goal=values, baseline=st.none() | values, expected=st.none() | values,
    status=st.sampled_from([status.value for status in Status]), language=st.sampled_from(["fr", "en"]),
)  # fmt: skip
def test_the_path_is_drawn_for_any_figures(
    value: Decimal | None, goal: Decimal, baseline: Decimal | None, expected: Decimal | None, status: str, language: str
) -> None:
    with speaking("fr" if language == "fr" else "en"):
        read(progress(value=value, goal=goal, unit="EUR", status=status, baseline=baseline, expected=expected))


@given(
    series=st.lists(st.tuples(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), values), max_size=30),
    goal=values, baseline=st.none() | values, truth=st.sampled_from(["act", "money", "output", "outcome"]),
)  # fmt: skip
def test_the_ruban_is_drawn_for_any_course(
    series: list[tuple[dt.date, Decimal]], goal: Decimal, baseline: Decimal | None, truth: str
) -> None:
    ordered = sorted(dict(series).items())
    read(ruban(course(series=ordered, goal=goal, baseline=baseline, truth=truth, unit="EUR"), name="r").svg)


def test_bars_say_what_is_withheld() -> None:
    chart = bars([Bar("Femmes", Decimal(12)), Bar("Hommes", None, said="non publié")], unit="person", title="Qui", name="b", head=Text("Genre", "Gender"))  # fmt: skip
    read(chart.svg)
    assert "non publié" in chart.svg
    assert chart.table is not None
    assert chart.table.rows[1][1] == "non publié"


def test_a_line_holds_its_value_until_the_next_is_known() -> None:
    series = [(dt.date(2022, 1, 1), Decimal(10)), (dt.date(2023, 1, 1), Decimal(40))]
    read(line(series, unit="job", title="Emplois", name="l", until=DAY).svg)
    read(line([], unit="job", title="Emplois", name="l", until=DAY).svg)


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), max_size=12))
def test_sides_stay_in_the_picture_on_one_scale_and_say_every_count(counts: list[tuple[int, int]]) -> None:
    items = [Sides(f"décile <{rank}>", left, right) for rank, (left, right) in enumerate(counts)]
    table = Table("Déciles", [Column("Décile")], [[item.label] for item in items])
    left, right = Text("perdent", "lose"), Text("gagnent", "gain")
    chart = sides(items, left=left, right=right, title="Qui gagne & qui perd", name="essai", table=table)
    root = read(chart.svg)
    assert chart.table is table
    bars = [
        (float(rect.get("x", "")), float(rect.get("width", "")), rect.get("class"))
        for rect in root.findall(f"{SVG}rect")
    ]
    assert len(bars) == sum(bool(count) for pair in counts for count in pair)
    assert all(x >= 0 and x + width <= WIDTH for x, width, _class in bars)
    ends = {round(x + width, 1) for x, width, kind in bars if kind == "side-left"}
    starts = {round(x, 1) for x, _width, kind in bars if kind != "side-left"}
    assert len(ends | starts) <= 1  # all start from the same line
    drawn = iter(bars)
    widths = [next(drawn)[1] if count else 0 for pair in counts for count in pair]
    flat = [count for pair in counts for count in pair]
    for a, wide in zip(flat, widths, strict=True):
        for b, other in zip(flat, widths, strict=True):
            assert a <= b or wide >= other
