"""Edit one definition and publish the programme with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from mandat.apps.accounts.models import AuditLine, User
from mandat.apps.accounts.permissions import require
from mandat.apps.programme.services.loading import programme_load
from mandat.definitions import store
from mandat.definitions.editing import rewrite
from mandat.definitions.folder import Definition, Folder, read_texts
from mandat.definitions.models import DefinitionVersion, Revision
from mandat.definitions.reading import Document
from mandat.definitions.registry import kinds
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text


class ConflictError(InputError):
    """Someone else published the same definition meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "quelqu'un d'autre a publié cette définition entre-temps : comparez, puis publiez à nouveau",
                "someone else published this definition meanwhile: compare, then publish again",
            )
        )


@dataclass(frozen=True, slots=True)
class Edited:
    """A definition in its file: its present value, and what the edited text would be."""

    row: DefinitionVersion
    definition: Definition
    document: Document
    text: str

    @property
    def value(self) -> dict[str, Any]:
        """The plain value of the definition in its file, inner definitions included."""
        found: Any = self.document.data
        for step in self.definition.place:
            found = found[step]
        return {key: value for key, value in found.items() if key != "kind" or self.definition.place}

    @property
    def own(self) -> dict[str, Any]:
        """The same without inner definitions."""
        inner = kinds()[self.row.kind].children
        return {key: value for key, value in self.value.items() if key not in inner}

    def with_(self, own: Mapping[str, Any]) -> dict[str, Any]:
        """The whole value with its own fields replaced; inner definitions keep their place."""
        value = self.value
        inner = kinds()[self.row.kind].children
        ordered = {key: own[key] for key in value if key in own}
        ordered |= {key: value[key] for key in value if key in inner}
        merged = {key: ordered[key] for key in value if key in ordered}
        return {**merged, **{key: item for key, item in own.items() if key not in merged}}

    def edited_text(self, own: Mapping[str, Any]) -> str:
        """The file's text with the definition's own fields replaced."""
        whole = self.with_(own)
        if not self.definition.place and isinstance(self.document.data, dict) and "kind" in self.document.data:
            whole = {"kind": self.document.data["kind"], **whole}
        return rewrite(self.text, self.definition.place, whole)


def definition_read(programme: str, kind: str, code: str) -> Edited:
    """The definition in force and the file it stands in. Raises InputError where there is none."""
    row = DefinitionVersion.objects.filter(programme=programme, kind=kind, code=code, current=True).first()
    texts = store.texts(programme)
    if row is None or row.file not in texts:
        raise InputError(Text(f"définition inconnue : {kind} {code}", f"unknown definition: {kind} {code}"))
    folder = read_texts({row.file: texts[row.file]})
    found = next((d for d in folder.definitions if (d.kind, d.code) == (kind, code)), None)
    if found is None:
        raise InputError(Text(f"définition introuvable dans {row.file}", f"definition not found in {row.file}"))
    return Edited(row, found, folder.documents[row.file], folder.files[row.file])


def definition_check(programme: str, edited: Edited, own: Mapping[str, Any]) -> tuple[Folder, list[Problem]]:
    """The whole programme with the edit in it, and what is wrong then that was not before."""
    texts = store.texts(programme)
    before = {str(problem) for problem in read_texts(texts).problems}
    folder = read_texts({**texts, edited.row.file: edited.edited_text(own).encode()})
    return folder, [problem for problem in folder.problems if str(problem) not in before]


@transaction.atomic
def definition_edit(
    *, actor: User, programme: str, kind: str, code: str, base: str, own: Mapping[str, Any], reason: str
) -> list[store.Change]:
    """Publish a definition with its own fields replaced. ``base`` is the digest of the version the edit began from.

    Raises ConflictError where that version is no longer in force, InputError where the programme
    would have errors, nothing changes, or the code changes (facts refer to it).
    """
    require(actor, "programme.definition_edit")
    if len(reason.strip()) < 10:
        raise InputError(Text("donnez le motif en une phrase", "give the reason in a sentence"))
    Revision.objects.select_for_update().filter(programme=programme).first()
    edited = definition_read(programme, kind, code)
    if edited.row.digest != base:
        raise ConflictError
    folder, problems = definition_check(programme, edited, own)
    if problems:
        raise InputError(Text(*["\n".join(str(problem) for problem in problems[:10])] * 2))
    if not any((d.kind, d.code) == (kind, code) for d in folder.definitions):
        raise InputError(
            Text("le code ne change pas : des faits s'y réfèrent", "the code does not change: facts refer to it")
        )
    changes = programme_load(folder=folder, synthetic=settings.MANDAT_DEMO, reason=reason.strip())
    if not changes:
        raise InputError(Text("rien ne change", "nothing changes"))
    AuditLine.objects.create(
        actor=actor,
        what=AuditLine.What.PUBLISHED,
        detail=f"{kind} {code} v{changes[0].version} – {reason.strip()}"[:500],
    )
    return changes
