from __future__ import annotations

import datetime as dt

import pytest

from mandat.apps.territory.reference import Area, CommuneRow, FormerRow, Reference


def small(**changes: object) -> Reference:
    """Two departments, two EPCI, four communes, a chain of two mergers."""
    values: dict[str, object] = {
        "code": "24",
        "name": "Centre-Val de Loire",
        "vintage": dt.date(2026, 1, 1),
        "population_year": 2023,
        "sources": (),
        "departements": (Area("37", "Indre-et-Loire"), Area("45", "Loiret")),
        "epcis": (Area("243700754", "Tours Métropole Val de Loire", "ME", 2), Area("244500468", "Orléans Métropole", "ME", 3)),
        "communes": (
            CommuneRow(code="37050", name="Chambray-lès-Tours", departement="37", epci="243700754", population=12000, surface=1900),
            CommuneRow(
                code="37261", name="Tours", departement="37", epci="243700754", population=138000, surface=3400,
                postal_codes=("37000", "37100", "37200"),
            ),
            CommuneRow(code="45234", name="Orléans", departement="45", epci="244500468", population=116000, surface=2700),
            CommuneRow(
                code="45286", name="Saint-Jean-le-Blanc", departement="45", epci="244500468", population=None, surface=760,
                former_names=("Montagne-sur-Loire",),
            ),
        ),
        "former": (
            FormerRow(code="45900", name="Vieux-Bourg", departement="45", successor="45901", ended_on=dt.date(1964, 1, 1)),
            FormerRow(code="45901", name="Bourg-Neuf", departement="45", successor="45234", ended_by=dt.date(2021, 1, 1)),
        ),
    }  # fmt: skip
    return Reference(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def reference() -> Reference:
    return small()
