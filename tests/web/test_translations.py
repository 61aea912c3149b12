"""Every text of the site has its French: none missing, none doubtful, placeholders kept."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mandat"
CATALOGUES = sorted(SOURCE.rglob("locale/fr/LC_MESSAGES/django.po"))
FIELD = re.compile(r"%\((\w+)\)")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-5])
def test_every_text_has_its_french(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert len(catalogue) > 0
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    for entry in catalogue:
        said = list(entry.msgstr_plural.values()) or [entry.msgstr]
        for words in said:
            assert set(FIELD.findall(words)) <= set(FIELD.findall(entry.msgid + entry.msgid_plural)), entry.msgid
        assert set(FIELD.findall(said[-1])) == set(FIELD.findall(entry.msgid_plural or entry.msgid)), entry.msgid


@pytest.mark.parametrize("folder", [SOURCE / "web", SOURCE / "apps" / "programme"], ids=["web", "programme"])
def test_every_text_of_the_templates_is_in_its_catalogue(folder: Path) -> None:
    known = {entry.msgid for entry in polib.pofile(str(folder / "locale/fr/LC_MESSAGES/django.po"))}
    simple = re.compile(r"""\{% translate "([^"]+)"[^%]*%\}""")
    for template in (folder / "templates").rglob("*.html"):
        for text in simple.findall(template.read_text("utf-8")):
            assert text.replace("%", "%%") in known or text in known, (template.name, text)


def test_french_of_the_site_is_set_as_printers_do() -> None:
    for path in CATALOGUES:
        if path.parts[-5] not in ("web", "programme") and path.parts[-4] != "web":
            continue
        for entry in polib.pofile(str(path)):
            for words in list(entry.msgstr_plural.values()) or [entry.msgstr]:
                assert "'" not in words.replace("'%s'", ""), words
                assert not re.search(r"\w [;!?»](?:\s|$)", words), words


def test_a_text_has_one_french_whatever_the_app() -> None:
    """Catalogues are merged when the site starts: two apps that translate a text otherwise would take each other's words.

    A text that must agree with another noun takes a context (``pgettext``), or says more in English.
    """
    said: dict[tuple[str, str, bool], dict[tuple[str, ...], list[str]]] = {}
    for path in CATALOGUES:
        for entry in polib.pofile(str(path)):
            words = tuple(entry.msgstr_plural.values()) or (entry.msgstr,)
            key = (entry.msgctxt or "", entry.msgid, bool(entry.msgid_plural))
            said.setdefault(key, {}).setdefault(words, []).append(path.parts[-5])
    assert [f"{key[1]}: {dict(apps)}" for key, apps in said.items() if len(apps) > 1] == []
