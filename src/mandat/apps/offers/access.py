"""Whose names an account may see: its right by role, and the establishment or place it is assigned to."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from mandat.apps.accounts.permissions import may, require
from mandat.apps.offers.models import Assignment, Establishment, Place


def establishments_of(user: Any) -> list[int]:
    """Establishments whose names this account may see."""
    if not may(user, "offers.names"):
        return []
    rows = Assignment.objects.filter(user=user, establishment__isnull=False).order_by("establishment_id")
    return list(rows.values_list("establishment_id", flat=True))


def places_of(user: Any) -> list[int]:
    """Places whose appointments this account may see and record."""
    if not may(user, "offers.attendance"):
        return []
    rows = Assignment.objects.filter(user=user, place__isnull=False).order_by("place_id")
    return list(rows.values_list("place_id", flat=True))


def concerns(user: Any) -> set[int]:
    """Establishments whose exact counts this account may see: its own, and those its places serve."""
    served = Place.objects.filter(pk__in=places_of(user)).values_list("serves", flat=True).order_by("serves")
    return {*establishments_of(user), *(pk for pk in served if pk is not None)}


def require_establishment(user: Any, establishment: Establishment) -> None:
    """Raise PermissionDenied unless the account may see the names of this establishment."""
    require(user, "offers.names")
    if not Assignment.objects.filter(user=user, establishment=establishment).exists():
        raise PermissionDenied("offers.names")


def require_place(user: Any, place: Place | int) -> None:
    """Raise PermissionDenied unless the account may record who comes to this place."""
    require(user, "offers.attendance")
    if not Assignment.objects.filter(user=user, place=place).exists():
        raise PermissionDenied("offers.attendance")
