"""The index: sources, documents, and the same results on SQLite and PostgreSQL.

The database only says which documents hold the words; the order is computed here, so that it never
depends on a database's own ranking.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import translation

from mandat.kernel.text import LANGUAGES, Language, Text, current_language, speaking
from mandat.web.models import SearchDocument
from mandat.web.search.excerpts import excerpt, highlight, wanted_forms
from mandat.web.search.stemming import STOP, forms_of, query_forms, words
from mandat.web.typography import typeset

TABLE = "web_search_words"
#: Documents ranked for one query; beyond, the query is too vague for an order to mean anything.
MOST = 1000
#: A last word at least this long also finds the words it begins.
PREFIX = 3


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be found. ``address`` is called once a language, with the language in force."""

    key: str
    address: Callable[[], str]
    title: Text
    text: Text = field(default_factory=lambda: Text("", ""))


@dataclass(frozen=True, slots=True)
class Source:
    """A type of result: its name, its label, its place on the page, and what it yields."""

    type: str
    label: Text
    order: int
    documents: Callable[[], Iterable[Document]]
    stamp: Callable[[], str] = lambda: ""


_SOURCES: dict[str, Source] = {}


Yields = Callable[[], Iterable[Document]]


def source(type: str, *, label: Text, order: int, stamp: Callable[[], str] = lambda: "") -> Callable[[Yields], Yields]:
    """Decorator: register a function that yields the documents of one type.

    ``stamp`` gives a text that changes when these documents do: ``refresh`` reads again only what changed.
    """

    def register(documents: Yields) -> Yields:
        _SOURCES[type] = Source(type, label, order, documents, stamp)
        return documents

    return register


def sources() -> list[Source]:
    """The registered sources in the order of the page."""
    return sorted(_SOURCES.values(), key=lambda known: known.order)


#: Rows of this type remember the stamp each source had when it was read.
_STAMP = "_stamp"


@transaction.atomic
def rebuild() -> int:
    """Read every source again. Returns how many documents can be found; readers see the old index until the end."""
    _forget(SearchDocument.objects.all())
    return sum(_read(known) for known in sources())


@transaction.atomic
def refresh() -> int:
    """Read again the sources whose stamp changed, and forget those that are gone. Returns how many documents were read."""
    stamps = dict(SearchDocument.objects.filter(type=_STAMP).values_list("key", "text"))
    changed = [known for known in sources() if stamps.get(known.type) != known.stamp()]
    _forget(SearchDocument.objects.exclude(type__in=[*(known.type for known in sources()), _STAMP]))
    for known in changed:
        _forget(SearchDocument.objects.filter(Q(type=known.type) | Q(type=_STAMP, key=known.type)))
    return sum(_read(known) for known in changed)


def _forget(rows: QuerySet[SearchDocument]) -> None:
    _unindex(list(rows.values_list("pk", flat=True)))
    rows.delete()


def _unindex(ids: Sequence[int]) -> None:
    column = "rowid" if connection.vendor == "sqlite" else "id"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {TABLE} WHERE {column} = %s", [(pk,) for pk in ids])  # noqa: S608


def _read(known: Source) -> int:
    count = 0
    for batch in _batches(_rows(known), 500):
        _index(SearchDocument.objects.bulk_create(batch))
        count += len(batch)
    SearchDocument.objects.create(type=_STAMP, key=known.type, language="", url="", title="", text=known.stamp())
    return count


def _batches(rows: Iterator[SearchDocument], size: int) -> Iterator[list[SearchDocument]]:
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _rows(known: Source) -> Iterator[SearchDocument]:
    for language in LANGUAGES:
        with translation.override(language), speaking(language):
            for item in known.documents():
                yield SearchDocument(
                    type=known.type,
                    key=item.key,
                    language=language,
                    url=item.address(),
                    title=typeset(item.title.in_(language), language)[:300],
                    text=typeset(item.text.in_(language), language),
                )


def _index(documents: Sequence[SearchDocument]) -> None:
    rows = []
    for document in documents:
        language: Language = "fr" if document.language == "fr" else "en"
        rows.append((document.pk, " ".join(forms_of(f"{document.title} {document.text}", language))))
    # Words may be left of documents that went without them, whose numbers are given again.
    _unindex([pk for pk, _words in rows])
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"INSERT INTO {TABLE} (rowid, words) VALUES (%s, %s)", rows)  # noqa: S608
        else:
            cursor.executemany(f"INSERT INTO {TABLE} (id, words) VALUES (%s, to_tsvector('simple', %s))", rows)  # noqa: S608


@dataclass(frozen=True, slots=True)
class Found:
    """One result. ``title`` and ``excerpt`` are markup, escaped, with the words found inside ``<mark>``."""

    type: str
    key: str
    url: str
    title: str
    excerpt: str
    score: int


@dataclass(frozen=True, slots=True)
class Results:
    """Results by decreasing score. ``partial``: no document held every word, so these hold some; ``nearest``: spellings to try."""

    found: list[Found]
    partial: bool = False
    nearest: tuple[str, ...] = ()

    def of(self, type: str) -> list[Found]:
        return [item for item in self.found if item.type == type]


def search(query: str, *, language: Language | None = None, type: str = "") -> Results:
    """Documents that hold every word of ``query``; where none does, those that hold some of them.

    The last word may be the beginning of one. Two queries at most.
    """
    language = language or current_language()
    wanted = query_forms(query, language)
    if not wanted:
        return Results([])
    prefix = wanted[-1][0] if len(wanted[-1][0]) >= PREFIX and not query.endswith(" ") else ""
    ids, partial = _matching(wanted, prefix, language, every=True), False
    if not ids and len(wanted) > 1:
        ids, partial = _matching(wanted, prefix, language, every=False), True
    rows = SearchDocument.objects.filter(pk__in=ids).order_by("pk")
    if type:
        rows = rows.filter(type=type)
    found = [_found(row, wanted, prefix, language) for row in rows]
    order = {known.type: known.order for known in sources()}
    found.sort(key=lambda item: (-item.score, order.get(item.type, 99), _natural(item.key)))
    nearest = () if found else _nearest(query, language)
    return Results(found, partial, nearest)


def _natural(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (10**9, key)


def _matching(wanted: Sequence[Sequence[str]], prefix: str, language: Language, *, every: bool) -> list[int]:
    sqlite = connection.vendor == "sqlite"
    groups = []
    for rank, word in enumerate(wanted):
        quoted = [f'"{form}"' if sqlite else f"'{form}'" for form in word]
        if prefix and rank == len(wanted) - 1:
            quoted.append(f'"{prefix}" *' if sqlite else f"'{prefix}':*")
        groups.append("(" + (" OR " if sqlite else " | ").join(quoted) + ")")
    joined = ((" AND " if every else " OR ") if sqlite else (" & " if every else " | ")).join(groups)
    own = SearchDocument._meta.db_table
    if sqlite:
        sql = f"SELECT d.id FROM {TABLE} w JOIN {own} d ON d.id = w.rowid WHERE w.words MATCH %s AND d.language = %s"  # noqa: S608
    else:
        sql = f"SELECT d.id FROM {TABLE} w JOIN {own} d ON d.id = w.id WHERE w.words @@ %s::tsquery AND d.language = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql + f" ORDER BY d.id LIMIT {MOST}", [joined, language])
        return [row[0] for row in cursor.fetchall()]


def _found(row: SearchDocument, wanted: Sequence[Sequence[str]], prefix: str, language: Language) -> Found:
    title, text = set(forms_of(row.title, language)), set(forms_of(row.text, language))
    whole = set(map(str, forms_of(row.title, language)))
    score = 0
    for rank, word in enumerate(wanted):
        if word[0] in title:
            score += 12
        elif title.intersection(word):
            score += 9
        elif word[0] in text:
            score += 4
        elif text.intersection(word):
            score += 3
        elif prefix and rank == len(wanted) - 1:
            score += 6 if any(form.startswith(prefix) for form in title) else 1
    if row.key == " ".join(word[0] for word in wanted):
        score += 20
    if len(wanted) == 1 and len(whole) <= 3 and wanted[0][0] in title:
        score += 6
    marks = wanted_forms(wanted)
    return Found(
        type=row.type,
        key=row.key,
        url=row.url,
        title=highlight(row.title, marks, language, prefix=prefix),
        excerpt=excerpt(row.text, marks, language, prefix=prefix) if row.text else "",
        score=score,
    )


def _nearest(query: str, language: Language) -> tuple[str, ...]:
    """Words of titles that look like those typed: a hint for a misspelling."""
    known: dict[str, str] = {}
    for title in SearchDocument.objects.filter(language=language).order_by("pk").values_list("title", flat=True):
        for word in words(title):
            if len(word) > 3:
                known.setdefault(forms_of(word, language)[0], word)
    hints: list[str] = []
    for typed in words(query):
        if len(typed) < 4 or typed in STOP[language]:
            continue
        plain = forms_of(typed, language)[0]
        hints += [known[near] for near in difflib.get_close_matches(plain, list(known), n=3, cutoff=0.75)]
    return tuple(dict.fromkeys(hints))[:5]
