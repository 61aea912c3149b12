"""Readers of the field's two files, ``respondents.csv`` and ``categories.csv``.

Both accept UTF-8 with or without a byte order mark (Windows-1252 as a last resort), commas, semicolons or
tabulations, any case and order of headers, quotes, blank lines and any line ending. Nothing is guessed about
values: every problem is collected with its line, then raised together, and nobody is dropped in silence.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO

from mandat.engines.sortition.model import Person, Pool, Quota, Quotas
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text

VALUE_HEADERS = ("feature", "name", "value", "valeur")
ID_HEADERS = (
    "id", "nationbuilder_id", "person_id", "respondent_id", "participant_id", "unique_id", "uid", "uuid",
    "identifiant", "ref", "reference", "code", "numero", "numéro", "n°", "no", "number",
)  # fmt: skip
MAX_FIELD = 1_000_000


class FileProblemsError(InputError):
    """Several problems of one file, each with its line, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        super().__init__(first.message, file=first.file, line=first.line)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[:20]]
        if len(self.problems) > 20:
            more = Text("… et {n} autres erreurs", "… and {n} more errors").format(n=len(self.problems) - 20)
            shown.append(str(more))
        return "\n".join(shown)


def read_quotas(stream: IO[bytes] | IO[str], *, file: str = "categories.csv") -> Quotas:
    """Read ``category,feature|name,min,max[,min_flex,max_flex]`` (or ``feature,value,…``); other columns are ignored.

    As in the usual tool, ``max_flex`` empty or -1 means "not set". Raises FileProblemsError with every problem found.
    """
    rows = table_rows(stream, file)
    header = _header(rows, file)
    columns = {name.casefold(): place for place, name in reversed(list(enumerate(header)))}
    if "category" not in columns and "feature" in columns and "value" in columns:
        # The newest style of the usual tool calls the category "feature" and its value "value".
        columns["category"] = columns.pop("feature")
    value_header = next((name for name in VALUE_HEADERS if name in columns), None)
    problems = [_missing(file, needed, header) for needed in ("category", "min", "max") if needed not in columns]
    if value_header is None:
        problems.append(_missing(file, "feature", header))
    if problems or value_header is None:
        raise FileProblemsError(problems)
    quotas: dict[tuple[str, str], Quota] = {}
    for line, row in rows:
        cells = {name: (row[place] if place < len(row) else "") for name, place in columns.items()}
        try:
            quota = _quota(cells, value_header, line)
        except _Bad as bad:
            problems.append(Problem(file, line, str(bad.text)))
            continue
        before = quotas.get((quota.category, quota.value))
        if before is not None:
            text = Text("« {quota} » est déjà à la ligne {line}", "“{quota}” is already on line {line}")
            problems.append(Problem(file, line, str(text.format(quota=quota, line=before.line))))
            continue
        quotas[quota.category, quota.value] = quota
    if not quotas and not problems:
        problems.append(Problem(file, 1, str(Text("aucun quota", "no quota"))))
    if problems:
        raise FileProblemsError(problems)
    return Quotas(tuple(quotas.values()))


def read_pool(
    stream: IO[bytes] | IO[str],
    quotas: Quotas,
    *,
    file: str = "respondents.csv",
    id_column: str | None = None,
    household_columns: tuple[str, ...] = (),
) -> Pool:
    """Read the volunteers: a column per category, an optional identifier, and the columns that make a household.

    Without ``id_column``, a column with a usual name (``id``, ``nationbuilder_id``, …) is taken, or the first
    column when it is no category and its cells are filled and all different; else people are numbered from "1"
    in the order of the file. Households are equal when all ``household_columns`` are, whatever case and spaces;
    empty means alone. Raises FileProblemsError with every problem found.
    """
    rows = table_rows(stream, file)
    header = _header(rows, file)
    place = {name.casefold(): at for at, name in reversed(list(enumerate(header)))}
    problems = [
        _missing(file, name, header)
        for name in (*quotas.categories, *household_columns, *([id_column] if id_column else []))
        if name.casefold() not in place
    ]
    if problems:
        raise FileProblemsError(problems)
    exact = {category: set(quotas.values(category)) for category in quotas.categories}
    folded = {category: {_fold(value): value for value in quotas.values(category)} for category in quotas.categories}
    table = list(rows)
    id_place = _id_place(header, table, quotas, id_column)
    people: list[Person] = []
    seen: dict[str, int] = {}
    for number, (line, row) in enumerate(table, start=1):
        features = []
        for category in quotas.categories:
            at = place[category.casefold()]
            cell = row[at] if at < len(row) else ""
            value = cell if cell in exact[category] else folded[category].get(_fold(cell))
            if value is None:
                text = Text("{category} : valeur vide", "{category}: empty value")
                if cell:
                    text = Text("{category} : « {value} » n’a pas de quota", "{category}: “{value}” has no quota")
                problems.append(Problem(file, line, str(text.format(category=category, value=cell))))
                continue
            features.append(value)
        name = str(number)
        if id_place is not None:
            name = row[id_place] if id_place < len(row) else ""
            if not name:
                problems.append(Problem(file, line, str(Text("identifiant vide", "empty identifier"))))
                continue
            if name in seen:
                text = Text("l’identifiant « {id} » est déjà à la ligne {line}", "id “{id}” is already on line {line}")
                problems.append(Problem(file, line, str(text.format(id=name, line=seen[name]))))
                continue
            seen[name] = line
        if len(features) == len(quotas.categories):
            parts = [row[at] if at < len(row) else "" for at in (place[c.casefold()] for c in household_columns)]
            household = "\x1f".join(map(_fold, parts)) if any(parts) else ""
            people.append(Person(id=name, features=tuple(features), household=household, line=line))
    if not table:
        problems.append(Problem(file, 1, str(Text("le vivier est vide", "the pool is empty"))))
    if problems:
        raise FileProblemsError(problems)
    return Pool(categories=quotas.categories, people=tuple(people))


class _Bad(Exception):  # noqa: N818 - carries a text from one cell to the line's problem
    def __init__(self, text: Text) -> None:
        self.text = text


def _quota(cells: dict[str, str], value_header: str, line: int) -> Quota:
    category, value = cells["category"], cells[value_header]
    if not category or not value:
        raise _Bad(Text("catégorie ou valeur vide", "empty category or value"))
    low, high = _count(cells, "min"), _count(cells, "max")
    if low is None or high is None:
        raise _Bad(Text("min et max sont nécessaires", "min and max are needed"))
    if low > high:
        raise _Bad(Text("min ({a}) dépasse max ({b})", "min ({a}) is over max ({b})").format(a=low, b=high))
    low_flex, high_flex = _count(cells, "min_flex"), _count(cells, "max_flex", unset=True)
    if low_flex is not None and low_flex > low:
        text = Text("min_flex ({a}) dépasse min ({b})", "min_flex ({a}) is over min ({b})")
        raise _Bad(text.format(a=low_flex, b=low))
    if high_flex is not None and high_flex < high:
        text = Text("max_flex ({a}) est sous max ({b})", "max_flex ({a}) is under max ({b})")
        raise _Bad(text.format(a=high_flex, b=high))
    flexible = high_flex is not None
    return Quota(
        category=category,
        value=value,
        low=low,
        high=high,
        low_flex=(low if low_flex is None else low_flex) if flexible else 0,
        high_flex=high_flex,
        flexible=flexible,
        line=line,
    )


def _count(cells: dict[str, str], name: str, *, unset: bool = False) -> int | None:
    cell = cells.get(name, "").replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if not cell or (unset and cell in ("-1", "-1.0")):
        return None
    whole, dot, rest = cell.replace(",", ".").partition(".")
    digits = whole.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12) or (dot and rest.strip("0")):
        text = Text("{name} : « {cell} » n’est pas un nombre entier positif", "{name}: “{cell}” is not a whole number")
        raise _Bad(text.format(name=name, cell=cell[:40]))
    return int(digits)


def _fold(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def _missing(file: str, name: str, header: list[str]) -> Problem:
    text = Text("colonne « {name} » absente (colonnes : {header})", "no column “{name}” (columns: {header})")
    return Problem(file, 1, str(text.format(name=name, header=", ".join(header)[:200])))


def _id_place(
    header: list[str], table: list[tuple[int, list[str]]], quotas: Quotas, id_column: str | None
) -> int | None:
    names = [name.casefold() for name in header]
    if id_column:
        return names.index(id_column.casefold())
    taken = {category.casefold() for category in quotas.categories}
    for usual in ID_HEADERS:
        if usual in names and usual not in taken:
            return names.index(usual)
    if names[0] in taken:
        return None
    cells = [row[0] if row else "" for _, row in table]
    return 0 if all(cells) and len(set(cells)) == len(cells) else None


def table_rows(stream: IO[bytes] | IO[str], file: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that are not blank, stripped cell by cell, each with the number of its first physical line."""
    content = stream.read()
    text = content if isinstance(content, str) else _decode(content)
    text = text.removeprefix("\ufeff").replace("\x00", "")
    lines = text.splitlines(keepends=True)
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(MAX_FIELD)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = Text("ligne illisible ({error})", "unreadable line ({error})").format(error=error)
            raise FileProblemsError([Problem(file, line, str(message))]) from None
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield line, cells


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _header(rows: Iterator[tuple[int, list[str]]], file: str) -> list[str]:
    first = next(rows, None)
    if first is None:
        raise FileProblemsError([Problem(file, 1, str(Text("fichier vide", "empty file")))])
    return first[1]
