"""What the search finds among processes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from mandat.apps.participation.definitions import published_processes
from mandat.kernel.text import Text
from mandat.web.search import Document, source


def _stamp() -> str:
    return " ".join(f"{code} v{one.ref.version}" for code, one in published_processes().items())


@source("process", label=Text("Participation", "Participation"), order=7, stamp=_stamp)
def processes() -> Iterator[Document]:
    for code, one in published_processes().items():
        process = one.process
        about = Text(f"{process.summary.fr} {process.stakes.fr}", f"{process.summary.en} {process.stakes.en}")
        title = Text(process.title.fr, process.title.en)
        yield Document(code, partial(reverse, "participation:process", args=[code]), title, about)
