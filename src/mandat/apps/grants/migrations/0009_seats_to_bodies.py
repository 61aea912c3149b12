"""Seats in committees become terms of their bodies: the same people, days and presidencies."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def to_terms(apps: Any, schema_editor: Any) -> None:
    seats = apps.get_model("grants", "Seat").objects.select_related("user").order_by("pk")
    terms = apps.get_model("bodies", "Term").objects
    demo = apps.get_model("grants", "Sitting").objects.filter(synthetic=True).exists()
    terms.bulk_create(
        [
            terms.model(
                programme=one.programme, body=one.body, user_id=one.user_id, name=one.user.name or "Membre",
                president=one.president, since=one.since, until=one.until, synthetic=demo,
            )
            for one in seats
        ],
        batch_size=200,
    )  # fmt: skip


def to_seats(apps: Any, schema_editor: Any) -> None:
    seats = apps.get_model("grants", "Seat").objects
    terms = apps.get_model("bodies", "Term").objects.filter(user__isnull=False, college="").order_by("pk")
    seats.bulk_create(
        [
            seats.model(
                programme=one.programme, body=one.body, user_id=one.user_id, president=one.president, since=one.since,
                until=one.until,
            )
            for one in terms
        ],
        batch_size=200,
    )  # fmt: skip
    terms.delete()


class Migration(migrations.Migration):
    dependencies = [("bodies", "0001_initial"), ("grants", "0008_letters")]

    operations = [
        migrations.RunPython(to_terms, to_seats),
        migrations.DeleteModel(name="Seat"),
    ]
