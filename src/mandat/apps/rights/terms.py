"""The rights of the published programme, and any earlier version of one: claims live under the version they were sent under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from mandat.apps.programme import terms as definitions
from mandat.apps.programme.published import Published
from mandat.apps.rights.schema import Right

#: A right in one version.
Terms: TypeAlias = definitions.Terms[Right]
RIGHTS = definitions.Versions("right", Right)


def rights(current: Published | None = None) -> Mapping[str, Terms]:
    """The published rights by code, in the order of their files."""
    return RIGHTS.all(current)


def by_version(current: Published | None = None) -> dict[tuple[str, int], Terms]:
    """The published rights by code and version: what lists begin with, so that they ask only for older versions."""
    return {(code, terms.ref.version): terms for code, terms in rights(current).items()}


def current_terms(code: str) -> Terms:
    """The right as published now. Raises InputError where there is none."""
    return RIGHTS.current(code)


def terms_at(programme: str, code: str, version: int) -> Terms:
    """The right in the version given; version 0 is the one in force."""
    return RIGHTS.at(programme, code, version) if version else current_terms(code)
