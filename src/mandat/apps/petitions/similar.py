"""Petitions like the one somebody is about to write: by the stems of their words, rare ones first, so that they may sign instead.

No index of its own: those that may still be signed or were answered in the last two years are few, and their words are kept in memory
until one of them changes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, Max
from django.utils import timezone

from mandat.apps.petitions.machine import State
from mandat.apps.petitions.models import Petition
from mandat.web.search.stemming import STOP, forms, words

MOST = 5
#: Share of the weight of the words given that a petition must have to be like it.
LEAST = 0.3
RECENT = dt.timedelta(days=730)


@dataclass(frozen=True, slots=True)
class _Known:
    weights: dict[str, float]
    titles: dict[str, frozenset[str]]
    texts: dict[str, frozenset[str]]


def stems(text: str) -> frozenset[str]:
    """The stems of a text in French, words that say nothing left out."""
    return frozenset(forms(word)[-1] for word in words(text) if word not in STOP["fr"] and len(word) > 2)


def similar(text: str, *, programme: str, without: str = "") -> list[Petition]:
    """The most alike first, at most ``MOST``; those signed most first where they are alike as much."""
    wanted = stems(text)
    if not wanted:
        return []
    rows = Petition.objects.filter(programme=programme, hidden=False, state__in=[State.OPEN, State.ENDED, State.CLOSED])
    stamp = rows.aggregate(n=Count("pk"), last=Max("opened_at"))
    known = _read(programme, f"{stamp['n']}:{stamp['last']}")
    unseen = math.log(len(known.texts) + 1) + 1
    whole = sum(known.weights.get(stem, unseen) for stem in wanted)
    scores = {}
    for reference, found in known.texts.items():
        shared = wanted & found
        score = sum(known.weights[stem] * (1.5 if stem in known.titles[reference] else 1.0) for stem in shared) / whole
        if len(shared) >= min(2, len(wanted)) and score >= LEAST and reference != without:
            scores[reference] = score
    best = sorted(scores, key=lambda one: (-scores[one], one))[:MOST]
    by_reference = {one.reference: one for one in Petition.objects.filter(reference__in=best).order_by("pk")}
    return [by_reference[one] for one in best if one in by_reference]


@lru_cache(maxsize=4)
def _read(programme: str, stamp: str) -> _Known:
    rows = Petition.objects.filter(
        programme=programme, hidden=False, state__in=[State.OPEN, State.ENDED, State.CLOSED],
        opened_at__gt=timezone.now() - RECENT,
    )  # fmt: skip
    titles, texts, seen = {}, {}, Counter[str]()
    for one in rows.order_by("pk").only("reference", "title", "request_text", "text"):
        titles[one.reference] = stems(one.title)
        texts[one.reference] = stems(f"{one.title} {one.request_text} {one.text[:1000]}")
        seen.update(texts[one.reference])
    weights = {stem: math.log((len(texts) + 1) / n) + 1 for stem, n in seen.items()}
    return _Known(weights, titles, texts)
