"""The rights of the published programme, and any earlier version of one: claims live under the version they were sent under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mandat.apps.programme.published import Published, published
from mandat.apps.rights.schema import Right
from mandat.definitions.models import DefinitionVersion
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Terms:
    """A right in one version."""

    right: Right
    ref: DefinitionRef

    @property
    def code(self) -> str:
        return self.right.code

    @property
    def special(self) -> bool:
        """Whether claims to it hold special categories of data (GDPR article 9): its facts then carry no area."""
        return any(evidence.special for evidence in self.right.evidence)


def rights(current: Published | None = None) -> Mapping[str, Terms]:
    """The published rights by code, in the order of their files."""
    current = current or published()
    return _rights(current.code, current.revision)


@lru_cache(maxsize=4)
def _rights(programme: str, revision: int) -> Mapping[str, Terms]:
    rows = DefinitionVersion.objects.filter(programme=programme, kind="right", current=True).order_by("position")
    return {row.code: _terms(row) for row in rows}


def by_version(current: Published | None = None) -> dict[tuple[str, int], Terms]:
    """The published rights by code and version: what lists begin with, so that they ask only for older versions."""
    return {(code, terms.ref.version): terms for code, terms in rights(current).items()}


def current_terms(code: str) -> Terms:
    """The right as published now. Raises InputError where there is none."""
    found = rights().get(code)
    if found is None:
        raise InputError(Text(f"droit inconnu : {code}", f"unknown right: {code}"))
    return found


def terms_at(programme: str, code: str, version: int) -> Terms:
    """The right in the version given; version 0 is the one in force."""
    if version == 0:
        return current_terms(code)
    row = DefinitionVersion.objects.filter(programme=programme, kind="right", code=code, version=version).first()
    if row is None:
        raise InputError(Text(f"version inconnue : {code} {version}", f"unknown version: {code} {version}"))
    return _terms(row)


_BY_DIGEST: dict[tuple[str, int, str], Terms] = {}


def _terms(row: DefinitionVersion) -> Terms:
    key = (row.code, row.version, row.digest)
    found = _BY_DIGEST.get(key)
    if found is None:
        found = Terms(Right.model_validate(row.body), DefinitionRef(row.kind, row.code, row.version, row.digest))
        if len(_BY_DIGEST) > 2000:
            _BY_DIGEST.clear()
        _BY_DIGEST[key] = found
    return found
