"""Sightings as CSV and GeoJSON, under the names of Darwin Core (TDWG) where it has one. Places are those everyone sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from mandat.apps.consultations.exports.safe import csv_lines
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Observation
from mandat.apps.consultations.services.observations import subject_of
from mandat.apps.participation.schema.contributions import Observations
from mandat.apps.territory import selectors as territory

HEAD = (
    "occurrenceID", "basisOfRecord", "eventDate", "scientificName", "vernacularName", "individualCount", "decimalLatitude",
    "decimalLongitude", "geodeticDatum", "coordinateUncertaintyInMeters", "dataGeneralizations", "informationWithheld", "municipality",
    "municipalityCode", "countryCode", "identificationVerificationStatus", "recordedBy", "occurrenceRemarks", "license",
)  # fmt: skip
LICENCE = "etalab-2.0"


def record(held: Held[Observations], one: Observation) -> dict[str, Any]:
    """One sighting by the names of ``HEAD``."""
    subject = subject_of(held.document, one.subject)
    sensitive = subject is not None and subject.sensitive
    blur = held.document.sensitive_blur_km if sensitive else held.document.blur_km
    placed = one.shown_latitude is not None
    return {
        "occurrenceID": f"{held.process.code}:{held.code}:{one.reference}",
        "basisOfRecord": "HumanObservation",
        "eventDate": one.seen_on.isoformat(),
        "scientificName": subject.scientific if subject is not None and subject.scientific else "",
        "vernacularName": subject.label.fr if subject is not None else one.subject,
        "individualCount": one.count,
        "decimalLatitude": one.shown_latitude if placed else "",
        "decimalLongitude": one.shown_longitude if placed else "",
        "geodeticDatum": "EPSG:4326" if placed else "",
        "coordinateUncertaintyInMeters": one.radius if placed else "",
        "dataGeneralizations": f"middle of a square of {blur} km" if placed and blur else "",
        "informationWithheld": "commune withheld: sensitive subject" if sensitive else "",
        "municipality": "" if sensitive else territory.area_name(f"commune:{one.commune}"),
        "municipalityCode": "" if sensitive else one.commune,
        "countryCode": "FR",
        "identificationVerificationStatus": {"confirmed": "verified", "refuted": "refuted"}.get(
            one.state, "unverified"
        ),
        "recordedBy": one.name,
        "occurrenceRemarks": one.note,
        "license": LICENCE,
    }


def csv_file(held: Held[Observations], found: QuerySet[Observation]) -> Iterator[bytes]:
    """Lines of CSV, streamed."""
    return csv_lines(HEAD, (list(record(held, one).values()) for one in found.iterator(chunk_size=2000)))


def geojson(held: Held[Observations], found: QuerySet[Observation]) -> Iterator[bytes]:
    """A collection of features (RFC 7946), streamed; those without a point have a null geometry."""
    yield b'{"type": "FeatureCollection", "features": ['
    first = True
    for one in found.iterator(chunk_size=2000):
        told = record(held, one)
        latitude, longitude = told.pop("decimalLatitude"), told.pop("decimalLongitude")
        told.pop("geodeticDatum")
        geometry = {"type": "Point", "coordinates": [longitude, latitude]} if latitude != "" else None
        feature = {
            "type": "Feature",
            "id": told["occurrenceID"],
            "geometry": geometry,
            "properties": {name: value for name, value in told.items() if value != ""},
        }
        yield (b"" if first else b",") + json.dumps(feature, ensure_ascii=False).encode()
        first = False
    yield b"]}\n"
