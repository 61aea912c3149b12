"""Fill a petition with synthetic signatures, for demonstrations and benchmarks: counters and rows stay equal, as if each had been given."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from mandat.apps.petitions.models import Petition, Signature
from mandat.apps.petitions.services.counting import communes_count
from mandat.apps.petitions.services.signing import add, check_open
from mandat.apps.territory import selectors as territory
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

CHUNK = 1000


@transaction.atomic
def fill(
    petition: Petition,
    signers: Iterable[tuple[str, str]],
    *,
    at: dt.datetime,
    channel: str = "account",
    seed: str = "",
    origin: str = "",
) -> int:
    """Sign once for each of so many invented people, given by commune and age band. Returns how many.

    What they are known by follows from ``seed``. Raises InputError for a petition that is not synthetic, or takes no signature at ``at``.
    """
    if not petition.synthetic:
        raise InputError(
            Text("on ne remplit qu'une pétition de démonstration", "only a petition of the demonstration may be filled")
        )
    check_open(petition, at)
    places = territory.reference().places
    cells: Counter[tuple[str, str]] = Counter()
    rows: list[Signature] = []
    total = 0
    for n, (commune, band) in enumerate(signers):
        place = places.get(commune)
        departement = place.departement if place is not None else ""
        known = hashlib.sha256(f"{petition.reference}|{seed}|{n}".encode()).hexdigest()
        rows.append(
            Signature(
                petition=petition, nullifier=known, at=at, departement=departement, commune=commune, band=band,
                channel=channel, origin=origin,
            )
        )  # fmt: skip
        cells[departement, band] += 1
        total += 1
        if len(rows) == CHUNK:
            Signature.objects.bulk_create(rows)
            rows = []
    Signature.objects.bulk_create(rows)
    for (departement, band), count in sorted(cells.items()):
        add(petition.pk, departement, band, channel, count)
    communes_count(petition=petition)
    return total
