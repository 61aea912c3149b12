"""Importing a reference: all or nothing, twice without effect, nothing lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from mandat.apps.territory.models import Commune, Region, Shape
from mandat.apps.territory.reference import (
    BUNDLED,
    Area,
    CommuneRow,
    FormerRow,
    MapFrame,
    Reference,
    check,
    read_bundle,
)
from mandat.apps.territory.reference import Shape as Drawn
from mandat.apps.territory.services import territory_import
from mandat.kernel.errors import InputError

pytestmark = pytest.mark.django_db


def rows() -> list[dict[str, object]]:
    return list(Commune.objects.order_by("code").values())


def test_an_import_says_what_it_created(reference: Reference) -> None:
    report = territory_import(reference=reference)
    assert (report.communes, report.former, report.created, report.updated) == (4, 2, 6, 0)
    assert Commune.objects.active().count() == 4


def test_the_same_reference_twice_changes_nothing(reference: Reference) -> None:
    territory_import(reference=reference)
    before = rows()
    assert territory_import(reference=reference).unchanged
    assert rows() == before


def test_a_changed_commune_is_the_only_one_written(reference: Reference) -> None:
    territory_import(reference=reference)
    first, *others = reference.communes
    report = territory_import(reference=replace(reference, communes=(replace(first, population=12_500), *others)))
    assert (report.created, report.updated) == (0, 1)
    assert Commune.objects.get(pk="37050").population == 12_500


def test_a_merger_keeps_the_old_commune_and_leads_to_the_new_one(reference: Reference) -> None:
    territory_import(reference=reference)
    gone, *others = reference.communes
    merged = FormerRow(
        code=gone.code, name=gone.name, departement="37", successor="37261", ended_on=dt.date(2027, 1, 1)
    )
    report = territory_import(reference=replace(reference, communes=tuple(others), former=(*reference.former, merged)))
    assert report.merged == 1
    old = Commune.objects.get(pk=gone.code)
    assert (old.status, old.successor_id, old.ended_on) == ("merged", "37261", dt.date(2027, 1, 1))


def test_a_commune_that_vanishes_without_a_successor_stops_the_import(reference: Reference) -> None:
    territory_import(reference=reference)
    before = rows()
    with pytest.raises(InputError, match="37050"):
        territory_import(reference=replace(reference, communes=reference.communes[1:]))
    assert rows() == before


def test_former_communes_already_known_are_kept(reference: Reference) -> None:
    territory_import(reference=reference)
    territory_import(reference=replace(reference, former=()))
    assert Commune.objects.get(pk="45900").successor_id == "45901"


def test_a_reference_at_odds_with_itself_writes_nothing(reference: Reference) -> None:
    wrong = replace(
        reference, communes=(*reference.communes, CommuneRow(code="99999", name="Nulle part", departement="99"))
    )
    with pytest.raises(InputError, match="99"):
        territory_import(reference=wrong)
    assert not Region.objects.exists()


def test_an_import_cut_in_the_middle_leaves_nothing_behind(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = replace(
        reference,
        frame=MapFrame(width=10, height=10, metres_per_unit=100, projection="", tolerance=500),
        shapes={"commune:37261": Drawn("M0 0l1 0 0 1z", 0, 0)},
    )

    def cut(*args: object, **kwargs: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Shape.objects, "bulk_create", cut)
    with pytest.raises(OSError, match="No space"):
        territory_import(reference=drawn)
    assert not Region.objects.exists()
    assert not Commune.objects.exists()


def test_progress_goes_up_to_the_total(reference: Reference) -> None:
    seen: list[tuple[int, int]] = []
    territory_import(reference=reference, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (6, 6)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "2A4"}, "2A4"),
        ({"communes": ()}, "aucune commune"),
        ({"epcis": ()}, "EPCI inconnu"),
        ({"former": (FormerRow(code="45902", name="X", departement="45", successor="45903"),)}, "45903"),
        (
            {
                "former": (
                    FormerRow(code="45902", name="X", departement="45", successor="45903"),
                    FormerRow(code="45903", name="Y", departement="45", successor="45902"),
                )
            },
            "45902",
        ),
        ({"former": (FormerRow(code="45234", name="Orléans", departement="45", successor="37261"),)}, "à la fois"),
        ({"departements": (Area("45", "Loiret"),)}, "département inconnu"),
    ],
)
def test_each_contradiction_is_said(reference: Reference, change: dict[str, object], said: str) -> None:
    assert any(said in problem for problem in check(replace(reference, **change)))  # type: ignore[arg-type]


def test_the_bundled_region_imports_whole() -> None:
    with (BUNDLED / "24.json.gz").open("rb") as stream:
        report = territory_import(reference=read_bundle(stream))
    assert (report.communes, report.former) == (1754, 137)
    assert Shape.objects.filter(level="commune").count() == 1754
