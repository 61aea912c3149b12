"""What the search finds among schemes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from mandat.apps.grants.terms import SCHEMES
from mandat.apps.programme.published import published
from mandat.kernel.text import Text
from mandat.web.search import Document, source


def _stamp() -> str:
    current = published()
    return f"{current.code} r{current.revision}"


@source("scheme", label=Text("Aides, labels et contrats", "Aids, labels and contracts"), order=6, stamp=_stamp)
def schemes() -> Iterator[Document]:
    for terms in SCHEMES.all().values():
        said = terms.document
        about = Text(
            f"{said.summary.fr} {said.applicants.who.fr} {said.what.fr}",
            f"{said.summary.en} {said.applicants.who.en} {said.what.en}",
        )
        title = Text(said.title.fr, said.title.en)
        yield Document(terms.code, partial(reverse, "grants:scheme", args=[terms.code]), title, about)
