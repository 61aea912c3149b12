"""The questionnaire among what the search finds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from mandat import __version__
from mandat.kernel.text import Text
from mandat.web.search import Document, source


@source("questionnaire", label=Text("Mes droits", "My rights"), order=0, stamp=lambda: __version__)
def questionnaire() -> Iterator[Document]:
    yield Document(
        "questionnaire",
        partial(reverse, "rights:questionnaire"),
        Text("Mes droits : à quoi ai-je droit ?", "My rights: what am I entitled to?"),
        Text(
            "Questionnaire, simulateur, aides, tarifs, allocations, bourses, transports, gratuité, montant, sans compte.",
            "Questionnaire, simulator, aids, fares, allowances, grants, transport, free, amount, without an account.",
        ),
    )
