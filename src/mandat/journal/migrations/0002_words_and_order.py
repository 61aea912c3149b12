"""What models cannot say: the index of words, and codes that sort by code points on PostgreSQL as on SQLite."""

from django.db import migrations


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('CREATE TABLE journal_words ("index" bigint PRIMARY KEY, words tsvector NOT NULL)')
        schema_editor.execute("CREATE INDEX journal_words_gin ON journal_words USING gin (words)")
        schema_editor.execute('ALTER TABLE journal_line ALTER COLUMN area TYPE varchar(40) COLLATE "C"')
    else:
        schema_editor.execute(
            "CREATE VIRTUAL TABLE journal_words USING fts5(words, content='', tokenize='unicode61', detail=none)"
        )


def backwards(apps, schema_editor):
    schema_editor.execute("DROP TABLE journal_words")


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
