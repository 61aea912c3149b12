"""Delimited rows as the field writes them: quotes, stray quotes, BOM, CRLF, and the line of each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

#: A quoted field may run over lines; past this many the quote is taken as a stray one.
_MAX_LINES = 100


def split_row(line: str, delimiter: str = ";") -> list[str] | None:
    """Fields of one line; None when a quoted field is still open at its end.

    A quote opens a field only as its first character; anywhere else it is itself.
    """
    if '"' not in line:
        return line.split(delimiter)
    fields: list[str] = []
    at, end = 0, len(line)
    while True:
        if at < end and line[at] == '"':
            text, at = [], at + 1
            while True:
                close = line.find('"', at)
                if close < 0:
                    return None
                text.append(line[at:close])
                if line.startswith('"', close + 1):
                    text.append('"')
                    at = close + 2
                    continue
                at = close + 1
                break
            stop = line.find(delimiter, at)
            stop = end if stop < 0 else stop
            fields.append("".join(text) + line[at:stop])
        else:
            stop = line.find(delimiter, at)
            stop = end if stop < 0 else stop
            fields.append(line[at:stop])
        if stop >= end:
            return fields
        at = stop + len(delimiter)


class RowSplitter:
    """Rows with the number of their first line, blank lines left out.

    Line ends are stripped. A quoted field may hold line ends; one never closed is read as
    literal text. ``pending`` holds lines read ahead and not yet given: whoever stops early
    puts them back before the rest of the source.
    """

    def __init__(self, numbered: Iterable[tuple[int, str]], delimiter: str = ";") -> None:
        self._source = iter(numbered)
        self._delimiter = delimiter
        self.pending: list[tuple[int, str]] = []
        self.at = 0  # number of the last line of the row given

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        taken: list[tuple[int, str]] = []
        while True:
            item = self.pending.pop(0) if self.pending else next(self._source, None)
            if item is not None:
                number, line = item[0], item[1].rstrip("\r\n")
                if not taken and not line.strip():
                    continue
                taken.append((number, line))
                fields = split_row("\n".join(text for _, text in taken), self._delimiter)
                if fields is not None:
                    self.at = number
                    return taken[0][0], fields
                if len(taken) < _MAX_LINES:
                    continue
            if not taken:
                raise StopIteration
            self.pending = taken[1:] + self.pending
            self.at = taken[0][0]
            return taken[0][0], taken[0][1].split(self._delimiter)


def join_row(fields: Iterable[str], delimiter: str = ";") -> str:
    """One line without its end, quoted where reading it back demands it."""
    return delimiter.join(
        '"' + field.replace('"', '""') + '"'
        if delimiter in field or '"' in field or "\n" in field or "\r" in field or field != field.strip()
        else field
        for field in fields
    )
