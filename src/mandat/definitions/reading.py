"""Read YAML as plain values, strictly, and remember on which line each stands.

The core schema of YAML 1.2 applies: ``oui``, ``no`` or ``12:30`` are texts, numbers
with a point are Decimal. Duplicate keys, aliases (a few lines can stand for
gigabytes), tabs, custom tags and files over ``LARGEST_FILE`` are errors. libyaml parses:
the pure Python parser that keeps comments takes twenty times as long, so it
serves only where a file is edited (``editing``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from mandat.kernel.errors import Problem
from mandat.kernel.text import Text

LARGEST_FILE = 5_000_000
DEEPEST = 40
#: So many marks of nesting cannot exhaust the stack of libyaml's recursive composer; more are looked at one by one first.
SAFE_MARKS = 10_000

Path = tuple[str | int, ...]

_NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
_FLOAT = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]{1,3})?$")
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_NON_CORE = re.compile(r"^tag:yaml\.org,2002:(?:str|int|float|bool|null|timestamp|seq|map|value|merge)$")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Document:
    """The values of one file and the line (from 1) of every key and item."""

    file: str
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of ``path``, or of its nearest ancestor that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def inner(self, place: Path) -> Document:
        """What stands at ``place`` as a document of its own, on the same lines of the same file."""
        data, size = self.data, len(place)
        for step in place:
            data = data[step]
        return Document(
            self.file, data, {path[size:]: line for path, line in self.lines.items() if path[:size] == place}
        )


class _RefusedError(Exception):
    def __init__(self, line: int, text: Text) -> None:
        self.line = line
        self.text = text


def read(text: str | bytes, *, file: str) -> tuple[Document | None, list[Problem]]:
    """Parse one file. Returns the document, or None and the problem that prevents reading it."""
    try:
        if len(text) > LARGEST_FILE:
            raise _RefusedError(1, Text("fichier trop grand (plus de 5 Mo)", "file too large (over 5 MB)"))
        if isinstance(text, bytes):
            text = _decode(text)
        if "\x00" in text:
            raise _RefusedError(1, Text("ce fichier n'est pas du texte", "this file is not text"))
        _refuse_depth(text)
        node = yaml.compose(text, Loader=_Loader)
        document = Document(file=file, data=None)
        if node is None:
            raise _RefusedError(1, Text("fichier vide", "empty file"))
        document.data = _build(node, (), document.lines, set())
    except _RefusedError as refused:
        return None, [Problem(file, refused.line, str(refused.text))]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return None, [Problem(file, line, _explain(error, str(text).split("\n")[line - 1 : line]))]
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(text, str) else ""
        message = Text("caractère interdit dans un texte", "character not allowed in a text")
        return None, [Problem(file, before.count("\n") + 1, str(message))]
    except (RecursionError, ValueError, yaml.YAMLError):
        return None, [Problem(file, 1, str(Text("fichier YAML illisible", "unreadable YAML file")))]
    return document, []


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = Text("ce fichier n'est pas en UTF-8", "this file is not in UTF-8")
        raise _RefusedError(line, message) from None


def _refuse_depth(text: str) -> None:
    """Refuse what is nested too deep before it is composed: composing recurses in C, and would end the process."""
    if sum(map(text.count, "[{:?-")) <= SAFE_MARKS:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST + 1:
                raise _too_deep(event.start_mark.line + 1 if event.start_mark else 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(line: int) -> _RefusedError:
    return _RefusedError(line, Text("document trop profond", "document nested too deep"))


def _explain(error: yaml.MarkedYAMLError, lines: list[str]) -> str:
    problem = error.problem or ""
    if "tab character" in problem or ("cannot start any token" in problem and any("\t" in line for line in lines)):
        return str(Text("tabulation : indentez avec des espaces", "tab character: indent with spaces"))
    if "expected a single document" in (error.context or "") + problem:
        return str(Text("un seul document par fichier", "one document a file"))
    return str(Text(f"YAML invalide : {problem}", f"invalid YAML: {problem}"))


def _build(node: Any, path: Path, lines: dict[Path, int], open_nodes: set[int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if len(path) > DEEPEST:
        raise _too_deep(line)
    if id(node) in open_nodes:
        raise _RefusedError(
            line,
            Text("les ancres et alias (&, *) ne sont pas acceptés", "anchors and aliases (&, *) are not accepted"),
        )
    open_nodes.add(id(node))
    if not _NON_CORE.match(node.tag):
        raise _RefusedError(line, Text(f"étiquette inconnue : {node.tag}", f"unknown tag: {node.tag}"))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, open_nodes)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, index), lines, open_nodes) for index, item in enumerate(node.value)]
    return _scalar(node, line)


def _mapping(node: Any, path: Path, lines: dict[Path, int], open_nodes: set[int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _RefusedError(line, Text("une clé est un mot simple", "a key is a plain word"))
        key = key_node.value
        if key == "<<":
            raise _RefusedError(line, Text("la fusion « << » n'est pas acceptée", "the merge key << is not accepted"))
        if key in values:
            raise _RefusedError(line, Text(f"clé en double : {key}", f"duplicate key: {key}"))
        lines[(*path, key)] = line
        values[key] = _build(value_node, (*path, key), lines, open_nodes)
    return values


def _scalar(node: Any, line: int) -> Any:
    value: str = node.value
    if node.style:  # quoted or block: a text
        return value
    if _NULL.match(value):
        return None
    if _BOOL.match(value):
        return value.lower() == "true"
    if _INT.match(value):
        if len(value) > 30:
            raise _RefusedError(line, Text("nombre trop grand", "number too large"))
        return int(value)
    if _FLOAT.match(value):
        return Decimal(value)
    if _DATE.match(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise _RefusedError(line, Text(f"date impossible : {value}", f"impossible date: {value}")) from None
    return value


def paths(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every path of a value with what stands there, parents first."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))
