"""Reader of DECP 2.0.3: public contracts and concessions, one at a time out of one JSON document."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import ijson

from mandat.engines.opendata import decoding, values
from mandat.engines.opendata.persons import without_names
from mandat.engines.opendata.records import Contract, Modification, Refused
from mandat.engines.opendata.scdl import digest
from mandat.engines.opendata.values import fold
from mandat.kernel.errors import InputError
from mandat.kernel.money import euros
from mandat.kernel.text import Text

#: Where contracts stand: the schema's own form, and those still met (2019 and consolidated files).
_PLACES = ("marches.marche.item", "marches.contrat-concession.item", "marches.item", "item")
_HEAD = 1 << 16


def contracts(stream: BinaryIO) -> Iterator[Contract | Modification | Refused]:
    """Contracts in the order of the file, each followed by its modifications. Raises InputError where the file is no DECP.

    A file cut short gives what stands before the cut, then a refusal.
    """
    start = stream.read(_HEAD)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError(Text("fichier vide", "empty file"))
    decoding.refuse_binary(start)
    first = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first not in (b"{", b"["):
        raise InputError(Text("ce fichier n'est pas du JSON", "this file is not JSON"))
    rank = 0
    found = False
    try:
        for item in _items(_Joined(start.removeprefix(codecs.BOM_UTF8), stream)):
            found = True
            rank += 1
            yield from _one(item, rank)
    except (ijson.JSONError, UnicodeDecodeError) as error:
        if not found:
            raise InputError(Text("JSON illisible", "unreadable JSON")) from None
        shown = str(error).split("\n")[0][:80]
        yield Refused(
            rank + 1, Text(f"JSON interrompu ou illisible : {shown}", f"JSON cut short or unreadable: {shown}")
        )
        return
    if not found:
        raise InputError(Text("aucun marché dans ce fichier", "no contract in this file"))


class _Joined:
    """The beginning already read, then the rest."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = io.BytesIO(start)
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        return self._start.read(size) or self._rest.read(size)


def _items(stream: _Joined) -> Iterator[Any]:
    """Objects at the known places, whatever comes first in the file; nothing else is built in memory."""
    builder: Any = None
    inside = ""
    for prefix, event, value in ijson.parse(stream):
        if builder is None and prefix in _PLACES and event == "start_map":
            builder, inside = ijson.ObjectBuilder(), prefix
        if builder is not None:
            builder.event(event, value)
            if prefix == inside and event == "end_map":
                yield builder.value
                builder = None


def _one(item: Any, rank: int) -> Iterator[Contract | Modification | Refused]:
    if not isinstance(item, dict):
        yield Refused(rank, Text("un marché est un objet", "a contract is an object"))
        return
    try:
        contract = _contract(item, rank)
    except InputError as error:
        yield Refused(rank, error.text)
        return
    yield contract
    for entry in _list(item.get("modifications"), "modification"):
        try:
            yield _modification(entry, contract, rank)
        except InputError as error:
            yield Refused(rank, Text(f"modification : {error.text.fr}", f"modification: {error.text.en}"))


def _contract(item: Mapping[str, Any], rank: int) -> Contract:
    concession = "autoriteConcedante" in item or "concessionnaires" in item
    buyer = _inner(item.get("autoriteConcedante" if concession else "acheteur"), "id")
    reference = values.text(_text(item.get("id")), longest=80)
    purpose = without_names(values.text(_text(item.get("objet"))))
    if not reference or not purpose:
        raise InputError(Text("marché sans identifiant ou sans objet", "contract without an identifier or a purpose"))
    when, precision = values.day(_text(item.get("dateSignature" if concession else "dateNotification")))
    if precision != "day":
        raise InputError(Text("un marché a un jour précis", "a contract has an exact day"))
    holders = [
        _inner(holder, "id")
        for holder in _list(
            item.get("concessionnaires" if concession else "titulaires"),
            "concessionnaire" if concession else "titulaire",
        )
    ]
    return Contract(
        line=rank,
        digest=digest(json.dumps(item, sort_keys=True, default=str)),
        reference=reference,
        buyer=values.text(buyer, longest=20),
        purpose=purpose,
        form=values.text(", ".join(_texts(item.get("techniques"), "technique")), longest=120),
        nature=values.text(_text(item.get("nature")), longest=80),
        procedure=values.text(_text(item.get("procedure")), longest=120),
        cpv=values.text(_text(item.get("codeCPV")), longest=12),
        holders=tuple(sorted({values.text(holder, longest=30) for holder in holders if holder})),
        months=_months(item.get("dureeMois")),
        day=when,
        amount=_money(item.get("valeurGlobale" if concession else "montant")),
        area=area(item.get("lieuExecution")),
        social=_texts(item.get("considerationsSociales"), "considerationSociale"),
        environmental=_texts(item.get("considerationsEnvironnementales"), "considerationEnvironnementale"),
    )


def _modification(entry: Any, contract: Contract, rank: int) -> Modification:
    if not isinstance(entry, dict):
        raise InputError(Text("une modification est un objet", "a modification is an object"))
    number = values.whole(_text(entry.get("id")))
    if number is None:
        raise InputError(Text("sans numéro", "without a number"))
    moment = next(
        (entry[n] for n in ("dateNotificationModification", "dateSignatureModification") if entry.get(n)), None
    )
    when, _ = values.day(_text(moment))
    price = next((entry[n] for n in ("montant", "valeurGlobale") if entry.get(n) is not None), None)
    purpose = without_names(values.text(_text(entry.get("objetModification"))))
    return Modification(
        line=rank,
        digest=digest(json.dumps(entry, sort_keys=True, default=str)),
        reference=contract.reference,
        buyer=contract.buyer,
        number=number,
        purpose=purpose or contract.purpose,
        months=_months(entry.get("dureeMois")),
        day=when,
        amount=None if price is None else _money(price),
        area=contract.area,
    )


_AREAS = {"code commune": "commune", "code departement": "departement", "code region": "region"}


def area(place: Any) -> str:
    """Our code of a place of execution; empty for postcodes, countries and what is not a code."""
    if not isinstance(place, dict):
        return ""
    kind = _AREAS.get(fold(_text(place.get("typeCode"))))
    code = _text(place.get("code")).strip().upper()
    lengths = {"commune": (5,), "departement": (2, 3), "region": (2,)}
    if kind is None or len(code) not in lengths[kind] or not code.replace("A", "").replace("B", "").isdigit():
        return ""
    if kind == "region" and not code.isdigit():
        return ""
    return f"{kind}:{code}"


def _money(value: Any) -> Decimal:
    if isinstance(value, bool) or value is None:
        raise InputError(Text("montant absent", "no amount"))
    amount = (
        values.amount(value) if isinstance(value, str) else euros(value if isinstance(value, int) else Decimal(value))
    )
    if amount < 0:
        raise InputError(Text(f"montant négatif : {amount}", f"negative amount: {amount}"))
    return amount


def _months(value: Any) -> int | None:
    if value is None:
        return None
    months = values.whole(_text(value))
    return months if months is not None and months <= 1200 else None


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list | bool):
        return ""
    return str(value)


def _inner(value: Any, name: str) -> str:
    return _text(value.get(name)) if isinstance(value, dict) else _text(value)


def _list(value: Any, name: str) -> Sequence[Any]:
    """A list of ``{name: x}``, a bare list, or one ``{name: [...]}``, as published files have them."""
    if isinstance(value, dict):
        value = value.get(name)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return ()
    return [item.get(name, item) if isinstance(item, dict) else item for item in value]


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if isinstance(value, dict):
        value = value.get(name)
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    return tuple(values.text(_text(item), longest=120) for item in value if _text(item))
