"""What an act refuses before it becomes a fact: documents, addresses, places."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from django.core.files.base import ContentFile

from mandat.apps.programme.services import checks
from mandat.kernel.errors import InputError


def archive(*names: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return raw.getvalue()


WORD = archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.pdf", b"%PDF-1.7 ..."),
        ("a.PNG", b"\x89PNG\r\n\x1a\n..."),
        ("a.jpeg", b"\xff\xd8\xff..."),
        ("a.docx", WORD),
        ("a.odt", archive("mimetype", "content.xml")),
        ("a.xlsx", archive("xl/workbook.xml")),
    ],
)
def test_a_document_is_known_by_its_digest(name: str, raw: bytes) -> None:
    document = ContentFile(raw, name=name)
    assert checks.check_document(document) == hashlib.sha256(raw).hexdigest()
    assert document.read() == raw


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.exe", b"MZ\x90"),
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.png", b"%PDF-1.7"),
        ("a.svg", b"<svg onload='alert(1)'/>"),
        ("a.pdf.html", b"%PDF-1.7"),
        ("a.zip", WORD),
        ("a.docx", archive("anything.txt")),
        ("a.odt", WORD),
        ("a.docx", archive("word/document.xml", "word/vbaProject.bin")),
        ("a.odt", archive("content.xml", "Basic/Standard/script.xml")),
        ("a.docx", b"PK\x03\x04 and nothing more"),
        ("", b"%PDF-1.7"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, raw: bytes) -> None:
    with pytest.raises(InputError, match="type de document refusé"):
        checks.check_document(ContentFile(raw, name=name))


def test_nothing_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="vide"):
        checks.check_document(ContentFile(b"", name="a.pdf"))
    monkeypatch.setattr(checks, "LARGEST_DOCUMENT", 10)
    with pytest.raises(InputError, match="trop lourd"):
        checks.check_document(ContentFile(b"%PDF-1.7 ...", name="a.pdf"))


@pytest.mark.parametrize("url", ["", "https://example.org/a?b=c", "http://example.org"])
def test_web_addresses_pass(url: str) -> None:
    checks.check_url(url)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.org", "example.org", "https://", "https://example.org/\nx"],
)  # fmt: skip
def test_what_would_be_a_dangerous_link_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="https://"):
        checks.check_url(url)
