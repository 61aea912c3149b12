"""Where inside a file a place of a text stands: line 2, column 5 of a formula as line and column of its YAML file."""

from __future__ import annotations

from typing import Any

import yaml

from mandat.definitions.reading import Path

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def position(text: str, place: Path, line: int, column: int) -> tuple[int, int]:
    """The line and column (from 1) in the file ``text`` of a place inside the scalar at ``place``.

    ``line`` and ``column`` count from 1 inside the scalar's value. Where the value is folded or escaped, so
    that columns cannot be told, the place is where the scalar begins.
    """
    node: Any = yaml.compose(text, Loader=_Loader)
    for step in place:
        found = _inside(node, step)
        if found is None:
            break
        node = found
    start = node.start_mark
    if not isinstance(node, yaml.ScalarNode):
        return start.line + 1, start.column + 1
    if node.style in ("|", ">"):
        lines = text.split("\n")
        first = start.line + 1
        # A block scalar keeps its lines (a folded one keeps those that matter here); blank ones may come first.
        while first < len(lines) and not lines[first].strip():
            first += 1
        here = first + line - 1
        if here >= len(lines) or (node.style == ">" and line > 1):
            return start.line + 1, start.column + 1
        indent = len(lines[first]) - len(lines[first].lstrip(" "))
        return here + 1, indent + column
    quoted = 1 if node.style else 0
    if (
        line > 1
        or node.start_mark.line != node.end_mark.line
        or (node.style == '"' and "\\" in text[start.index : node.end_mark.index])
    ):
        return start.line + 1, start.column + 1
    doubled = node.value[: column - 1].count("'") if node.style == "'" else 0
    return start.line + 1, start.column + quoted + doubled + column


def _inside(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None
