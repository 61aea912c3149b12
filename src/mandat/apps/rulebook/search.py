"""What the search finds among the rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from mandat.apps.programme.published import published
from mandat.apps.rulebook.published import published_rules
from mandat.kernel.text import Text
from mandat.web.search import Document, source


def _stamp() -> str:
    current = published()
    return f"{current.code} r{current.revision}"


@source("rule", label=Text("Règles", "Rules"), order=7, stamp=_stamp)
def rules() -> Iterator[Document]:
    for found in published_rules().rules.values():
        document = found.document
        labels = [document.summary.text, *(parameter.label.text for parameter in document.parameters)]
        text = Text(" ".join(said.fr for said in labels), " ".join(said.en for said in labels))
        yield Document(found.code, partial(reverse, "rulebook:rule", args=[found.code]), document.title.text, text)
