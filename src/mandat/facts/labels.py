"""Facts of labels: granted, renewed, ended. ``subject`` is the public reference of the label."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from mandat.facts.base import Data, fact_type
from mandat.kernel.text import Text


@fact_type(
    "labels.granted.v1",
    label=Text("Label attribué", "Label granted"),
    sentence=Text("{title} : attribué à {holder}", "{title}: granted to {holder}"),
)
class Granted(Data):
    """A label is held from the day of the fact to ``until``. ``holder`` is a legal person, else "personne physique"."""

    label: str
    title: str
    holder: str
    holder_siret: str = ""
    until: dt.date
    record_sha256: str


@fact_type(
    "labels.renewed.v1",
    label=Text("Label renouvelé", "Label renewed"),
    sentence=Text("{title} : renouvelé pour {holder}", "{title}: renewed for {holder}"),
)
class Renewed(Data):
    """A label goes on, to ``until``."""

    label: str
    title: str
    holder: str
    holder_siret: str = ""
    until: dt.date
    record_sha256: str


@fact_type(
    "labels.ended.v1",
    label=Text("Label terminé", "Label ended"),
    sentence=Text("{title} : {holder} ne l'a plus", "{title}: {holder} no longer holds it"),
    counts=False,
)
class Ended(Data):
    """A label is no longer held: its time is over, its holder gave it up, or it was withdrawn."""

    label: str
    title: str
    holder: str
    why: Literal["expired", "given-up", "withdrawn"]
