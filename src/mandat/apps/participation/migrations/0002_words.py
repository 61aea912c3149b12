from django.db import migrations

SQLITE = "CREATE VIRTUAL TABLE participation_words USING fts5(words, tokenize='unicode61 remove_diacritics 0')"
POSTGRESQL = (
    "CREATE TABLE participation_words (id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX participation_words_gin ON participation_words USING gin (words)",
)


def words(apps, schema_editor):
    for statement in (SQLITE,) if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def no_words(apps, schema_editor):
    schema_editor.execute("DROP TABLE participation_words")


class Migration(migrations.Migration):
    dependencies = [("participation", "0001_initial")]
    operations = [migrations.RunPython(words, no_words)]
