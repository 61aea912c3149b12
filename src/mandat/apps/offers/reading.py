"""Lines of a list of pupils or classes become entries; each bad line says why, and nothing of what it held.

Columns (other headers in brackets), in any order, separated by ; , or tab, in UTF-8 or Windows-1252:

- of persons: ``etablissement`` (uai, rne), ``classe`` (division), ``nom``, ``prenom`` (prenoms), ``date_naissance`` (AAAA-MM-JJ or
  JJ/MM/AAAA), and where known ``sexe`` (F, M, X), ``courriel`` (email, mail), ``identifiant`` (ine);
- of groups: ``etablissement``, ``classe``, ``effectif`` (eleves, nombre) and where known ``courriel``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mandat.apps.offers.schema import Offer, Round
from mandat.engines.opendata import decoding, delimited, values
from mandat.engines.opendata.delimited import Column
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s]{1,180}\.[a-z]{2,24}$", re.IGNORECASE)
_GENDERS = {"f": "women", "m": "men", "h": "men", "x": "other", "": "unknown"}
_BANDS = ((13, "0-13"), (17, "14-17"), (24, "18-24"), (39, "25-39"), (59, "40-59"), (74, "60-74"))
_SCHOOL = Column("etablissement", ("uai", "rne", "code_etablissement", "numero_uai"), required=True)
_GROUP = Column("classe", ("division", "groupe"), required=True)
_MAIL = Column("courriel", ("email", "mail", "adresse_electronique"))
PERSONS = (
    _SCHOOL,
    _GROUP,
    Column("nom", ("nom_de_famille",), required=True),
    Column("prenom", ("prenoms",), required=True),
    Column("date_naissance", ("date_de_naissance", "ne_le", "naissance"), required=True),
    Column("sexe", ("genre",)),
    _MAIL,
    Column("identifiant", ("ine", "identifiant_national")),
)
GROUPS = (_SCHOOL, _GROUP, Column("effectif", ("eleves", "nombre", "nombre_eleves"), required=True), _MAIL)
MOST_PUPILS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list. ``identity`` is what the blind index is made of; ``person`` what is sealed."""

    line: int
    establishment: str
    group: str
    identity: str
    size: int
    gender: str
    age: str
    person: dict[str, str]


def entries(
    stream: BinaryIO, *, offer: Offer, round: Round, known: Collection[str]
) -> Iterator[Entry | tuple[int, Text]]:
    """Each line as an entry, or its number and why it was refused. ``known``: codes of establishments, in capitals.

    Raises InputError for what is no list at all (not text, no header, a column missing).
    """
    groups = offer.unit == "group"
    columns = GROUPS if groups else PERSONS
    if offer.target.identified_by == "identifier":
        columns = (*columns[:-1], Column("identifiant", columns[-1].aliases, required=True))
    for row in delimited.rows(decoding.lines(stream), columns):
        if isinstance(row, tuple):
            yield row
            continue
        try:
            yield _group(row, known) if groups else _person(row, offer, round, known)
        except InputError as error:
            yield row.line, error.text


def age_on(born: dt.date, day: dt.date) -> int:
    """Completed years; who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _same(name: str) -> str:
    """A name as two lists may write it: no accents, case, hyphens nor apostrophes."""
    return " ".join(re.findall(r"[^\W_]+", values.fold(name)))


def _wrong(fr: str, en: str) -> InputError:
    return InputError(Text(fr, en))


def _school(row: delimited.Row, known: Collection[str]) -> tuple[str, str]:
    code, group = row.cells["etablissement"].upper(), " ".join(row.cells["classe"].split())
    if code not in known:
        # The code is public; it is said only where it looks like one.
        said = code if re.fullmatch(r"[0-9A-Z]{4,12}", code) else "?"
        raise _wrong(f"établissement inconnu : {said}", f"unknown establishment: {said}")
    if not group or len(group) > 60:
        raise _wrong("classe absente ou trop longue", "class missing or too long")
    return code, group


def _mail(row: delimited.Row) -> str:
    mail = row.cells.get("courriel", "").strip()
    if mail and not _EMAIL.fullmatch(mail):
        raise _wrong("courriel mal formé", "badly formed e-mail address")
    return mail


def _group(row: delimited.Row, known: Collection[str]) -> Entry:
    code, group = _school(row, known)
    text = row.cells["effectif"].replace(" ", "")
    if not re.fullmatch(r"\d{1,4}", text) or not 1 <= int(text) <= MOST_PUPILS:
        raise _wrong(f"effectif attendu : de 1 à {MOST_PUPILS}", f"expected: from 1 to {MOST_PUPILS} pupils")
    mail = _mail(row)
    person = {"email": mail} if mail else {}
    return Entry(row.line, code, group, f"{code}|{_same(group)}", int(text), "unknown", "unknown", person)


def _person(row: delimited.Row, offer: Offer, round: Round, known: Collection[str]) -> Entry:
    code, group = _school(row, known)
    surname, given = (" ".join(row.cells[name].split()) for name in ("nom", "prenom"))
    if not surname or not given:
        raise _wrong("nom ou prénom absent", "surname or given name missing")
    if len(surname) > 100 or len(given) > 100:
        raise _wrong("nom ou prénom trop long", "surname or given name too long")
    try:
        born, precision = values.day(row.cells["date_naissance"])
    except InputError:
        raise _wrong("date de naissance illisible", "unreadable date of birth") from None
    if precision != "day" or not born.year >= 1900 or born > round.closes:
        raise _wrong("date de naissance incomplète ou impossible", "incomplete or impossible date of birth")
    age = age_on(born, round.opens)
    ages = offer.target.ages
    if ages is not None and not ages.least <= age <= ages.most:
        raise _wrong(
            f"âge hors de l'offre ({ages.least} à {ages.most} ans au début du tour)",
            f"age outside the offer ({ages.least} to {ages.most} when the round opens)",
        )
    gender = _GENDERS.get(row.cells.get("sexe", "").strip().lower()[:1], "")
    if not gender:
        raise _wrong("sexe attendu : F, M, X ou rien", "expected: F, M, X or nothing")
    mail = _mail(row)
    identifier = row.cells.get("identifiant", "").replace(" ", "").upper()
    if offer.target.identified_by == "identifier":
        if not re.fullmatch(r"[0-9A-Z]{6,20}", identifier):
            raise _wrong("identifiant absent ou mal formé", "identifier missing or badly formed")
        identity = f"id|{identifier}"
    else:
        identity = f"{_same(surname)}|{_same(given)}|{born.isoformat()}"
    person = {"surname": surname, "given": given, "born_on": born.isoformat()} | ({"email": mail} if mail else {})
    band = next((name for most, name in _BANDS if age <= most), "75+")
    return Entry(row.line, code, group, identity, 1, gender, band, person)
