"""Edit one value of a YAML text and leave every other character as it was.

A published file holds comments, blank lines and a layout that its authors chose. ``rewrite`` compares the old and the new
value of a place, and changes the text only where they differ: the span of a scalar, the lines of an
item added or removed. The result is read again: if it does not say exactly what was asked, nothing is changed.

Places are those of ``reading``: tuples of keys and ranks.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

import yaml

from mandat.definitions.reading import Path, read
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: A word that needs no quotes anywhere, block or flow.
_PLAIN = re.compile(r"^[^\W\d_][\w .()’/-]*$")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
#: Blocks of scalars no longer than this stand on one line.
SHORT = 110


class EditError(InputError):
    """The text cannot be edited here without touching more than was asked."""


def rewrite(text: str, place: Path, new: Any) -> str:
    """``text`` with the value at ``place`` made ``new``. Raises EditError where that cannot be done cleanly."""
    document, problems = read(text, file="")
    if document is None:
        raise EditError(Text(*[str(problems[0].message)] * 2))
    try:
        old = _at(document.data, place)
    except (KeyError, IndexError, TypeError):
        raise EditError(Text("cet endroit n'est pas dans le fichier", "this place is not in the file")) from None
    edited = _rewrite(text, place, old, new)
    again, _ = read(edited, file="")
    expected = _put(document.data, place, new)
    if again is None or not same(again.data, expected):
        raise EditError(Text("ce fichier ne peut pas être modifié ici", "this file cannot be edited here"))
    return edited


def same(a: Any, b: Any) -> bool:
    """Whether two values say the same: 1 and Decimal("1.0") do, 1 and true do not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | Decimal) and isinstance(b, int | Decimal):
        return a == b
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and bool(a == b)


def _at(data: Any, place: Path) -> Any:
    for step in place:
        data = data[step]
    return data


def _put(data: Any, place: Path, value: Any) -> Any:
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(data, dict):
        return {**data, step: _put(data[step], rest, value)}
    return [_put(item, rest, value) if rank == step else item for rank, item in enumerate(data)]


def _rewrite(text: str, place: Path, old: Any, new: Any) -> str:
    if same(old, new):
        return text
    if isinstance(old, dict) and isinstance(new, Mapping) and new:
        return _mapping(text, place, old, new)
    if isinstance(old, list) and old and isinstance(new, list | tuple) and new:
        return _sequence(text, place, old, list(new))
    return _replace(text, place, new)


def _mapping(text: str, place: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    for key in old:
        if key in new:
            text = _rewrite(text, (*place, key), old[key], new[key])
    # Added before anything is removed, so that the block never is empty.
    before = ""
    for key in new:
        if key not in old:
            text = _insert_key(text, place, key, new[key], after=before)
        before = key
    for key in old:
        if key not in new:
            text = _remove_key(text, place, key)
    return text


def _sequence(text: str, place: Path, old: Sequence[Any], new: Sequence[Any]) -> str:
    node = _Marks(text).node(place)
    if node.flow_style:
        if len(old) == len(new):
            for rank, (before, after) in enumerate(zip(old, new, strict=True)):
                text = _rewrite(text, (*place, rank), before, after)
            return text
        return _replace(text, place, new)
    matcher = SequenceMatcher(None, [_canonical(x) for x in old], [_canonical(x) for x in new], autojunk=False)
    for tag, i1, i2, j1, j2 in reversed(matcher.get_opcodes()):
        if tag == "equal":
            continue
        shared = min(i2 - i1, j2 - j1)
        for item in reversed(new[j1 + shared : j2]):
            text = _insert_item(text, place, i1 + shared, item)
        for rank in range(i2 - 1, i1 + shared - 1, -1):
            text = _remove_item(text, place, rank)
        for offset in range(shared - 1, -1, -1):
            text = _rewrite(text, (*place, i1 + offset), old[i1 + offset], new[j1 + offset])
    return text


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)


class _Marks:
    """The nodes of a text with their offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = yaml.compose(text, Loader=_Loader)
        self.starts = [0]
        for match in re.finditer("\n", text):
            self.starts.append(match.end())

    def at(self, mark: Any) -> int:
        return (
            min(self.starts[mark.line] + int(mark.column), len(self.text))
            if mark.line < len(self.starts)
            else len(self.text)
        )

    def entry(self, place: Path) -> tuple[Any, Any]:
        """Key node (None for items and the root) and value node of a place."""
        key: Any = None
        node: Any = self.root
        for step in place:
            if isinstance(node, yaml.MappingNode):
                key, node = next((k, v) for k, v in node.value if k.value == step)
            else:
                key, node = None, node.value[step]
        return key, node

    def node(self, place: Path) -> Any:
        return self.entry(place)[1]

    def end(self, node: Any) -> int:
        """Where the content of a node ends: trailing comments and blank lines are not part of it."""
        if isinstance(node, yaml.ScalarNode):
            end = self.at(node.end_mark)
            return end if node.style in ("|", ">") else max(end, self.at(node.start_mark))
        if node.flow_style or not node.value:
            return self.at(node.end_mark)
        last = node.value[-1]
        return self.end(last[1] if isinstance(last, tuple) else last)

    def line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """The start of the next line (or the end of the text)."""
        if offset and self.text[offset - 1] == "\n":  # a block scalar ends with its line
            return offset
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1


def _replace(text: str, place: Path, new: Any) -> str:
    marks = _Marks(text)
    key, node = marks.entry(place)
    start, end = marks.at(node.start_mark), marks.end(node)
    if isinstance(node, yaml.ScalarNode) and not isinstance(new, Mapping | list | tuple):
        said = _scalar(new, node.style)
        return text[:start] + said + ("\n" if text[start:end].endswith("\n") else "") + text[end:]
    flow = _flow(new)
    if key is None or getattr(node, "flow_style", True) or len(flow) <= SHORT:
        head = marks.at(key.end_mark) + 1 if key is not None and not getattr(node, "flow_style", True) else start
        space = " " if head != start else ""
        return text[:head] + space + flow + ("\n" if text[start:end].endswith("\n") else "") + text[end:]
    head = marks.at(key.end_mark) + 1
    indent = int(key.start_mark.column) + 2
    return text[:head] + "\n" + "\n".join(_block(new, indent)) + text[end:]


def _insert_key(text: str, place: Path, key: str, value: Any, *, after: str) -> str:
    marks = _Marks(text)
    node = marks.node(place)
    keys = {k.value: (k, v) for k, v in node.value}
    if node.flow_style:
        said = f"{key}: {_flow(value)}"
        if after in keys:
            offset = marks.end(keys[after][1])
            return f"{text[:offset]}, {said}{text[offset:]}"
        offset = marks.at(node.start_mark) + 1
        return f"{text[:offset]}{said}{', ' if keys else ''}{text[offset:]}"
    first = node.value[0][0]
    indent = int(first.start_mark.column)
    lines = "\n".join(_entry(key, value, indent))
    if after in keys:
        offset = marks.line_end(marks.end(keys[after][1]))
        gap = "" if not offset or text[offset - 1] == "\n" else "\n"
        return f"{text[:offset]}{gap}{lines}\n{text[offset:]}"
    offset = marks.at(first.start_mark)
    return f"{text[:offset]}{lines.lstrip()}\n{' ' * indent}{text[offset:]}"


def _remove_key(text: str, place: Path, key: str) -> str:
    marks = _Marks(text)
    node = marks.node(place)
    rank = next(i for i, (k, _) in enumerate(node.value) if k.value == key)
    name, value = node.value[rank]
    start, end = marks.at(name.start_mark), marks.end(value)
    following = marks.at(node.value[rank + 1][0].start_mark) if rank + 1 < len(node.value) else None
    if node.flow_style:
        if following is not None:
            return text[:start] + text[following:]
        before = marks.end(node.value[rank - 1][1]) if rank else start
        return text[:before] + text[end:]
    line = marks.line_start(start)
    if text[line:start].strip():  # it shares its line with a dash: the next key takes its place
        if following is None:
            return _replace(text, place, {})
        return text[:start] + text[following:]
    return text[:line] + text[marks.line_end(end) :]


def _dash(marks: _Marks, item: Any) -> int:
    """The offset of the dash of an item."""
    start = marks.at(item.start_mark)
    offset = marks.text.rfind("-", 0, start)
    if offset < 0 or marks.text[marks.line_start(offset) : offset].strip():
        raise EditError(Text("cette liste ne peut pas être modifiée ici", "this list cannot be edited here"))
    return offset


def _insert_item(text: str, place: Path, rank: int, item: Any) -> str:
    """Make ``item`` the one at ``rank``."""
    marks = _Marks(text)
    items = marks.node(place).value
    indent = _dash(marks, items[0]) - marks.line_start(_dash(marks, items[0]))
    said = "\n".join(_item(item, indent))
    if rank == 0:
        offset = marks.line_start(_dash(marks, items[0]))
        return f"{text[:offset]}{said}\n{text[offset:]}"
    offset = marks.line_end(marks.end(items[rank - 1]))
    gap = "" if not offset or text[offset - 1] == "\n" else "\n"
    return f"{text[:offset]}{gap}{said}\n{text[offset:]}"


def _remove_item(text: str, place: Path, rank: int) -> str:
    marks = _Marks(text)
    item = marks.node(place).value[rank]
    start = marks.line_start(_dash(marks, item))
    return text[:start] + text[marks.line_end(marks.end(item)) :]


def _scalar(value: Any, style: str | None = None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    said = str(value)
    if style == "'" and "\n" not in said and said.isprintable():
        return "'" + said.replace("'", "''") + "'"
    if not style and _PLAIN.match(said) and said == said.strip() and said.lower() not in _RESERVED:
        return said
    return json.dumps(said, ensure_ascii=False)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    return _scalar(value)


def _simple(value: Any) -> bool:
    """Whether a value may stand on the line of its key."""
    return not isinstance(value, Mapping | list | tuple) or len(_flow(value)) <= SHORT or not value


def _entry(key: str, value: Any, indent: int) -> list[str]:
    if _simple(value):
        return [f"{' ' * indent}{key}: {_flow(value)}"]
    return [f"{' ' * indent}{key}:", *_block(value, indent + 2)]


def _item(value: Any, indent: int) -> list[str]:
    if _simple(value):
        return [f"{' ' * indent}- {_flow(value)}"]
    lines = _block(value, indent + 2)
    return [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]


def _block(value: Any, indent: int) -> list[str]:
    if isinstance(value, Mapping):
        return [line for key, inner in value.items() for line in _entry(str(key), inner, indent)]
    return [line for inner in value for line in _item(inner, indent)]
