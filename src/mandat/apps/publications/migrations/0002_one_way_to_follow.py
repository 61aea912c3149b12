"""What people follow moves to ``community``, which now sends everything; what waited to be sent is told by its first digest."""

from django.db import migrations


def move(apps, schema_editor):
    follow = apps.get_model("community", "Follow")
    cursor = apps.get_model("community", "DigestCursor")
    rows = (
        follow(
            user_id=kept.user_id,
            programme=kept.programme,
            target=kept.topic.removeprefix("area:"),
            pace=kept.pace,
            since=kept.created_at,
        )
        for kept in apps.get_model("publications", "Subscription").objects.order_by("pk").iterator()
    )
    follow.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    for known in apps.get_model("publications", "AlertCursor").objects.order_by("pk"):
        place = {"programme": {"fact": known.next_index, "change": known.last_change}}
        cursor.objects.get_or_create(
            programme=known.programme, pace=known.pace, defaults={"place": place, "ran_at": known.ran_at}
        )


class Migration(migrations.Migration):

    dependencies = [
        ("publications", "0001_alerts"),
        ("community", "0002_digests"),
    ]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel(name="Delivery"),
        migrations.DeleteModel(name="Mailing"),
        migrations.DeleteModel(name="AlertCursor"),
        migrations.DeleteModel(name="Subscription"),
    ]
