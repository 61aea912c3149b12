"""Sets of answers as CSV, XLSX or JSON, one after the other: memory stays that of one batch whatever their number."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse

from mandat.apps.consultations.exports.safe import cell, csv_lines
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation
from mandat.apps.consultations.questionnaire import OTHER
from mandat.apps.consultations.services.tallying import sets_of
from mandat.apps.participation.schema.contributions import Survey

#: Rows of one sheet, under what the format takes.
SHEET_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its question, the ``part`` of it (a choice, a row) and how the cell is read."""

    code: str
    part: str
    kind: Literal["whole", "tick", "rank", "row", "other"]

    @property
    def name(self) -> str:
        if self.kind == "other":
            return f"{self.code}.{OTHER}.text"
        return f"{self.code}.{self.part}" if self.part else self.code


def columns(survey: Survey) -> list[Head]:
    """The columns of the answers; personal questions have none."""
    found: list[Head] = []
    for question in survey.questions:
        if question.personal:
            continue
        code = question.code
        if question.type == "choices":
            found += [Head(code, part, "tick") for part in question.deciding_codes]
        elif question.type == "ranking":
            found += [Head(code, one.code, "rank") for one in question.choices]
        elif question.type == "matrix":
            found += [Head(code, row.code, "row") for row in question.rows]
        else:
            found.append(Head(code, "", "whole"))
        if question.other:
            found.append(Head(code, "", "other"))
    return found


def flat(wanted: Sequence[Head], answers: Mapping[str, Any]) -> list[Any]:
    """One row: 1 for a choice ticked and 0 for one that was not, a rank, a choice, a text; empty where nothing was answered."""
    row: list[Any] = []
    for head in wanted:
        value = answers.get(head.code)
        if head.kind == "other":
            row.append(answers.get(f"{head.code}.{OTHER}", ""))
        elif value is None:
            row.append("")
        elif head.kind == "tick":
            row.append(1 if head.part in value else 0)
        elif head.kind == "rank":
            row.append(value.index(head.part) + 1 if head.part in value else "")
        elif head.kind == "row":
            row.append(value.get(head.part, ""))
        else:
            row.append(value)
    return row


def rows(held: Held[Survey], row: Consultation) -> Iterator[list[Any]]:
    """Every set as a row: drawn key, age band, département, answers. In the order of keys, which is no order of time."""
    wanted = columns(held.document)
    for key, answers, age_band, departement in sets_of(row):
        yield [str(key), age_band, departement, *flat(wanted, answers)]


def heading(held: Held[Survey]) -> list[str]:
    return ["key", "age", "departement", *(head.name for head in columns(held.document))]


def json_lines(held: Held[Survey], row: Consultation) -> Iterator[bytes]:
    """One JSON document: what it is, then the sets."""
    personal = {question.code for question in held.document.questions if question.personal}
    about = {"process": held.process.code, "component": held.code, "definition": held.process.ref.version}
    yield (json.dumps(about, ensure_ascii=False)[:-1] + ', "answers": [').encode()
    kept: list[str] = []
    first = True
    for key, answers, age_band, departement in sets_of(row):
        told = {code: value for code, value in answers.items() if code.partition(".")[0] not in personal}
        text = json.dumps(
            {"key": str(key), "age": age_band, "departement": departement, "answers": told}, ensure_ascii=False
        )
        kept.append(text if first else "," + text)
        first = False
        if len(kept) >= 300:
            yield "\n".join(kept).encode()
            kept = []
    yield ("\n".join(kept) + "]}\n").encode()


def xlsx(held: Held[Survey], row: Consultation, target: Any) -> None:
    """Write a workbook to an open binary file, row by row; a new sheet where one is full."""
    with xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    ) as book:
        head = heading(held)
        sheet, at = None, SHEET_ROWS
        for found in rows(held, row):
            if at >= SHEET_ROWS:
                sheet, at = book.add_worksheet(), 1
                sheet.write_row(0, 0, head)
            assert sheet is not None
            sheet.write_row(at, 0, [cell(one) for one in found])
            at += 1
        if sheet is None:
            book.add_worksheet().write_row(0, 0, head)


def response(held: Held[Survey], row: Consultation, form: str) -> HttpResponseBase:
    """The file to download."""
    name = f"{held.process.code}-{held.code}-reponses.{form}"
    answer: HttpResponseBase
    if form == "csv":
        answer = StreamingHttpResponse(
            csv_lines(heading(held), rows(held, row)), content_type="text/csv; charset=utf-8"
        )
    elif form == "json":
        answer = StreamingHttpResponse(json_lines(held, row), content_type="application/json")
    elif form == "xlsx":
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
        xlsx(held, row, kept)
        kept.seek(0)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return FileResponse(kept, as_attachment=True, filename=name, content_type=kind)
    else:
        raise Http404(form)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def counts_csv(held: Held[Survey], row: Consultation) -> HttpResponse:
    """The published counts, one line an answer; ``withheld`` where a count is."""
    lines: list[tuple[Any, ...]] = []
    for code, data in row.result.get("questions", {}).items():
        lines.append((code, "", "", "answered", _told(data["answered"])))
        lines += [(code, "", answer, "count", _told(count)) for answer, count in data.get("counts", {}).items()]
        for line, counts in data.get("rows", {}).items():
            lines += [(code, line, answer, "count", _told(count)) for answer, count in counts.items()]
    for name, crossing in row.result.get("cross", {}).items():
        for line, cells in zip(crossing["lines"], crossing["cells"], strict=True):
            lines += [
                (name, line, answer, "count", _told(count))
                for answer, count in zip(crossing["columns"], cells, strict=True)
            ]
    body = b"".join(csv_lines(("question", "row", "answer", "what", "people"), lines))
    answer = HttpResponse(body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{held.process.code}-{held.code}-resultats.csv"'
    return answer


def _told(count: int | None) -> Any:
    return "withheld" if count is None else count
