"""Count signatures all together, away from visits: communes for the map, and once a day what is told in the journal."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q, Sum

from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import CommuneTally, Petition, Signature, Tally
from mandat.apps.petitions.services.moving import append, line, today
from mandat.apps.petitions.services.thresholds import total_of
from mandat.apps.petitions.terms import terms_of
from mandat.engines.disclosure import recordable, withhold_line

#: Ways of signing as facts tell them.
WAYS = {"account": "online", "oidc": "online", "paper": "paper", "desk": "desk"}
BATCH = 1000


@transaction.atomic
def communes_count(*, petition: Petition) -> int:
    """Count the communes of a petition anew. Returns how many."""
    rows = (
        Signature.objects.filter(petition=petition, batch=None)
        .exclude(commune="")
        .values_list("commune")
        .annotate(n=Count("pk"))
        .order_by("commune")
    )
    found = [CommuneTally(petition=petition, commune=commune, n=n) for commune, n in rows]
    CommuneTally.objects.filter(petition=petition).delete()
    CommuneTally.objects.bulk_create(found, batch_size=BATCH)
    return len(found)


def bands_of(petition: Petition) -> Counter[str]:
    rows = Tally.objects.filter(petition=petition).values_list("band").annotate(n=Sum("n")).order_by("band")
    return Counter({band: n for band, n in rows if n})


def ways_of(petition: Petition) -> dict[str, int]:
    found = dict.fromkeys(("online", "paper", "desk"), 0)
    for channel, n in (
        Tally.objects.filter(petition=petition).values_list("channel").annotate(n=Sum("n")).order_by("channel")
    ):
        found[WAYS[channel]] += n
    return found


@transaction.atomic
def day_count(*, petition: Petition, on: dt.date | None = None) -> bool:
    """Tell how many signatures a petition has at the end of a day (today), once; not at all while they are fewer than may be told."""
    day = on or today()
    terms = terms_of(petition)
    smallest = terms.component.cell_least
    total = total_of(petition)
    if total < smallest:
        return False
    ways = ways_of(petition)
    told = dict(zip(ways, withhold_line(tuple(ways.values()), smallest=smallest, total_known=True).cells, strict=True))
    [entry] = append(
        line(
            "petitions.signatures_counted.v1", petition, terms, on=day, quantity=Decimal(total), unit="signature",
            breakdowns=recordable({"age": dict(bands_of(petition))}, smallest=smallest),
            source=f"petition-count:{petition.reference}:{day.isoformat()}", **told,
        )
    )  # fmt: skip
    return entry.new


def count_all(*, programme: str) -> int:
    """Every day: the communes and the day's count of petitions that were signed since they were last counted."""
    wanted = Petition.objects.filter(Q(state=State.OPEN) | Q(state=State.ENDED), programme=programme).order_by("pk")
    done = 0
    for petition in wanted.iterator(chunk_size=200):
        communes_count(petition=petition)
        done += day_count(petition=petition)
    return done
