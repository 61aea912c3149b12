"""Tables in, tables out, for ``mandat rules run``.

One line a person (``foyer`` tells who lives together; without it each lives alone), or one line a household,
organisation or project. Columns bear the names of inputs; those of what a member is within may be written
``foyer.commune`` or ``commune`` and agree within a household. All other columns are kept as they are.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from mandat.cli.count import write_atomically
from mandat.engines.rules import UNKNOWN, Rule, SituationError
from mandat.engines.rules.tree import BooleanType, DateType, NumberType
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text

Row = dict[str, Any]
_TRUE, _FALSE = {"oui", "vrai", "true", "1", "yes", "o", "v"}, {"non", "faux", "false", "0", "no", "n", "f"}
_COMMA = re.compile(r"-?[0-9]+,[0-9]{1,9}")
_AMBIGUOUS = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")
MISSING, ERROR, DAY = "missing", "error", "as_of"


@dataclass(slots=True)
class Result:
    lines: int = 0
    problems: list[Problem] = field(default_factory=list)
    unused: tuple[str, ...] = ()


def run_table(rule: Rule, source: Path, target: Path, *, as_of: dt.date | None) -> Result:
    """Read, evaluate, write at once or not at all. Raises InputError for a table that cannot be read."""
    kinds = {source.suffix.lower(), target.suffix.lower()}
    if kinds - {".csv", ".tsv", ".parquet"}:
        raise InputError(Text("un tableau est en .csv, .tsv ou .parquet", "a table is .csv, .tsv or .parquet"))
    columns, rows = _parquet_rows(source) if source.suffix.lower() == ".parquet" else _csv_rows(source)
    taken = {*rule.tree.outputs, MISSING, ERROR} & set(columns)
    if taken:
        name = min(taken)
        raise InputError(
            Text(f"la colonne {name} porte le nom d'un résultat", f"the column {name} bears the name of an output"),
            file=str(source),
        )
    if as_of is None and DAY not in columns:
        raise InputError(
            Text("donnez le jour : --as-of, ou une colonne as_of", "give the day: --as-of, or a column as_of")
        )
    runner = _Runner(rule, columns, as_of, str(source))
    answers = runner.run(rows)
    everything = [*columns, *rule.tree.outputs, MISSING, ERROR]
    joined = [{**row, **answer} for (_, row), answer in zip(rows, answers, strict=True)]
    if target.suffix.lower() == ".parquet":
        _write_parquet(target, everything, joined, rule, source)
    else:
        _write_csv(target, everything, joined)
    return Result(len(rows), sorted(runner.problems, key=lambda problem: problem.line), runner.unused)


class _Runner:
    def __init__(self, rule: Rule, columns: Sequence[str], as_of: dt.date | None, file: str) -> None:
        tree = rule.tree
        self.rule, self.as_of, self.file = rule, as_of, file
        self.problems: list[Problem] = []
        self.outer = (tree.holder or tree.subject).name
        self.about_member = tree.holder is not None
        self.member = tree.member
        #: Column → (entity, input).
        self.places: dict[str, tuple[str, str]] = {}
        for column in columns:
            owner, _, name = column.rpartition(".")
            item = rule.known.get(name)
            if item is not None and owner in ("", item.entity):
                self.places[column] = (item.entity, name)
        self.group = (
            self.outer if self.member is not None and self.outer in columns and self.outer not in self.places else ""
        )
        self.unused = tuple(c for c in columns if c not in self.places and c not in (self.group, DAY))

    def run(self, rows: list[tuple[int, Row]]) -> list[Row]:
        groups: dict[Any, list[int]] = {}
        for index, (_, row) in enumerate(rows):
            key = row.get(self.group) if self.group else None
            groups.setdefault(("alone", index) if key in (None, "") else key, []).append(index)
        answers: list[Row] = [{} for _ in rows]
        for members in groups.values():
            for index, answer in zip(members, self._household([rows[i] for i in members]), strict=True):
                answers[index] = answer
        return answers

    def _household(self, lines: list[tuple[int, Row]]) -> Iterator[Row]:
        situation: dict[str, Any] = {self.outer: {}}
        people: list[Row] = []
        try:
            for line, row in lines:
                people.append(self._read(row, situation[self.outer], line))
        except _RowError as error:
            yield from self._refused(lines, error.line, error.text)
            return
        if self.member is not None and (self.about_member or any(people) or self.group):
            situation[self.member.key] = people
        for rank, (line, row) in enumerate(lines):
            if self.about_member:
                situation["demandeur"] = rank
            try:
                yield self._answer(situation, self._day(row, line))
            except _RowError as error:
                yield self._error(error.line, error.text)
            except SituationError as error:
                wrong = error.problems[0]
                at = lines[wrong.member][0] if wrong.member is not None and wrong.member < len(lines) else line
                where = (
                    error.text if at == line else Text(f"ligne {at} : {error.text.fr}", f"line {at}: {error.text.en}")
                )
                yield self._error(line, where)
            except InputError as error:
                yield self._error(line, error.text)

    def _read(self, row: Row, outer: Row, line: int) -> Row:
        """The member of a line; what it is within is gathered in ``outer``."""
        own: Row = {}
        for column, (entity, name) in self.places.items():
            value = answer_of(row.get(column), self.rule.known[name].type)
            if value is None:
                continue
            if entity == self.outer:
                if outer.setdefault(name, value) != value:
                    raise _RowError(
                        line,
                        Text(
                            f"{column} : les lignes d'un même {self.outer} se contredisent",
                            f"{column}: the lines of one {self.outer} disagree",
                        ),
                    )
            else:
                own[name] = value
        return own

    def _day(self, row: Row, line: int) -> dt.date:
        value = row.get(DAY)
        if value in (None, ""):
            if self.as_of is None:
                raise _RowError(line, Text("as_of : le jour manque", "as_of: the day is missing"))
            return self.as_of
        try:
            return value if type(value) is dt.date else dt.date.fromisoformat(str(value))
        except ValueError:
            raise _RowError(
                line, Text(f"as_of : date impossible : {value}", f"as_of: impossible date: {value}")
            ) from None

    def _answer(self, situation: Row, day: dt.date) -> Row:
        evaluation = self.rule.evaluate(situation, as_of=day)
        found: Row = {name: None if value is UNKNOWN else value for name, value in evaluation.values().items()}
        missing = [f"{m.entity}.{m.input}" if m.input else m.entity for m in evaluation.missing]
        found[MISSING] = " ".join(dict.fromkeys(missing))
        found[ERROR] = "; ".join(str(text) for text in evaluation.contradictions)
        return found

    def _refused(self, lines: list[tuple[int, Row]], wrong: int, text: Text) -> Iterator[Row]:
        for line, _ in lines:
            said = text if line == wrong else Text(f"ligne {wrong} : {text.fr}", f"line {wrong}: {text.en}")
            yield self._error(line, said)

    def _error(self, line: int, text: Text) -> Row:
        self.problems.append(Problem(self.file, line, str(text)))
        return {**dict.fromkeys(self.rule.tree.outputs), MISSING: "", ERROR: str(text)}


class _RowError(Exception):
    def __init__(self, line: int, text: Text) -> None:
        super().__init__(str(text))
        self.line = line
        self.text = text


def answer_of(value: Any, type_: str) -> Any:
    """A cell as an answer: oui and non, a decimal comma, a float's shortest decimal; None where empty."""
    if isinstance(value, float):
        return None if value != value else Decimal(repr(value))
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else str(value)
    if not isinstance(value, str):
        return value
    value = value.strip()
    if not value:
        return None
    if type_ == "boolean":
        word = value.lower()
        return True if word in _TRUE else False if word in _FALSE else value
    if type_ in ("number", "integer"):
        plain = re.sub(r"(?<=[0-9])[ \u00a0\u202f](?=[0-9]{3}(?![0-9]))", "", value)
        if _COMMA.fullmatch(plain) and not _AMBIGUOUS.fullmatch(plain):
            return plain.replace(",", ".")
        return plain
    return value


def _csv_rows(path: Path) -> tuple[list[str], list[tuple[int, Row]]]:
    with path.open("rb") as stream:
        raw = stream.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            Text("ce fichier n'est pas en UTF-8", "this file is not in UTF-8"), file=str(path), line=line
        ) from None
    header = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Row]] = []
    columns: list[str] = []
    try:
        for cells in reader:
            if not columns:
                columns = [cell.strip() for cell in cells]
                _check_columns(columns, path)
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    text_ = Text(
                        f"{len(cells)} cellules pour {len(columns)} colonnes",
                        f"{len(cells)} cells for {len(columns)} columns",
                    )
                    raise InputError(text_, file=str(path), line=reader.line_num)
                rows.append((reader.line_num, dict(zip(columns, cells, strict=True))))
    except csv.Error as error:
        raise InputError(
            Text(f"CSV illisible : {error}", f"unreadable CSV: {error}"), file=str(path), line=reader.line_num
        ) from None
    if not columns:
        raise InputError(Text("fichier vide", "empty file"), file=str(path), line=1)
    return columns, rows


def _check_columns(columns: list[str], path: Path) -> None:
    for name in columns:
        if not name or columns.count(name) > 1:
            raise InputError(
                Text(f"colonne sans nom ou en double : « {name} »", f"column unnamed or twice: “{name}”"),
                file=str(path),
                line=1,
            )


def _parquet_rows(path: Path) -> tuple[list[str], list[tuple[int, Row]]]:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except pyarrow.ArrowInvalid:
        raise InputError(Text("ce fichier n'est pas du Parquet", "this file is not Parquet"), file=str(path)) from None
    columns = list(table.column_names)
    _check_columns(columns, path)
    return columns, list(enumerate(table.to_pylist(), 1))


def _write_csv(path: Path, columns: list[str], rows: list[Row]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    write_atomically(path, stream.getvalue())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _write_parquet(path: Path, columns: list[str], rows: list[Row], rule: Rule, source: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    types: dict[str, Any] = dict.fromkeys((MISSING, ERROR), pyarrow.string())
    if source.suffix.lower() == ".parquet":
        schema = parquet.read_schema(source)
        types |= {name: schema.field(name).type for name in schema.names}
    for name in rule.tree.outputs:
        type_ = rule.tree.formulas[name].expr.type
        if isinstance(type_, NumberType):
            types[name] = pyarrow.decimal128(38, type_.scale)
        elif isinstance(type_, BooleanType | DateType):
            types[name] = pyarrow.bool_() if isinstance(type_, BooleanType) else pyarrow.date32()
        else:
            types[name] = pyarrow.string()
    arrays = [pyarrow.array([row.get(c) for row in rows], type=types.get(c, pyarrow.string())) for c in columns]
    temporary = path.with_name(path.name + ".part")
    try:
        parquet.write_table(pyarrow.table(arrays, names=columns), temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
