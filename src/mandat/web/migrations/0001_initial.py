from django.db import migrations, models

SQLITE = "CREATE VIRTUAL TABLE web_search_words USING fts5(words, tokenize='unicode61 remove_diacritics 0')"
POSTGRESQL = (
    "CREATE TABLE web_search_words (id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX web_search_words_gin ON web_search_words USING gin (words)",
)


def words(apps, schema_editor):
    for statement in (SQLITE,) if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def no_words(apps, schema_editor):
    schema_editor.execute("DROP TABLE web_search_words")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=80)),
                ("language", models.CharField(max_length=2)),
                ("url", models.CharField(max_length=255)),
                ("title", models.CharField(max_length=300)),
                ("text", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "search document",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("type"), models.F("key"), models.F("language"), name="one_search_document"
                    )
                ],
            },
        ),
        migrations.RunPython(words, no_words),
    ]
