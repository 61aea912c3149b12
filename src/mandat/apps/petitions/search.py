"""Petitions and referendums among what the search finds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse

from mandat import __version__
from mandat.apps.petitions.models import Petition
from mandat.apps.petitions.selectors import public
from mandat.kernel.text import Text
from mandat.web.search import Document, source


def _stamp() -> str:
    found = public(settings.MANDAT_PROGRAMME).aggregate(n=Count("pk"), last=Max("opened_at"))
    return f"{__version__}:{found['n']}:{found['last']}"


@source("petition", label=Text("Pétitions", "Petitions"), order=8, stamp=_stamp)
def petitions() -> Iterator[Document]:
    yield Document(
        "petitions",
        partial(reverse, "petitions:list"),
        Text("Pétitions", "Petitions"),
        Text(
            "Lancer, parrainer, signer une pétition ; interpellation, seuils, référendum d'initiative citoyenne (RIC), L1112-16.",
            "Begin, back or sign a petition; interpellation, thresholds, citizens' initiative referendum, L1112-16.",
        ),
    )
    for one in public(settings.MANDAT_PROGRAMME).order_by("pk").iterator(chunk_size=500):
        yield _document(one)


def _document(one: Petition) -> Document:
    text = f"{one.request_text} {one.text[:1000]} {one.reference}"
    return Document(
        one.reference,
        partial(reverse, "petitions:petition", args=[one.reference]),
        Text(one.title, one.title),
        Text(text, text),
    )
