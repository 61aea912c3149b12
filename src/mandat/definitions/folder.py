"""Read and check a whole programme folder: no database, no framework.

Every error is a value with file and line; nothing raises on bad content.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from mandat.definitions import messages
from mandat.definitions.reading import LARGEST_FILE, Document, read
from mandat.definitions.reading import Path as Place
from mandat.definitions.registry import Kind, kinds
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.text import Text

#: A folder with more files than this is not a programme.
MOST_FILES = 5_000
#: Characters of a file's path inside the folder, as the store keeps it.
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Definition:
    """One validated document: its kind and code, its model, and where it stands."""

    kind: str
    code: str
    model: BaseModel
    file: str
    line: int
    parent: str = ""
    place: Place = ()

    @property
    def body(self) -> dict[str, Any]:
        """Plain JSON values; inner definitions are replaced by their codes."""
        inner = kinds()[self.kind].children
        body = self.model.model_dump(mode="json", exclude_none=True, exclude=set(inner))
        for name, kind in inner.items():
            code = kinds()[kind].code
            body[name] = [code(item) for item in getattr(self.model, name)]
        return body

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of ``body``: what a fact cites as the rule it was made under."""
        return digest(self.body)


def digest(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class Folder:
    """What a programme folder holds: the definitions that could be read, and every error."""

    root: Path
    files: dict[str, str] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def of(self, kind: str) -> list[Definition]:
        return [definition for definition in self.definitions if definition.kind == kind]

    def counts(self) -> dict[str, int]:
        """How many definitions of each kind, kinds of which there is none included."""
        found = Counter(definition.kind for definition in self.definitions)
        return {name: found[name] for name, kind in kinds().items() if not kind.wrapper}

    def problem(self, definition: Definition, message: Text, *place: str | int) -> None:
        """Report an error at a definition, or at a field inside it."""
        line = self.documents[definition.file].line((*definition.place, *place))
        self.problems.append(Problem(definition.file, line, str(message)))


#: Checks over a whole folder, added by domains: duplicates, dangling references, dates.
FolderCheck = Callable[[Folder], None]
_CHECKS: list[FolderCheck] = []


def folder_check(check: FolderCheck) -> FolderCheck:
    """Register a check that sees every definition of a folder and reports through ``Folder.problem``."""
    _CHECKS.append(check)
    return check


def read_folder(root: Path) -> Folder:
    """Read every ``*.yaml`` below ``root``. Raises InputError where ``root`` is not a folder of YAML files."""
    if not root.exists():
        raise InputError(Text(f"dossier introuvable : {root}", f"no such folder: {root}"))
    if not root.is_dir():
        raise InputError(Text(f"ce n'est pas un dossier : {root}", f"not a folder: {root}"))
    paths = sorted(p for pattern in ("*.yaml", "*.yml") for p in root.rglob(pattern))
    paths = [path for path in paths if path.is_file() and path.resolve().is_relative_to(root.resolve())]
    if not paths:
        raise InputError(Text(f"aucun fichier YAML dans {root}", f"no YAML file in {root}"))
    if len(paths) > MOST_FILES:
        raise InputError(Text(f"plus de {MOST_FILES} fichiers dans {root}", f"over {MOST_FILES} files in {root}"))
    texts: dict[str, bytes] = {}
    unnamed: list[Problem] = []
    for path in paths:
        name = str(path.relative_to(root))
        if problem := _unusable(name):
            unnamed.append(Problem(os.fsencode(name).decode(errors="replace"), 1, str(problem)))
            continue
        with path.open("rb") as stream:
            texts[name] = stream.read(LARGEST_FILE + 1)
    folder = read_texts(texts, root=root)
    folder.problems = sorted([*folder.problems, *unnamed])
    return folder


def _unusable(name: str) -> Text | None:
    """Why a file's name cannot be published; None where it can."""
    if not name.isprintable():
        return Text("nom de fichier illisible : renommez-le en UTF-8", "unreadable file name: rename it in UTF-8")
    if len(name) > LONGEST_NAME:
        return Text(f"nom de plus de {LONGEST_NAME} caractères", f"name of over {LONGEST_NAME} characters")
    return None


def read_texts(texts: dict[str, bytes], *, root: Path = Path()) -> Folder:
    """The same from texts in memory, by relative file name."""
    folder = Folder(root)
    kinds()
    for file, raw in texts.items():
        document, problems = read(raw, file=file)
        folder.problems += problems
        if document is not None:
            folder.files[file] = raw.decode("utf-8-sig")
            folder.documents[file] = document
            folder.definitions += _definitions(document, folder.problems)
    _duplicates(folder)
    for check in _CHECKS:
        check(folder)
    folder.problems.sort()
    return folder


def _definitions(document: Document, problems: list[Problem]) -> Iterator[Definition]:
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        message = Text("un document commence par « kind: … »", "a document begins with “kind: …”")
        problems.append(Problem(document.file, 1, str(message)))
        return
    kind = kinds().get(data["kind"])
    if kind is None:
        known = ", ".join(kinds())
        message = Text(
            f"genre inconnu : {data['kind']} (connus : {known})", f"unknown kind: {data['kind']} (known: {known})"
        )
        problems.append(Problem(document.file, document.line(("kind",)), str(message)))
        return
    content = {key: value for key, value in data.items() if key != "kind"}
    try:
        model = kind.model.model_validate(content)
    except ValidationError as error:
        problems.extend(messages.problems(error, document))
        return
    yield from _walk(kind, model, document, (), "")


def _walk(kind: Kind, model: BaseModel, document: Document, place: Place, parent: str) -> Iterator[Definition]:
    code = kind.code(model) if not kind.wrapper else parent
    if not kind.wrapper:
        yield Definition(kind.name, code, model, document.file, document.line(place), parent, place)
    for name, inner in kind.children.items():
        for index, item in enumerate(getattr(model, name)):
            yield from _walk(kinds()[inner], item, document, (*place, name, index), code)


def _duplicates(folder: Folder) -> None:
    seen: dict[tuple[str, str], Definition] = {}
    for definition in folder.definitions:
        first = seen.setdefault((definition.kind, definition.code), definition)
        if first is not definition:
            label = kinds()[definition.kind].label
            where = f"{first.file}:{first.line}"
            message = Text(
                f"{label.fr} {definition.code} en double (déjà dans {where})",
                f"duplicate {label.en} {definition.code} (already in {where})",
            )
            folder.problems.append(Problem(definition.file, definition.line, str(message)))
