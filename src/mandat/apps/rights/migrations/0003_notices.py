"""The queue of notices goes down to accounts, with what still waits in it."""

from django.db import migrations

KEPT = ("user_id", "reference", "made_at", "begun_at", "sent_at", "failures", "not_before")


def carry(apps, schema_editor):
    old, new = apps.get_model("rights", "Notice"), apps.get_model("accounts", "Notice")
    rows = old.objects.order_by("pk").iterator(chunk_size=1000)
    batch = []
    for row in rows:
        kept = {name: getattr(row, name) for name in KEPT}
        batch.append(new(key=f"rights.{row.key}"[:80], kind=f"rights.{row.kind}", **kept))
        if len(batch) == 1000:
            new.objects.bulk_create(batch)
            batch = []
    new.objects.bulk_create(batch)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_notices'),
        ('rights', '0002_open_claims'),
    ]

    operations = [
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.DeleteModel(
            name='Notice',
        ),
    ]
