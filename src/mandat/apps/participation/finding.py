"""Find proposals by their words, and those that look like one being written.

Words are stemmed here, so that SQLite and PostgreSQL find the same; the database only says which proposals hold them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from mandat.apps.participation.models import Proposal
from mandat.web.search.stemming import STOP, forms, forms_of, query_forms, words

TABLE = "participation_words"
#: Proposals a search gives at most: beyond, the query is too vague.
MOST = 1000
#: Words compared when looking for proposals alike, and candidates ranked.
ALIKE_WORDS, CANDIDATES, ALIKE = 10, 400, 6


def index(proposals: Iterable[Proposal]) -> None:
    """Make published proposals found by their present words, others not."""
    wanted = list(proposals)
    unindex([one.pk for one in wanted])
    rows = [
        (one.pk, " ".join(_forms(f"{one.title} {one.text}") + _forms(f"{one.title_other} {one.text_other}")))
        for one in wanted
        if one.state == Proposal.State.PUBLISHED and not one.hidden
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"INSERT INTO {TABLE} (rowid, words) VALUES (%s, %s)", rows)  # noqa: S608 - the table's own name
        else:
            cursor.executemany(f"INSERT INTO {TABLE} (id, words) VALUES (%s, to_tsvector('simple', %s))", rows)  # noqa: S608


def _forms(text: str) -> list[str]:
    return forms_of(text) if text.strip() else []


def unindex(ids: Sequence[int]) -> None:
    """Forget the words of proposals."""
    if not ids:
        return
    column = "rowid" if connection.vendor == "sqlite" else "id"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {TABLE} WHERE {column} = %s", [(pk,) for pk in ids])  # noqa: S608


def searched(query: str, *, programme: str, process: str, component: str) -> list[int]:
    """Ids of the component's proposals that hold every word of ``query``, in no order; the last word may be a beginning."""
    wanted = query_forms(query)
    if not wanted:
        return []
    groups = [list(word) for word in wanted]
    prefix = groups[-1][0] if len(groups[-1][0]) >= 3 and not query.endswith(" ") else ""
    return _matching(
        [_group(word, prefix if rank == len(groups) - 1 else "") for rank, word in enumerate(groups)],
        " AND ",
        programme,
        process,
        component,
        MOST,
    )


def alike(
    title: str, text: str, *, programme: str, process: str, component: str, but: int | None = None, most: int = ALIKE
) -> list[Proposal]:
    """Published proposals that share the rarest words of a title and text, most alike first.

    A candidate shares at least two words of the title, or one where it has no other. Two queries.
    """
    rare = _telling(title) or _telling(text)
    if not rare:
        return []
    pairs = list(itertools.combinations(rare[:ALIKE_WORDS], 2)) if len(rare) > 1 else [(rare[0],)]
    wanted = [f"({' AND '.join(_group(list(word)) for word in pair)})" for pair in pairs]
    ids = _matching(wanted, " OR ", programme, process, component, CANDIDATES)
    own = {form for word in _telling(f"{title} {text}") for form in word[:2]}
    rows = list(Proposal.objects.filter(pk__in=ids).exclude(pk=but or 0).order_by("pk"))
    held = {one.pk: set(_forms(f"{one.title} {one.text[:2000]}")) for one in rows}
    titles = {one.pk: set(_forms(one.title)) for one in rows}
    common = Counter(form for found in held.values() for form in found & own)
    head = {form for word in rare for form in word}

    def weight(one: Proposal) -> float:
        shared = held[one.pk] & own
        return sum(1 / common[form] for form in shared) + 2 * len(titles[one.pk] & head)

    return sorted(rows, key=lambda one: (-weight(one), one.pk))[:most]


def _telling(text: str) -> list[tuple[str, ...]]:
    """The words of a text that tell something, longest first: they are the rarest."""
    kept = dict.fromkeys(word for word in words(text) if word not in STOP["fr"] and len(word) > 3)
    return [forms(word) for word in sorted(kept, key=lambda word: (-len(word), word))][:ALIKE_WORDS]


def _group(word: list[str], prefix: str = "") -> str:
    sqlite = connection.vendor == "sqlite"
    parts = [f'"{form}"' if sqlite else f"'{form}'" for form in dict.fromkeys(word)]
    if prefix:
        parts.append(f'"{prefix}" *' if sqlite else f"'{prefix}':*")
    return "(" + (" OR " if sqlite else " | ").join(parts) + ")"


def _matching(groups: Sequence[str], joint: str, programme: str, process: str, component: str, most: int) -> list[int]:
    sqlite = connection.vendor == "sqlite"
    expression = joint.join(groups)
    if not sqlite:
        expression = expression.replace(" AND ", " & ").replace(" OR ", " | ")
    own = Proposal._meta.db_table
    of = "p.programme = %s AND p.process = %s AND p.component = %s"
    if sqlite:
        # CROSS JOIN: words first. The other way round asks the index of words once a proposal.
        sql = f"SELECT p.id FROM {TABLE} w CROSS JOIN {own} p ON p.id = w.rowid WHERE w.words MATCH %s AND {of}"  # noqa: S608
    else:
        sql = f"SELECT p.id FROM {TABLE} w JOIN {own} p ON p.id = w.id WHERE w.words @@ %s::tsquery AND {of}"  # noqa: S608
    values: list[Any] = [expression, programme, process, component]
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY p.id DESC LIMIT {most}", values)
        return [row[0] for row in cursor.fetchall()]
