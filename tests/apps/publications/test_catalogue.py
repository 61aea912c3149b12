"""What portals, search engines and researchers' programs find."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.publications.catalogue import dcat
from mandat.journal.note import read_checkpoint
from mandat.journal.state import verifier_key

ROOT = Path(__file__).resolve().parents[3]


def test_each_file_of_the_catalogue_can_be_downloaded(
    history: list[journal.Entry], client: Client, settings: Any
) -> None:
    response = client.get("/donnees/catalogue.jsonld")
    assert response["Content-Type"].startswith("application/ld+json")
    data = response.json()
    assert data["@type"] == "dcat:Catalog"
    assert {part["@type"] for part in data["dcat:dataset"]} == {"dcat:Dataset"}
    for dataset in data["dcat:dataset"]:
        languages = [text["@language"] for text in dataset["dct:title"]]
        assert languages == ["fr", "en"]
        assert dataset["dct:publisher"]["@id"] == data["dct:publisher"]["@id"]
        for distribution in dataset["dcat:distribution"]:
            address = distribution["dcat:downloadURL"]["@id"]
            assert address.startswith(settings.SITE_URL + "/")
            assert client.get(address.removeprefix(settings.SITE_URL)).status_code == 200, address
    identifiers = [part["@id"] for d in data["dcat:dataset"] for part in (d, *d["dcat:distribution"])]
    assert len(identifiers) == len(set(identifiers))


def test_sizes_are_told_where_they_are_known(programme: Published) -> None:
    data = dcat(programme, sizes={"faits.csv": 1234})
    [facts] = [part for part in data["dcat:dataset"] if part["@id"].endswith("dataset-facts")]
    sizes = [part.get("dcat:byteSize", {}).get("@value") for part in facts["dcat:distribution"]]
    assert sizes == ["1234", None, None]


@pytest.mark.parametrize("address", ["/donnees/catalogue.jsonld", "/donnees/dataset.jsonld"])
def test_a_demonstration_says_so_in_its_descriptions(
    programme: Published, client: Client, settings: Any, address: str
) -> None:
    settings.MANDAT_DEMO = True
    assert client.get(address).content.decode().count("tous les faits sont synthétiques") >= 5
    settings.MANDAT_DEMO = False
    assert "synthétiques" not in client.get(address).content.decode()


def test_the_log_is_served_as_static_files(history: list[journal.Entry], client: Client) -> None:
    head = journal.head()
    note = client.get("/journal/checkpoint").content.decode()
    assert read_checkpoint(note, verifier_key()).root == head.root
    bundle = client.get(f"/journal/tile/entries/000.p/{head.size}")
    assert bundle["Content-Type"] == "application/octet-stream"
    assert history[0].canonical in bundle.content
    assert "immutable" not in bundle["Cache-Control"]
    assert client.get("/journal/key.pub").content.decode().strip() == str(verifier_key())
    for missing in ("/journal/tile/0/999", "/journal/../settings", "/journal/tile/0/abc"):
        assert client.get(missing).status_code == 404


def test_a_full_tile_may_be_kept_for_ever(programme: Published, client: Client) -> None:
    from tests.apps.publications.conftest import fact

    journal.append_many([fact("3.1", "2024-01-01", source=f"ligne:{n}") for n in range(300)])
    assert "immutable" in client.get("/journal/tile/0/000")["Cache-Control"]


def test_security_contact_expires_within_a_year(client: Client, db: None) -> None:
    text = client.get("/.well-known/security.txt").content.decode()
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["Contact"].startswith("mailto:")
    expires = dt.datetime.fromisoformat(fields["Expires"])
    assert timezone.now() < expires < timezone.now() + dt.timedelta(days=365)


def test_the_site_map_names_every_page_in_both_languages(programme: Published, client: Client, settings: Any) -> None:
    root = ET.fromstring(client.get("/sitemap.xml").content)
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    pages = [str(loc.text) for loc in root.findall("s:url/s:loc", space)]
    assert len(pages) == len(set(pages))
    for path in ("/", "/en/", "/mesures/3/", "/en/mesures/3/", "/engagements/3.5/pourquoi/", "/chapitres/sante/"):
        assert settings.SITE_URL + path in pages
    for page in pages:
        assert client.get(page.removeprefix(settings.SITE_URL)).status_code == 200, page


def test_robots_find_the_site_map_and_leave_accounts_alone(client: Client, db: None) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: " in text
    assert "Disallow: /compte/" in text


def test_publiccode_says_what_the_standard_asks() -> None:
    data = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    assert data["publiccodeYmlVersion"]
    for field in (
        "name",
        "url",
        "platforms",
        "developmentStatus",
        "softwareType",
        "description",
        "legal",
        "maintenance",
        "localisation",
    ):
        assert data[field], field
    assert data["legal"]["license"] == "AGPL-3.0-or-later"
    for language in ("fr", "en"):
        words = data["description"][language]
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert words["features"]
    assert json.dumps(data, default=str)
