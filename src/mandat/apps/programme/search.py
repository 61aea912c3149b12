"""What the search finds in the programme: measures, chapters, bodies, pages, words, and the communes below."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.urls import NoReverseMatch, reverse

from mandat import __version__
from mandat.apps.programme.published import published
from mandat.apps.territory.models import Commune, Region
from mandat.kernel.text import Text
from mandat.web.glossary import TERMS
from mandat.web.glossary import address as glossary_address
from mandat.web.search import Document, source


def _text(*parts: Any) -> Text:
    return Text(" ".join(part.fr for part in parts), " ".join(part.en for part in parts))


def _programme_stamp() -> str:
    current = published()
    return f"{current.code} r{current.revision}"


@source("measure", label=Text("Mesures", "Measures"), order=1, stamp=_programme_stamp)
def measures() -> Iterator[Document]:
    current = published()
    for number, measure in current.measures.items():
        promises = [commitment.promise for commitment in measure.commitments]
        figures = [figure.text for figure in measure.figures]
        title = Text(f"{number}. {measure.title.fr}", f"{number}. {measure.title.en}")
        yield Document(
            str(number),
            partial(reverse, "programme:measure", args=[number]),
            title,
            _text(measure.summary, *promises, *figures),
        )


@source("chapter", label=Text("Chapitres", "Chapters"), order=2, stamp=_programme_stamp)
def chapters() -> Iterator[Document]:
    for chapter in published().chapters.values():
        address = partial(reverse, "programme:chapter", args=[chapter.code])
        yield Document(chapter.code, address, _text(chapter.title), _text(chapter.goal))


def _territory_stamp() -> str:
    return " ".join(
        f"{code}={digest}" for code, digest in Region.objects.order_by("code").values_list("code", "digest")
    )


@source("commune", label=Text("Communes", "Communes"), order=3, stamp=_territory_stamp)
def communes() -> Iterator[Document]:
    """Communes of the loaded territory, once their pages exist."""
    rows = Commune.objects.active().select_related("departement").order_by("code")
    for commune in rows:
        address = partial(reverse, "territory:commune", args=[commune.code])
        try:
            address()
        except NoReverseMatch:
            return
        place = f"{commune.departement.name} {commune.postal_codes} {commune.former_names}"
        yield Document(commune.code, address, Text(commune.name, commune.name), Text(place, place))


@source("body", label=Text("Instances", "Bodies"), order=4, stamp=_programme_stamp)
def bodies() -> Iterator[Document]:
    for body in published().bodies.values():
        address = partial(reverse, "bodies:body", args=[body.code])
        yield Document(body.code, address, _text(body.title), _text(body.summary))


_PAGES = (
    ("programme:status", Text("Comment le statut est calculé", "How the status is computed"), Text("Règle, tolérance, en retard, tenu, rompu, inconnu, exemples.", "Rule, tolerance, late, kept, broken, unknown, examples.")),
    ("programme:about", Text("Le programme, sa source, ce que nous n'affirmons pas", "The programme, its source, what we do not claim"), Text("Mandat, neutralité, hypothèses, faits synthétiques.", "Term, neutrality, assumptions, synthetic facts.")),
    ("programme:data", Text("Données ouvertes", "Open data"), Text("Télécharger, CSV, JSON, Parquet, API, catalogue, licence.", "Download, CSV, JSON, Parquet, API, catalogue, licence.")),
    ("programme:accessibility", Text("Déclaration d'accessibilité", "Accessibility statement"), Text("RGAA, clavier, lecteur d'écran, défaut, recours.", "WCAG, keyboard, screen reader, fault, complaint.")),
    ("programme:legal", Text("Mentions légales", "Legal notice"), Text("Éditeur, licence, données personnelles, sécurité.", "Publisher, licence, personal data, security.")),
    ("programme:history", Text("Versions du programme", "Versions of the programme"), Text("Définitions, différences, historique.", "Definitions, differences, history.")),
)  # fmt: skip


@source("page", label=Text("Pages", "Pages"), order=5, stamp=lambda: __version__)
def pages() -> Iterator[Document]:
    for name, title, text in _PAGES:
        yield Document(name, partial(reverse, name), title, text)


@source("term", label=Text("Glossaire", "Glossary"), order=6, stamp=lambda: __version__)
def terms() -> Iterator[Document]:
    for code, term in TERMS.items():
        yield Document(code, partial(_term_address, code), term.label, term.definition)


def _term_address(code: str) -> str:
    return f"{glossary_address()}#{code}"
