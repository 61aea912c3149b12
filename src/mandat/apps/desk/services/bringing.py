"""Bring a carnet back: a sealed file of the device, or a table typed from paper. Nothing is taken yet, nothing is lost, nothing is there twice.

A blank that is there already is known: the same entry again changes nothing; another entry under the same number is a conflict to settle.
Where a line is wrong the others are kept, and the report says which and why.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.community.text import cleaned
from mandat.apps.custody.sealing import ErasedError
from mandat.apps.desk import sealing
from mandat.apps.desk.adapters import Field, adapter_of
from mandat.apps.desk.models import Act, Carnet, Entry, Section, Upload
from mandat.apps.desk.services.preparing import act, locked
from mandat.engines.opendata import decoding
from mandat.kernel.errors import InputError
from mandat.kernel.moments import opening
from mandat.kernel.text import Text

#: Reports of wrong lines kept with a file.
WRONG = 200
#: A device's clock may be so much ahead of ours.
AHEAD = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Read:
    """One entry read from a file: checked in form, not yet in substance. ``void``: struck out by whoever collected it."""

    number: int
    at: dt.datetime
    data: Mapping[str, Any]
    digest: str
    void: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that cannot be an entry, and why."""

    where: str
    why: Text


@transaction.atomic
def file_bring(*, actor: User, carnet: Carnet, raw: bytes, filename: str = "") -> Upload:
    """Receive a file of the carnet. The same file again gives the same report.

    Raises PermissionDenied; InputError for a file forged, cut, of another carnet, or of no form known.
    """
    require(actor, "desk.collect")
    found = locked(carnet)
    digest = hashlib.sha256(raw).hexdigest()
    before = Upload.objects.filter(carnet=found, sha256=digest).first()
    if before is not None:
        return before
    try:
        secret, private = str(found.secret), str(found.private_key)
    except ErasedError:
        raise InputError(Text("la clé de ce carnet est détruite", "the key of this carnet is destroyed")) from None
    sections = list(found.sections.order_by("first"))
    if raw.lstrip()[:1] == b"{":
        kind, rows = "carnet", _sealed(found, sections, raw, secret, private)
    else:
        kind, rows = "table", _table(sections, raw, secret)
    upload = Upload.objects.create(carnet=found, sha256=digest, format=kind, actor=actor, at=timezone.now())
    new = known = 0
    wrong: list[Wrong] = []
    for row in rows:
        if isinstance(row, Wrong):
            wrong.append(row)
        elif _kept(found, sections, upload, row):
            new += 1
        else:
            known += 1
    upload.new, upload.known = new, known
    upload.wrong = [{"where": one.where, "fr": one.why.fr, "en": one.why.en} for one in wrong[:WRONG]]
    upload.save(update_fields=["new", "known", "wrong"])
    Carnet.objects.filter(pk=found.pk).update(state=Carnet.State.BACK)
    act(found, Act.What.UPLOADED, actor, new=new, known=known, wrong=len(wrong))
    return upload


def _kept(carnet: Carnet, sections: list[Section], upload: Upload, read: Read) -> bool:
    """Keep an entry; False where it is there already."""
    there = Entry.objects.filter(carnet=carnet, number=read.number).first()
    if there is None:
        section = _section(sections, read.number)
        assert section is not None  # the reader looked for it
        said: Any = None if read.void else dict(read.data)
        Entry(
            carnet=carnet, section=section, upload=upload, number=read.number, place=f"{carnet.code}/{read.number}",
            state=Entry.State.VOID if read.void else Entry.State.RECEIVED, data=said,
            digest=read.digest, collected_at=read.at,
        ).save(force_insert=True)  # fmt: skip
        return True
    if there.digest == read.digest:
        return False
    if there.state in (Entry.State.RECEIVED, Entry.State.CONFLICT):
        there.carnet = carnet
        there.other = dict(read.data)
        there.state, there.conflicted, there.may_take = Entry.State.CONFLICT, True, True
        there.reason_fr = "ce feuillet est revenu deux fois, avec deux contenus : lequel est le bon ?"
        there.reason_en = "this blank came back twice with two contents: which one is right?"
        there.save(update_fields=["other", "state", "conflicted", "may_take", "reason_fr", "reason_en"])
    return False


def _section(sections: list[Section], number: int) -> Section | None:
    return next((one for one in sections if one.first <= number <= one.last), None)


def _sealed(carnet: Carnet, sections: list[Section], raw: bytes, secret: str, private: str) -> Iterator[Read | Wrong]:
    entries = sealing.opened(raw, code=carnet.code, digest=carnet.digest, private=private)
    if len(entries) > carnet.blanks:
        raise InputError(Text("ce fichier a plus d'entrées que le carnet de feuillets", "this file has more entries than the carnet has blanks"))  # fmt: skip
    for rank, entry in enumerate(entries, start=1):
        try:
            if len(entry.body) > sealing.LONGEST:
                raise InputError(Text("cette entrée est trop longue", "this entry is too long"))
            if not hmac.compare_digest(sealing.tag(secret, entry.body), entry.tag.lower()):
                raise InputError(
                    Text("cette entrée n'a pas été faite par ce carnet", "this entry was not made by this carnet")
                )
            yield _entry(sections, entry.body)
        except InputError as error:
            yield Wrong(f"{rank}", error.text)


def _entry(sections: list[Section], body: str) -> Read:
    forged = InputError(Text("cette entrée n'est pas lisible", "this entry cannot be read"))
    try:
        made = json.loads(body)
        number, data = made["n"], made["data"]
        at = dt.datetime.fromisoformat(made["at"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise forged from None
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(data, dict) or at.tzinfo is None:
        raise forged
    section = _section(sections, number)
    if section is None:
        raise InputError(Text(f"le feuillet {number} n'est pas du carnet", f"blank {number} is not of the carnet"))
    void = made.get("void") is True
    values = {} if void else checked(section, data)
    return Read(number, _moment(at), values, hashlib.sha256(body.encode()).hexdigest(), void)


def _moment(at: dt.datetime) -> dt.datetime:
    if not dt.datetime(2020, 1, 1, tzinfo=dt.UTC) <= at <= timezone.now() + AHEAD:
        raise InputError(Text("ce moment est à venir, ou trop ancien", "this moment is to come, or too old"))
    return at


def checked(section: Section, data: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says, each field as its adapter asks; nothing else. Raises InputError."""
    fields = {one.name: one for one in adapter_of(section.kind).fields(section.target)}
    unknown = set(data) - set(fields)
    if unknown:
        raise InputError(Text(f"champ inconnu : {str(min(unknown))[:40]}", f"unknown field: {str(min(unknown))[:40]}"))
    return {name: _value(field, data.get(name)) for name, field in fields.items()}


def _value(field: Field, given: Any) -> Any:
    if field.type == "check":
        return given is True
    if given is not None and not isinstance(given, str):
        raise InputError(Text(f"{field.label.fr} : un texte est attendu", f"{field.label.en}: a text is expected"))
    said = cleaned(given or "", longest=field.longest, one_line=field.type != "long")
    if not said:
        if field.required:
            raise InputError(Text(f"{field.label.fr} : à remplir", f"{field.label.en}: to be filled"))
        return ""
    if field.type == "choice" and said not in {code for code, _ in field.choices}:
        raise InputError(Text(f"{field.label.fr} : choix inconnu", f"{field.label.en}: unknown choice"))
    if field.type == "date":
        return _date(field, said)
    return said


def _date(field: Field, said: str) -> str:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(said, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise InputError(
        Text(f"{field.label.fr} : écrivez 1980-02-29 ou 29/02/1980", f"{field.label.en}: write 1980-02-29")
    )


# -- the table typed from paper


def _table(sections: list[Section], raw: bytes, secret: str) -> Iterator[Read | Wrong]:
    """Lines of a table: ``feuillet``, ``controle``, ``moment``, ``raye``, then the fields. Raises InputError for what is no table."""
    if len(raw) > sealing.LARGEST or b"\0" in raw:
        raise InputError(
            Text("ce fichier n'est ni un carnet ni un tableau", "this file is neither a carnet nor a table")
        )
    text = "\n".join(decoding.lines(io.BytesIO(raw)))
    head = text.split("\n", 1)[0]
    mark = max(";,\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=mark)
    names = [name.strip().casefold() for name in reader.fieldnames or []]
    if not {"feuillet", "controle", "moment"} <= set(names):
        raise InputError(
            Text(
                "colonnes attendues : feuillet, controle, moment, puis celles du carnet",
                "expected columns: feuillet, controle, moment, then those of the carnet",
            )
        )
    try:
        for line, row in enumerate(reader, start=2):
            given = {
                (k or "").strip().casefold(): (v or "").strip()
                for k, v in row.items()
                if isinstance(v, str) or v is None
            }
            if not any(value for name, value in given.items() if name not in ("feuillet", "controle")):
                continue  # a blank left blank
            try:
                yield _line(sections, given, secret)
            except InputError as error:
                yield Wrong(f"{line}", error.text)
    except csv.Error:
        raise InputError(Text("ce tableau n'est pas lisible", "this table cannot be read")) from None


def _line(sections: list[Section], given: Mapping[str, str], secret: str) -> Read:
    number = int(given["feuillet"]) if given["feuillet"].isascii() and given["feuillet"].isdigit() and len(given["feuillet"]) < 6 else 0  # fmt: skip
    section = _section(sections, number)
    if section is None:
        raise InputError(Text("ce feuillet n'est pas du carnet", "this blank is not of the carnet"))
    control = "".join(given["controle"].split()).zfill(8)
    if not hmac.compare_digest(control.encode(), sealing.blank(secret, number).encode()):
        raise InputError(
            Text("le contrôle de ce feuillet n'est pas le bon", "the control number of this blank is wrong")
        )
    try:
        said = given["moment"].replace("T", " ")[:16]
        at = opening(dt.datetime.strptime(said, "%Y-%m-%d %H:%M"))  # noqa: DTZ007 - the clocks of Paris are put to it
    except ValueError:
        raise InputError(
            Text("écrivez le moment ainsi : 2026-10-03 18:30", "write the moment as 2026-10-03 18:30")
        ) from None
    void = given.get("raye", "").casefold() in ("oui", "x", "1", "yes")
    fields = {one.name: one for one in adapter_of(section.kind).fields(section.target)}
    data: dict[str, Any] = {}
    for name, field in fields.items():
        value = given.get(name.casefold(), "")
        # A quote put before a formula by our own exports is taken off again.
        value = value[1:] if value[:1] == "'" and value[1:2] in "=+-@" and len(value) > 1 else value
        data[name] = value.casefold() in ("oui", "x", "1", "yes") if field.type == "check" else value
    values = {} if void else checked(section, data)
    body = json.dumps([number, at.isoformat(), values, void], sort_keys=True, ensure_ascii=False)
    return Read(number, _moment(at), values, sealing.tag(secret, body), void)
