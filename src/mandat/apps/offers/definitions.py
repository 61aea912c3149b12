"""The published offers of the programme, read once for each revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from mandat.apps.offers.schema import Offer, Round
from mandat.definitions import revisions
from mandat.definitions.models import DefinitionVersion
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class PublishedOffer:
    """An offer and the version of it that is in force."""

    offer: Offer
    ref: DefinitionRef
    programme: str

    @property
    def code(self) -> str:
        return self.offer.code

    def round(self, code: str) -> Round:
        """A round of the offer. Raises InputError for an unknown one."""
        found = self.offer.round(code)
        if found is None:
            raise InputError(Text(f"tour inconnu : {code}", f"unknown round: {code}"))
        return found


def published_offers(programme: str = "") -> Mapping[str, PublishedOffer]:
    """The offers in force by code, in their order (of the site's own programme by default)."""
    code = programme or settings.MANDAT_PROGRAMME
    number = revisions.current(code)
    return {} if number is None else _read(code, number)


def published_offer(code: str, programme: str = "") -> PublishedOffer:
    """One offer in force. Raises InputError where there is none of that code."""
    known = published_offers(programme)
    if code not in known:
        listed = ", ".join(known) or "–"
        raise InputError(
            Text(f"offre inconnue : {code} (publiées : {listed})", f"unknown offer: {code} (published: {listed})")
        )
    return known[code]


@lru_cache(maxsize=8)
def _read(programme: str, revision: int) -> Mapping[str, PublishedOffer]:
    rows: Any = DefinitionVersion.objects.filter(programme=programme, kind="offer", current=True).order_by("position")
    return {
        row.code: PublishedOffer(
            Offer.model_validate(row.body), DefinitionRef(row.kind, row.code, row.version, row.digest), programme
        )
        for row in rows
    }
