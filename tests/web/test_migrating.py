"""Several tables made in one step are those that would be made one by one, and go again."""

from __future__ import annotations

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from mandat.web.migrating import CreateModels

TOGETHER = CreateModels(
    [
        migrations.CreateModel("Basin", [("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            "Well",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("basin", models.ForeignKey("water.Basin", models.CASCADE, related_name="wells")),
            ],
            {"constraints": [models.UniqueConstraint(fields=["basin"], name="one_well_a_basin")]},
        ),
    ]
)


def tables() -> set[str]:
    return set(connection.introspection.table_names())


@pytest.mark.django_db(transaction=True)
def test_tables_are_made_in_order_and_taken_back_in_reverse() -> None:
    before, after = ProjectState(), ProjectState()
    TOGETHER.state_forwards("water", after)
    assert {"water_basin", "water_well"}.isdisjoint(tables())
    with connection.schema_editor() as editor:
        TOGETHER.database_forwards("water", editor, before, after)
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "water_well")
    assert any(one["unique"] and one["columns"] == ["basin_id"] for one in found.values())
    assert after.apps.get_model("water", "Basin")._meta.get_field("wells").related_model.__name__ == "Well"
    with connection.schema_editor() as editor:
        TOGETHER.database_backwards("water", editor, after, before)
    assert {"water_basin", "water_well"}.isdisjoint(tables())
