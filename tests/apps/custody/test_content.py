"""Files are what they say, and their traps are found."""

from __future__ import annotations

import contextlib
import io
import re
import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandat.apps.custody import content
from mandat.kernel.errors import InputError
from tests.apps.custody import samples as made

MEGABYTE = 1024 * 1024


def look(
    body: bytes, name: str, kinds: tuple[str, ...] = content.DOCUMENTS, largest: int = 10 * MEGABYTE
) -> content.Checked:
    return content.check(io.BytesIO(body), name=name, kinds=kinds, largest=largest, size=len(body))


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        (made.pdf(), "avis.pdf", "pdf"),
        (made.pdf(), "AVIS.PDF", "pdf"),
        (made.png(), "photo.png", "png"),
        (made.jpeg(), "photo.jpeg", "jpeg"),
        (made.docx(), "lettre.docx", "docx"),
        (made.odt(), "lettre.odt", "odt"),
    ],
)
def test_ordinary_files_are_taken_for_what_they_are(body: bytes, name: str, kind: str) -> None:
    checked = look(body, name)
    assert (checked.kind.code, checked.flags) == (kind, frozenset())


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        (b"", "avis.pdf", "vide"),
        (made.pdf(), "avis.exe", "genre"),
        (made.pdf(), "avis", "genre"),
        (made.pdf(), "avis.pdf.exe", "genre"),
        (b"MZ\x90\0" + b"\0" * 100, "avis.pdf", "n'est pas celui"),
        (b"<html><script>alert(1)</script>", "avis.pdf", "n'est pas celui"),
        (b"junk" + made.pdf(), "avis.pdf", "n'est pas celui"),
        (made.png(), "avis.pdf", "n'est pas celui"),
        (made.pdf(), "photo.png", "n'est pas celui"),
        (made.docx(), "lettre.odt", "n'est pas celui"),
        (made.odt(), "lettre.docx", "n'est pas celui"),
        (made.archive({"a.txt": b"a"}), "lettre.docx", "n'est pas celui"),
        (made.png(after=b"<script>"), "photo.png", "n'est pas celui"),
        (made.pdf()[:40], "avis.pdf", "abîmé"),
        (made.png()[:-6], "photo.png", "abîmé"),
        (made.png().replace(b"IDAT", b"IDAX"), "photo.png", "abîmé"),
        (made.jpeg()[:-2], "photo.jpg", "abîmé"),
        (made.docx()[:-30], "lettre.docx", "abîmé"),
        (made.png(width=100_000, height=100_000), "photo.png", "trop grande"),
        (made.jpeg(width=65_000, height=65_000), "photo.jpg", "trop grande"),
        (made.docx(word__vbaProject_bin=b"x"), "lettre.docx", "macros"),
        (made.odt(Basic__x=b"x"), "lettre.odt", "macros"),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_plain_words(body: bytes, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        look(body, name)


def test_a_kind_that_was_not_asked_for_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="PDF, JPG, PNG"):
        look(made.odt(), "lettre.odt", kinds=content.EVIDENCE)


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(InputError, match="1 Mo"):
        look(made.pdf(size=MEGABYTE), "avis.pdf", largest=MEGABYTE)


# -- archives


def test_a_bomb_of_zeros_is_refused() -> None:
    with pytest.raises(InputError, match="beaucoup trop"):
        look(made.docx(word__media=b"\0" * (11 * MEGABYTE)), "lettre.docx")


def test_an_archive_of_thousands_of_entries_is_refused() -> None:
    many = {f"word/{n}": b"" for n in range(content.MOST_MEMBERS)}
    body = made.archive({"[Content_Types].xml": b"", "word/document.xml": b"", **many})
    with pytest.raises(InputError, match="beaucoup trop"):
        look(body, "lettre.docx")


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    body = bytearray(made.docx(word__big=b"\0" * 100_000))
    real, lie = (100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert real in body
    with pytest.raises(InputError):
        look(bytes(body).replace(real, lie), "lettre.docx")


def test_a_document_under_a_password_is_refused() -> None:
    body = bytearray(made.docx())
    at = body.rindex(b"PK\x01\x02")
    body[at + 8] |= 1
    with pytest.raises(InputError, match="mot de passe"):
        look(bytes(body), "lettre.docx")


def test_an_archive_is_what_it_holds_each_file_checked_as_if_it_came_alone() -> None:
    packed = made.archive({"plans/facade.png": made.png(), "plans/": b"", "devis.pdf": made.pdf(b"/JavaScript")})
    checked = look(packed, "plans.zip", ("pdf", "zip"))
    assert (checked.kind.code, checked.flags) == ("zip", {"javascript"})


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"virus.exe": b"MZ"}, "dans l'archive, virus.exe : ce genre de fichier n'est pas accepté"),
        ({"avis.pdf": made.png()}, "dans l'archive, avis.pdf : le contenu"),
        ({"autre.zip": made.archive({"avis.pdf": made.pdf()})}, "dans l'archive, autre.zip : ce genre"),
        ({"../avis.pdf": made.pdf()}, "abîmé"),
        ({"plans/": b""}, "vide"),
        (
            {"lettre.docx": made.docx(**{"word/vbaProject.bin": b"macro"})},
            "dans l'archive, lettre.docx : ce document contient des macros",
        ),
    ],
)
def test_an_archive_is_refused_for_one_bad_file_and_it_is_named(members: dict[str, bytes], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        look(made.archive(members), "plans.zip", ("pdf", "zip"))


def test_embedded_objects_are_flagged() -> None:
    assert look(made.docx(word__embeddings__x=b"x"), "lettre.docx").flags == {"embedded"}


# -- PDF


@pytest.mark.parametrize(
    ("body", "flag"),
    [
        (b"<< /S /JavaScript /JS (app.alert(1)) >>", "javascript"),
        (b"<< /S /J#61vaScript >>", "javascript"),
        (b"<< /S /Launch /F (cmd.exe) >>", "launch"),
        (b"<< /Names << /EmbeddedFiles 3 0 R >> >>", "embedded"),
        (b"<< /Encrypt 4 0 R >>", "encrypted"),
        (b"<< /S /SubmitForm >>", "submit"),
    ],
)
def test_active_content_is_flagged_in_the_open_and_in_compressed_streams(body: bytes, flag: str) -> None:
    assert flag in look(made.pdf(body), "avis.pdf").flags
    assert flag in look(made.pdf_with_stream(body), "avis.pdf").flags


def test_innocent_words_are_not_flagged() -> None:
    assert look(made.pdf(b"(Launcher) /JSON /LaunchPad"), "avis.pdf").flags == frozenset()


def test_a_stream_that_swells_is_read_within_bounds() -> None:
    packed = zlib.compress(b"\0" * (40 * MEGABYTE))
    body = made.pdf(b"".join(b"stream\n" + packed + b"\nendstream\n" for _ in range(8)))
    assert look(body, "avis.pdf").flags == {"unread"}


@given(st.binary(max_size=400), st.sampled_from(["a.pdf", "a.png", "a.jpg", "a.docx", "a.odt", "a.xlsx"]))
def test_any_bytes_are_taken_or_refused_in_words(body: bytes, name: str) -> None:
    prefix = {"pdf": b"%PDF-1.4\n", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff\xe0"}.get(
        name[2:], b"PK\x03\x04"
    )
    with contextlib.suppress(InputError):
        look(prefix + body, name)


@given(st.integers(0, 400), st.integers(0, 255), st.sampled_from(["docx", "odt", "png", "jpg", "pdf"]))
def test_a_changed_byte_never_breaks_the_check(at: int, byte: int, kind: str) -> None:
    whole = {"docx": made.docx(), "odt": made.odt(), "png": made.png(), "jpg": made.jpeg(), "pdf": made.pdf()}[kind]
    body = bytearray(whole)
    body[at % len(body)] = byte
    with contextlib.suppress(InputError):
        look(bytes(body), f"a.{kind}")


# -- names


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("avis.pdf", "avis.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Ada\\avis.pdf", "avis.pdf"),
        ("avis\u202efdp.exe", "avisfdp.exe"),
        ("a\0vis\n.pdf", "avis.pdf"),
        ("avis\u200b d'impôt .pdf", "avis d'impôt.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        (".pdf", "piece.pdf"),
        ("", "piece"),
        ("...", "piece"),
        ("CON.pdf", "_CON.pdf"),
        ('a<b>:"c|?*.pdf', "a_b_ c_.pdf".replace("_ c_", "___c___")),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_made_safe(given_name: str, kept: str) -> None:
    assert content.safe_name(given_name) == kept


@given(st.text(max_size=300))
def test_a_safe_name_is_short_visible_and_stays_itself(name: str) -> None:
    kept = content.safe_name(name)
    assert 0 < len(kept) <= content.NAME_LENGTH
    assert "/" not in kept
    assert "\\" not in kept
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in kept)
    assert content.safe_name(kept) == kept
