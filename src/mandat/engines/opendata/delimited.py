"""Rows of a delimited file whose header is known: separator found, columns named, broken rows mended.

Mended: headers in other words or another order, rows wrapped whole in quotes, quotes never closed, an unquoted decimal comma that
shifts the columns ("26 000,00" in a file separated by commas), an unquoted separator inside a text, and
separators trailing behind. A row is mended only where one reading puts a fitting value in every column; else it is refused.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

SEPARATORS = (";", ",", "\t", "|")
#: A quoted cell runs over at most so many lines; beyond, the quote was never closed.
_MOST_LINES = 30
#: A sentence holds no more separators than this.
_MOST_EXTRA = 12


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a schema: its name, other headers it goes by, whether it is required, and what its values look like (None: any text)."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    fits: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by column name; ``raw`` as written; ``mended`` says that its columns were put back in place."""

    line: int
    cells: Mapping[str, str]
    raw: str
    mended: bool = False


def key(header: str) -> str:
    """A header without accents, case, spaces or punctuation."""
    plain = unicodedata.normalize("NFKD", header.lower().replace("œ", "oe"))
    return re.sub(r"[^a-z0-9]", "", plain)


def rows(lines: Iterator[str], columns: Sequence[Column]) -> Iterator[Row | tuple[int, Text]]:
    """Each row below the header, or its line and why it cannot be read. Raises InputError where the header is not that of ``columns``."""
    buffer = _Numbered(lines)
    known = {key(name): column for column in columns for name in (column.name, *column.aliases)}
    header, separator = _header(buffer, known)
    present = [known.get(key(cell)) for cell in header]
    missing = [column.name for column in columns if column.required and column not in present]
    if missing:
        names = ", ".join(missing)
        raise InputError(Text(f"colonne manquante : {names}", f"missing column: {names}"), line=buffer.number)
    twice = [column.name for at, column in enumerate(present) if column is not None and column in present[:at]]
    if twice:
        raise InputError(Text(f"colonne en double : {twice[0]}", f"column twice: {twice[0]}"), line=buffer.number)
    width = len(header)
    while (text := buffer.next()) is not None:
        if not text.strip(f'{separator};" \t'):
            continue
        number = buffer.number
        cells, raw = _cells(text, separator, width, buffer)
        mended = False
        if len(cells) != width or not _fits(cells, present):
            found = _mend(cells, raw, separator, present)
            if found is None and len(cells) != width:
                yield (
                    number,
                    Text(f"{len(cells)} cellules au lieu de {width}", f"{len(cells)} cells instead of {width}"),
                )
                continue
            if found is not None:
                mended = found != cells
                cells = found
        named = {column.name: cell.strip() for column, cell in zip(present, cells, strict=True) if column is not None}
        yield Row(number, named, raw, mended)


class _Numbered:
    """Lines with their numbers, that can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []
        self.number = 0

    def next(self) -> str | None:
        line = self._back.pop() if self._back else next(self._lines, None)
        if line is not None:
            self.number += 1
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        self._back += reversed(lines)
        self.number -= len(lines)


def _header(buffer: _Numbered, known: Mapping[str, Column]) -> tuple[list[str], str]:
    while (text := buffer.next()) is not None:
        line = text.strip().lstrip("\ufeff")
        if not line or re.fullmatch(r"sep=.", line.lower()):
            continue
        best, separator = max(
            ((sum(key(cell) in known for cell in _parse(line, mark)), mark) for mark in SEPARATORS),
            key=lambda found: found[0],
        )
        if best < 2:
            raise InputError(
                Text(
                    "la première ligne ne nomme pas les colonnes attendues",
                    "the first line does not name the expected columns",
                ),
                line=buffer.number,
            )
        cells = [cell.strip(" ;") for cell in _parse(line, separator)]
        while cells and not cells[-1]:
            cells.pop()
        return cells, separator
    raise InputError(Text("fichier vide", "empty file"))


def _parse(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return text.replace('"', "").split(separator)


def _cells(text: str, separator: str, width: int, buffer: _Numbered) -> tuple[list[str], str]:
    """The cells of a row, taking the following lines where a quoted cell runs over them."""
    if '"' not in text:
        return _trim(text.split(separator), width, separator), text
    if text.count('"') % 2 == 0:
        return _trim(_parse(text, separator), width, separator), text
    taken: list[str] = []
    whole = text
    while whole.count('"') % 2 and len(taken) < _MOST_LINES:
        following = buffer.next()
        if following is None:
            break
        taken.append(following)
        whole += "\n" + following
    if whole.count('"') % 2 == 0:
        try:
            cells = _trim(next(csv.reader(whole.split("\n"), delimiter=separator), []), width, separator)
        except csv.Error:
            cells = []
        if len(cells) == width:
            return cells, whole
    # A stray quote: the line stands alone.
    buffer.give_back(taken)
    return _trim(text.replace('"', "").split(separator), width, separator), text


def _trim(cells: list[str], width: int, separator: str) -> list[str]:
    """Without the separators that trail behind the last column."""
    while len(cells) > width and not cells[-1].strip(" ;"):
        cells = cells[:-1]
    if separator != ";" and cells and cells[-1].endswith(";"):
        cells = [*cells[:-1], cells[-1].rstrip(" ;")]
    return cells


def _fits(cells: Sequence[str], columns: Sequence[Column | None]) -> bool:
    return all(
        column is None or column.fits is None or column.fits(cell.strip())
        for cell, column in zip(cells, columns, strict=True)
    )


_EURO = re.compile(r"^[-+]?[\d\s\u00a0\u202f]+$")
_CENTS = re.compile(r"^\d{1,2}\s*€?$")


def _mend(cells: list[str], raw: str, separator: str, columns: Sequence[Column | None]) -> list[str] | None:
    """The one reading of a broken row that puts a fitting value in every column; None where there is none, or several."""
    width = len(columns)
    readings = [cells]
    if '"' in raw:
        # A row wrapped whole in quotes, with its own quotes doubled.
        plain = raw.strip().replace('""', "\x00").replace('"', "").replace("\x00", '"')
        readings.append(_trim(plain.split(separator), width, separator))
    for joined in (0, 1, 2):
        found: list[list[str]] = []
        for reading in readings:
            found += [c for c in _joined(reading, separator, columns, joined) if _fits(c, columns) and c not in found]
        if len(found) > 1:
            # Several texts could hold the separator: inside a sentence, a comma is followed by a space.
            found = [c for c in found if all(re.search(r",\S", x) is None or _like_amount(x) for x in c)]
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None


def _like_amount(cell: str) -> bool:
    return re.fullmatch(r"[-+\d\s\u00a0\u202f]+,\d{1,2}\s*€?", cell) is not None


def _joined(cells: list[str], separator: str, columns: Sequence[Column | None], how: int) -> Iterator[list[str]]:
    """Rows of the right width: as they are or with a decimal comma put back (0), then with one text joined too (1), or a text alone (2)."""
    width = len(columns)
    places = [
        at
        for at in range(len(cells) - 1)
        if separator == "," and _EURO.match(cells[at]) and _CENTS.match(cells[at + 1])
    ]
    decimal = [[*cells[:at], f"{cells[at]},{cells[at + 1]}", *cells[at + 2 :]] for at in places]
    if how == 0:
        yield from (row for row in (cells, *decimal) if len(row) == width)
        return
    for row in decimal if how == 1 else [cells]:
        extra = len(row) - width
        if 0 < extra <= _MOST_EXTRA:
            yield from (
                [*row[:at], separator.join(row[at : at + extra + 1]), *row[at + extra + 1 :]]
                for at, column in enumerate(columns)
                if column is None or column.fits is None
            )
