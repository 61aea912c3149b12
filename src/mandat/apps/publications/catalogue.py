"""The catalogue of open data: DCAT-AP in JSON-LD for portals, schema.org for search engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from mandat import journal
from mandat.apps.programme.published import Published
from mandat.apps.publications.exports.facts import facts_table
from mandat.apps.publications.exports.programme import TABLES
from mandat.apps.publications.exports.writers import SYNTHETIC
from mandat.apps.publications.site import address
from mandat.apps.territory.selectors import current_region
from mandat.kernel.text import LANGUAGES, Text

LICENCE = "https://spdx.org/licenses/etalab-2.0"
_FORMS = {
    "csv": ("text/csv", "CSV"),
    "jsonl": ("application/jsonl", "JSON"),
    "parquet": ("application/vnd.apache.parquet", "PARQUET"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    "pdf": ("application/pdf", "PDF"),
    "txt": ("text/plain", "TXT"),
}
_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
_LANGUAGE = {
    "fr": "http://publications.europa.eu/resource/authority/language/FRA",
    "en": "http://publications.europa.eu/resource/authority/language/ENG",
}
_DAILY = "http://publications.europa.eu/resource/authority/frequency/DAILY"
_THEME = "http://publications.europa.eu/resource/authority/data-theme/GOVE"

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "adms": "http://www.w3.org/ns/adms#",
}


@dataclass(frozen=True, slots=True)
class File:
    """One distribution: its name in an export folder, its address, its form."""

    name: str
    url: str
    form: str
    title: Text


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset with its files. ``schema`` is the address of its Table Schema."""

    code: str
    title: Text
    description: Text
    files: tuple[File, ...]
    schema: str = ""


def datasets(current: Published) -> Iterator[Dataset]:
    """Everything published, in the order of the data page."""
    table = facts_table({})
    files = tuple(
        File(f"faits.{form}", address("publications:facts_export", form, language="fr"), form, Text(_FORMS[form][1], _FORMS[form][1]))
        for form in ("csv", "jsonl", "parquet")
    )  # fmt: skip
    yield Dataset("facts", table.title, table.description, files, schema_address("facts"))
    for name, make in TABLES.items():
        table = make(current)
        forms = ("csv", "jsonl", "parquet", "xlsx") if table.small else ("csv", "jsonl", "parquet")
        files = tuple(
            File(f"{name}.{form}", address("publications:table_export", name, form, language="fr"), form, Text(_FORMS[form][1], _FORMS[form][1]))
            for form in forms
        )  # fmt: skip
        yield Dataset(name, table.title, table.description, files, schema_address(name))
    yield Dataset(
        "programme",
        Text("Le programme en un document accessible", "The programme as one accessible document"),
        Text("Mesures, engagements et statuts du jour, en PDF/UA.", "Measures, commitments and statuses of the day, as PDF/UA."),
        tuple(
            File(f"programme-{code}.pdf", address("publications:programme_pdf", language=code), "pdf", Text(*{"fr": ("En français", "In French"), "en": ("En anglais", "In English")}[code]))
            for code in LANGUAGES
        ),
    )  # fmt: skip
    yield Dataset(
        "journal",
        Text("Le journal signé des faits", "The signed log of facts"),
        Text(
            "Point de contrôle signé, tuiles de hachage et paquets de faits (C2SP tlog-tiles) : de quoi vérifier sans nous croire.",
            "Signed checkpoint, hash tiles and entry bundles (C2SP tlog-tiles): enough to verify without trusting us.",
        ),
        (File("journal/checkpoint", address("publications:checkpoint", language="fr"), "txt", Text("Point de contrôle", "Checkpoint")),),
    )  # fmt: skip


def schema_address(name: str) -> str:
    return f"{settings.SITE_URL}/schemas/{name}.json"


def _both(text: Text) -> list[dict[str, str]]:
    return [{"@value": text.fr, "@language": "fr"}, {"@value": text.en, "@language": "en"}]


def _described(dataset: Dataset) -> Text:
    if not settings.MANDAT_DEMO:
        return dataset.description
    return Text(f"{dataset.description.fr} {SYNTHETIC.fr}", f"{dataset.description.en} {SYNTHETIC.en}")


def dcat(current: Published, *, sizes: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The catalogue after DCAT-AP 2. ``sizes`` gives the bytes of files by name, where they are known."""
    home = address("programme:data", language="fr")
    region = current_region()
    place = "http://publications.europa.eu/resource/authority/country/FRA"
    modified = journal.head().recorded_at
    publisher = {"@id": f"{settings.SITE_URL}/#publisher", "@type": "foaf:Agent", "foaf:name": "Mandat"}
    shared: dict[str, Any] = {
        "dct:publisher": {"@id": publisher["@id"]},
        "dct:license": {"@id": LICENCE},
        "dct:spatial": {"@id": place},
        "dct:accrualPeriodicity": {"@id": _DAILY},
        "dcat:theme": {"@id": _THEME},
        "dct:language": [{"@id": _LANGUAGE[code]} for code in LANGUAGES],
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": current.programme.mandate.start.isoformat(), "@type": "xsd:date"},
            "dcat:endDate": {"@value": current.programme.mandate.end.isoformat(), "@type": "xsd:date"},
        },
    }
    if modified is not None:
        shared["dct:modified"] = {"@value": modified.isoformat(), "@type": "xsd:dateTime"}
    found = []
    for dataset in datasets(current):
        identifier = f"{settings.SITE_URL}/#dataset-{dataset.code}"
        found.append(
            {
                "@id": identifier,
                "@type": "dcat:Dataset",
                "dct:identifier": f"{current.code}/{dataset.code}",
                "dct:title": _both(dataset.title),
                "dct:description": _both(_described(dataset)),
                "dcat:keyword": _both(Text("politique publique", "public policy")) + ([{"@value": region.name, "@language": "fr"}] if region else []),
                "dcat:landingPage": {"@id": home},
                **shared,
                "dcat:distribution": [_distribution(dataset, file, identifier, sizes or {}) for file in dataset.files],
            }
        )  # fmt: skip
    return {
        "@context": CONTEXT,
        "@id": f"{settings.SITE_URL}/#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _both(Text(f"Données ouvertes : {current.programme.title.fr}", f"Open data: {current.programme.title.en}")),
        "dct:description": _both(Text("Tout ce que le site montre, à vérifier et à réutiliser.", "All the site shows, to check and use again.")),
        "dct:publisher": publisher,
        "dct:license": {"@id": LICENCE},
        "dct:language": shared["dct:language"],
        "foaf:homepage": {"@id": home},
        "dcat:dataset": found,
        "dcat:service": {
            "@id": f"{settings.SITE_URL}/#api",
            "@type": "dcat:DataService",
            "dct:title": _both(Text("API de lecture", "Read API")),
            "dcat:endpointURL": {"@id": f"{settings.SITE_URL}/api/v1/"},
            "dcat:endpointDescription": {"@id": f"{settings.SITE_URL}/api/v1/openapi.json"},
            "dcat:servesDataset": [{"@id": part["@id"]} for part in found],
        },
    }  # fmt: skip


def _distribution(dataset: Dataset, file: File, identifier: str, sizes: Mapping[str, int]) -> dict[str, Any]:
    media, kind = _FORMS[file.form]
    made: dict[str, Any] = {
        "@id": f"{identifier}/{file.name}",
        "@type": "dcat:Distribution",
        "dct:title": _both(Text(f"{dataset.title.fr} ({file.title.fr})", f"{dataset.title.en} ({file.title.en})")),
        "dcat:accessURL": {"@id": file.url},
        "dcat:downloadURL": {"@id": file.url},
        "dcat:mediaType": {"@id": f"http://www.iana.org/assignments/media-types/{media}"},
        "dct:format": {"@id": f"{_FILE_TYPE}{kind}"},
        "dct:license": {"@id": LICENCE},
    }
    if dataset.schema and file.form in ("csv", "xlsx"):
        made["dct:conformsTo"] = {"@id": dataset.schema}
    if file.name in sizes:
        made["dcat:byteSize"] = {"@value": str(sizes[file.name]), "@type": "xsd:nonNegativeInteger"}
    return made


def schema_org(current: Published) -> dict[str, Any]:
    """The same for search engines: one schema.org DataCatalog with its datasets."""
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "@id": f"{settings.SITE_URL}/#catalogue",
        "name": f"Données ouvertes : {current.programme.title.fr}",
        "url": address("programme:data", language="fr"),
        "license": LICENCE,
        "inLanguage": list(LANGUAGES),
        "dataset": [
            {
                "@type": "Dataset",
                "@id": f"{settings.SITE_URL}/#dataset-{dataset.code}",
                "name": dataset.title.fr,
                "alternateName": dataset.title.en,
                "description": f"{_described(dataset).fr} – {_described(dataset).en}",
                "license": LICENCE,
                "isAccessibleForFree": True,
                "creator": {"@type": "Organization", "name": "Mandat", "url": settings.SITE_URL},
                "temporalCoverage": f"{current.programme.mandate.start}/{current.programme.mandate.end}",
                "spatialCoverage": current.programme.region_name,
                "distribution": [
                    {"@type": "DataDownload", "contentUrl": file.url, "encodingFormat": _FORMS[file.form][0]}
                    for file in dataset.files
                ],
            }
            for dataset in datasets(current)
        ],
    }
