"""Documents of one kind in the versions that govern: the ones in force, and any earlier one an act was made under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from pydantic import BaseModel

from mandat.apps.programme.published import Published, published
from mandat.definitions.models import DefinitionVersion
from mandat.definitions.registry import kinds
from mandat.facts import DefinitionRef
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

Document = TypeVar("Document", bound=BaseModel)
#: Versions kept in memory at most, of all kinds.
KEPT = 4000


@dataclass(frozen=True, slots=True)
class Terms(Generic[Document]):
    """A document in one version."""

    document: Document
    ref: DefinitionRef

    @property
    def code(self) -> str:
        return self.ref.code


@dataclass(frozen=True, slots=True)
class Versions(Generic[Document]):
    """Every version of one kind. ``model`` is the kind's own; documents come without those they hold, which are versions of their own."""

    kind: str
    model: type[Document]

    def all(self, current: Published | None = None) -> Mapping[str, Terms[Document]]:
        """Those in force by code, in the order of their files."""
        current = current or published()
        return _in_force(self.kind, self.model, current.code, current.revision)

    def current(self, code: str) -> Terms[Document]:
        """The one in force. Raises InputError where there is none."""
        found = self.all().get(code)
        if found is None:
            label = kinds()[self.kind].label
            raise InputError(Text(f"{label.fr} : rien ne s'appelle {code}", f"{label.en}: nothing is called {code}"))
        return found

    def at(self, programme: str, code: str, version: int) -> Terms[Document]:
        """The version given, in force or not. Raises InputError where there is none."""
        return _one(self.kind, self.model, programme, code, version)


@lru_cache(maxsize=32)
def _in_force(kind: str, model: type[Document], programme: str, revision: int) -> Mapping[str, Terms[Document]]:
    rows = DefinitionVersion.objects.filter(programme=programme, kind=kind, current=True).order_by("position")
    return {row.code: _terms(model, row) for row in rows}


@lru_cache(maxsize=KEPT)
def _one(kind: str, model: type[Document], programme: str, code: str, version: int) -> Terms[Document]:
    row = DefinitionVersion.objects.filter(programme=programme, kind=kind, code=code, version=version).first()
    if row is None:
        raise InputError(Text(f"version inconnue : {code} {version}", f"unknown version: {code} {version}"))
    return _terms(model, row)


def _terms(model: type[Document], row: DefinitionVersion) -> Terms[Document]:
    # Inner documents are versions of their own: the body holds their codes, the model their content.
    inner = kinds()[row.kind].children
    body = {name: value for name, value in row.body.items() if name not in inner}
    return Terms(model.model_validate(body), DefinitionRef(row.kind, row.code, row.version, row.digest))
