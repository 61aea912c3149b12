"""The programme as a tagged PDF: every measure, alternatives, titles, languages; built once for each state."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
import time_machine
from django.test import Client

from mandat import journal
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.services import programme_load
from mandat.apps.publications.document import files
from mandat.apps.publications.document.content import content
from mandat.apps.publications.document.typesetting import typeset_pdf
from mandat.apps.publications.site import stamp
from mandat.definitions.folder import read_folder
from mandat.kernel.errors import MandatError
from mandat.kernel.text import LANGUAGES
from tests.apps.publications.conftest import fact

ROOT = Path(__file__).resolve().parents[3]
DAY = dt.date(2025, 3, 3)


def read(raw: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(raw))


def words(reader: pypdf.PdfReader) -> str:
    return re.sub(r"[\s\u00ad\u2010-]+", "", "".join(page.extract_text() for page in reader.pages))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


def structure(node: Any) -> list[tuple[str, str | None]]:
    """Every tag of the document with its text alternative."""
    node = node.get_object()
    found = []
    if isinstance(node, list):
        return [tag for part in node for tag in structure(part)]
    if isinstance(node, dict):
        if "/S" in node:
            found.append((str(node["/S"]), str(node["/Alt"]) if "/Alt" in node else None))
        if "/K" in node:
            kids = node["/K"].get_object() if hasattr(node["/K"], "get_object") else node["/K"]
            for kid in kids if isinstance(kids, list) else [kids]:
                if hasattr(kid, "get_object") and not isinstance(kid.get_object(), int):
                    found += structure(kid)
    return found


def make(programme: Published, language: Any = "fr") -> pypdf.PdfReader:
    return read(typeset_pdf(content(programme, language=language, stamp=stamp(programme), as_of=DAY)))


def test_the_bundled_programme_is_whole_and_accessible(db: None, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    settings.MANDAT_DEMO = True
    programme_load(folder=read_folder(ROOT / "programmes" / "centre-val-de-loire"), synthetic=True)
    current = published()
    for language in LANGUAGES:
        reader = make(current, language)
        catalogue = reader.trailer["/Root"]
        assert catalogue["/MarkInfo"]["/Marked"]
        assert str(catalogue["/Lang"]).startswith(language)
        assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata is not None
        assert reader.metadata.title == getattr(current.programme.title, language)
        assert b"<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data()
        assert 40 <= len(reader.pages) <= 120
        text = words(reader)
        data = content(current, language=language, stamp=stamp(current), as_of=DAY)
        titles = [m["heading"] for p in data["pillars"] for c in p["chapters"] for m in c["measures"]]
        assert len(titles) == 100
        assert [title for title in titles if squeezed(title) not in text] == []
        assert data["demo"]
        assert all(squeezed(data["demo"]) in squeezed(page.extract_text()) for page in reader.pages)
        tags = structure(catalogue["/StructTreeRoot"])
        figures = [alt for tag, alt in tags if tag == "/Figure"]
        assert figures
        assert all(figures)
        assert {"/H1", "/H2", "/H3", "/P", "/TOC"} <= {tag for tag, _ in tags}
        outline = [entry for entry in reader.outline if not isinstance(entry, list)]
        assert len(outline) >= 3 + 2


def test_text_is_data_and_never_markup(programme: Published) -> None:
    text = words(make(programme))
    assert squeezed("3. Mesurer = *tout* #compter") in text


def test_an_unpromised_figure_and_markers_are_said(programme: Published) -> None:
    data = content(programme, language="fr", stamp=stamp(programme), as_of=DAY)
    measure = data["pillars"][0]["chapters"][0]["measures"][2]
    assert measure["markers"] == [{"label": "Jeunesse", "because": "jeunes"}]
    assert measure["figures"][0]["text"] == "trois choses"


def test_a_picture_without_alternative_is_refused(programme: Published) -> None:
    data = content(programme, language="fr", stamp=stamp(programme), as_of=DAY)
    with pytest.raises(MandatError, match="PDF"):
        typeset_pdf({**data, "carre_alt": None})


def test_a_demonstration_says_so_and_a_real_programme_does_not(programme: Published, settings: Any) -> None:
    for demo in (True, False):
        settings.MANDAT_DEMO = demo
        data = content(programme, language="fr", stamp=stamp(programme), as_of=DAY)
        assert bool(data["demo"]) is demo
        assert (programme.programme.synthetic.fr in [part["text"] for part in data["about"]]) is demo


def test_the_same_state_gives_the_same_bytes(programme: Published) -> None:
    data = content(programme, language="fr", stamp=stamp(programme), as_of=DAY)
    assert typeset_pdf(data) == typeset_pdf(data)


def test_a_file_is_built_once_and_again_only_when_the_data_moved(
    programme: Published, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    monkeypatch.setattr(files, "typeset_pdf", lambda data: built.append(data["lang"]) or b"%PDF-essai")
    with time_machine.travel("2025-03-03 09:00Z", tick=False) as clock:
        for _ in range(3):
            response = client.get("/programme.pdf")
            assert response.content == b"%PDF-essai"
        assert client.get("/en/programme.pdf").status_code == 200
        assert built == ["fr", "en"]
        assert client.get("/programme.pdf", headers={"if-none-match": response["ETag"]}).status_code == 304
        journal.append([fact("3.1", "2025-01-01")])
        client.get("/programme.pdf")
        assert built == ["fr", "en"], "while the journal moves, a young file is served"
        files.refresh_all(programme)
        assert built == ["fr", "en", "fr", "en"]
        clock.shift(dt.timedelta(days=1))
        client.get("/programme.pdf")
        assert built[4:] == ["fr"], "another day, other statuses"
        assert len(list(files.folder().glob("*-fr-*.pdf"))) == 1
