"""What every act on the programme refuses: days outside the mandate, unknown codes, wrong documents."""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import URLValidator

from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import today
from mandat.apps.territory.selectors import exists, reference
from mandat.facts.base import AREA
from mandat.kernel.errors import InputError
from mandat.kernel.periods import in_words
from mandat.kernel.text import Text

#: Bytes of an evidence or decision document.
LARGEST_DOCUMENT = 20 * 1024 * 1024
_TYPES = {b"%PDF-": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"PK\x03\x04": "zip"}
#: The part that makes an archive a document of its extension.
_PARTS = {"odt": "content.xml", "ods": "content.xml", "docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_EXTENSIONS = {"pdf": ("pdf",), "png": ("png",), "jpg": ("jpg", "jpeg"), "zip": ("odt", "ods", "docx", "xlsx")}


def check_day(current: Published, on: dt.date) -> None:
    mandate = current.programme.mandate
    if on > today():
        raise InputError(Text("la date est dans le futur", "the date lies in the future"))
    if on < mandate.start:
        raise InputError(
            Text(
                f"la date précède le mandat, qui commence le {in_words(mandate.start).fr}",
                f"the date comes before the mandate, which begins on {in_words(mandate.start).en}",
            )
        )


def check_codes(current: Published, measures: Sequence[int], commitments: Sequence[str]) -> None:
    for number in measures:
        if number not in current.measures:
            raise InputError(Text(f"mesure inconnue : {number}", f"unknown measure: {number}"))
    for code in commitments:
        if code not in current.commitments:
            raise InputError(Text(f"engagement inconnu : {code}", f"unknown commitment: {code}"))


def with_measures(measures: Sequence[int], commitments: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted({*measures, *(int(code.split(".")[0]) for code in commitments)}))


def check_document(document: File[bytes]) -> str:
    """The SHA-256 of an uploaded document. Raises InputError when it is too large, empty or not what its name says."""
    size = document.size or 0
    if size > LARGEST_DOCUMENT:
        raise InputError(Text("document trop lourd (20 Mo au plus)", "document too large (20 MB at most)"))
    if size == 0:
        raise InputError(Text("document vide", "empty document"))
    document.seek(0)
    head = document.read(8)
    found = next((name for magic, name in _TYPES.items() if head.startswith(magic)), "")
    extension = (document.name or "").rsplit(".", 1)[-1].lower()
    if not found or extension not in _EXTENSIONS[found] or (found == "zip" and not _office(document, extension)):
        raise InputError(
            Text(
                "type de document refusé : PDF, image ou document bureautique, dont le contenu correspond au nom",
                "document type refused: PDF, image or office document whose content matches its name",
            )
        )
    document.seek(0)
    digest = hashlib.sha256()
    for chunk in document.chunks():
        digest.update(chunk)
    document.seek(0)
    return digest.hexdigest()


def _office(document: File[bytes], extension: str) -> bool:
    """Whether an archive is an office document of this extension, without macros. Only its list of parts is read."""
    try:
        with zipfile.ZipFile(document) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return False
    macros = any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in names)
    return _PARTS[extension] in names and not macros


def check_url(url: str) -> None:
    """A public web address, or none: anything else (``javascript:``, ``file:``) would become a link of the site."""
    if not url:
        return
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        raise InputError(
            Text("l'adresse commence par https:// ou http://", "the address begins with https:// or http://")
        ) from None


def check_area(area: str) -> None:
    """An area of the loaded territory, or none. Where no territory is loaded, its form alone is checked (by the fact)."""
    if area and AREA.match(area) and reference().names and not exists(area):
        raise InputError(Text(f"territoire inconnu : {area}", f"unknown area: {area}"))
