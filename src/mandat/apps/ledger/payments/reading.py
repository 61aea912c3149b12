"""Read what the bank answers: camt.053 or camt.054 (statements, notifications), pain.002 (refusals), or a CSV.

One bad line never loses the rest: it becomes a problem. An XML document with a DTD is refused: nothing in these messages needs one, and entities are
how a small file becomes a huge one.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from xml.etree import ElementTree as ET

from mandat.kernel.errors import InputError, Problem
from mandat.kernel.money import euros, parse_euros
from mandat.kernel.text import Text

LARGEST = 20 * 1024 * 1024

_REFUSED = {"RJCT", "CANC"}
_PAID = {"ACSC", "ACCC", "ACSP"}
_COLUMNS = {
    "reference": ("reference", "référence", "end_to_end", "endtoendid"),
    "amount": ("montant", "amount"),
    "on": ("date", "date_operation", "jour"),
    "state": ("etat", "état", "state", "statut", "status"),
    "detail": ("motif", "reason", "detail", "détail"),
}
_STATES: dict[str, Literal["paid", "refused"]] = {
    "paye": "paid", "payé": "paid", "payée": "paid", "paid": "paid", "execute": "paid", "exécuté": "paid",
    "refuse": "refused", "refusé": "refused", "refusée": "refused", "rejete": "refused", "rejeté": "refused",
    "rejetée": "refused", "retourné": "refused", "refused": "refused", "rejected": "refused", "returned": "refused",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the bank says of one transfer. ``amount`` is None where it does not say (a refusal)."""

    end_to_end: str
    state: Literal["paid", "refused"]
    amount: Decimal | None
    on: dt.date | None
    detail: str = ""


def read(raw: bytes, *, name: str) -> tuple[list[Outcome], list[Problem]]:
    """The outcomes of a file and what could not be read in it. Raises InputError for a file that is neither XML nor CSV."""
    if len(raw) > LARGEST:
        raise too_large(name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace") if not raw.lstrip().startswith(b"<") else ""
    if not text.strip() or "\0" in text:
        raise InputError(
            Text("fichier illisible : XML ou CSV en UTF-8", "unreadable file: XML or CSV in UTF-8"), file=name
        )
    return _xml(text, name) if text.lstrip().startswith("<") else _csv(text, name)


def too_large(name: str) -> InputError:
    return InputError(Text("fichier trop grand (plus de 20 Mo)", "file too large (over 20 MB)"), file=name)


def _xml(text: str, name: str) -> tuple[list[Outcome], list[Problem]]:
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise InputError(Text("un fichier de banque n'a pas de DTD", "a bank's file has no DTD"), file=name)
    try:
        # Without a DTD there are no entities to expand.
        root = ET.fromstring(text)  # noqa: S314
    except (ET.ParseError, ValueError):
        raise InputError(Text("XML mal formé", "malformed XML"), file=name) from None
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    for found in (*_camt(root), *_pain002(root)):
        if isinstance(found, Outcome):
            outcomes.append(found)
        else:
            problems.append(Problem(name, 0, str(found)))
    if not outcomes and not problems:
        problems.append(Problem(name, 0, str(Text("aucun virement dans ce fichier", "no transfer in this file"))))
    return outcomes, problems


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (child for child in element.iter() if _local(child) == tag)


def _text(element: ET.Element, *path: str) -> str:
    """The text at a path of children, whatever the namespace; empty where it is absent."""
    for tag in path:
        child = next((one for one in element if _local(one) == tag), None)
        if child is None:
            return ""
        element = child
    return (element.text or "").strip()


def _camt(root: ET.Element) -> Iterator[Outcome | Text]:
    for entry in _all(root, "Ntry"):
        status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
        if status and status != "BOOK":
            continue
        day = _day(_text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm") or _text(entry, "ValDt", "Dt"))
        details = list(_all(entry, "TxDtls"))
        for one in details:
            reference = _text(one, "Refs", "EndToEndId")
            if not reference or reference == "NOTPROVIDED":
                continue
            direction = _text(one, "CdtDbtInd") or _text(entry, "CdtDbtInd")
            said = _text(one, "Amt") or _text(one, "AmtDtls", "TxAmt", "Amt")
            if not said and len(details) == 1:
                said = _text(entry, "Amt")
            amount = _amount(said)
            returned = any(True for _ in _all(one, "RtrInf")) or direction == "CRDT"
            if amount is None and not returned:
                yield Text(f"{reference} : montant absent ou illisible", f"{reference}: amount absent or unreadable")
                continue
            reason = next((_text(info, "Rsn", "Cd") for info in _all(one, "RtrInf")), "")
            yield Outcome(reference, "refused" if returned else "paid", amount, day, reason)


def _pain002(root: ET.Element) -> Iterator[Outcome | Text]:
    for one in _all(root, "TxInfAndSts"):
        reference, status = _text(one, "OrgnlEndToEndId"), _text(one, "TxSts")
        if not reference:
            yield Text("statut sans référence", "a status without reference")
        elif status in _REFUSED:
            reason = next((_text(info, "Rsn", "Cd") for info in _all(one, "StsRsnInf")), "")
            yield Outcome(reference, "refused", None, None, reason)
        elif status in _PAID and status != "ACSP":
            yield Outcome(reference, "paid", _amount(_text(one, "OrgnlTxRef", "Amt", "InstdAmt")), None)


def _csv(text: str, name: str) -> tuple[list[Outcome], list[Problem]]:
    first = text.splitlines()[0]
    delimiter = max(";,\t", key=first.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    try:
        head = [cell.strip().lower() for cell in next(rows)]
        at = {field: next((head.index(n) for n in names if n in head), -1) for field, names in _COLUMNS.items()}
        missing = [field for field in ("reference", "amount", "state") if at[field] < 0]
        if missing:
            wanted = ", ".join(_COLUMNS[field][0] for field in missing)
            raise InputError(Text(f"colonnes absentes : {wanted}", f"missing columns: {wanted}"), file=name, line=1)
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            found = _row(row, at)
            if isinstance(found, Outcome):
                outcomes.append(found)
            else:
                problems.append(Problem(name, rows.line_num, str(found)))
    except csv.Error as error:
        problems.append(Problem(name, rows.line_num, str(Text(f"CSV illisible : {error}", f"unreadable CSV: {error}"))))
    return outcomes, problems


def _row(row: list[str], at: dict[str, int]) -> Outcome | Text:
    def cell(field: str) -> str:
        return row[at[field]].strip().lstrip("'") if 0 <= at[field] < len(row) else ""

    state = _STATES.get(cell("state").lower())
    if not cell("reference") or len(cell("reference")) > 35:
        return Text("référence absente ou trop longue", "reference absent or too long")
    if state is None:
        return Text(f"état inconnu : {cell('state')[:40]}", f"unknown state: {cell('state')[:40]}")
    try:
        amount = parse_euros(cell("amount")) if cell("amount") else None
    except InputError as error:
        return error.text
    if amount is None and state == "paid":
        return Text("montant absent", "amount absent")
    return Outcome(cell("reference"), state, amount, _day(cell("on")), cell("detail")[:140])


def _amount(text: str) -> Decimal | None:
    if not re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,5})?", text):
        return None
    value = Decimal(text)
    return euros(value) if value == euros(value) else None


def _day(text: str) -> dt.date | None:
    if found := re.match(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})", text):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    elif found := re.match(r"^([0-9]{2})/([0-9]{2})/([0-9]{4})$", text):
        parts = (int(found[3]), int(found[2]), int(found[1]))
    else:
        return None
    try:
        return dt.date(*parts)
    except ValueError:
        return None
