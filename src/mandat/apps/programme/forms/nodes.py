"""What the form of a definition is made of, and what a type of the schema says of it."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel


@dataclass(slots=True)
class Leaf:
    """One control. ``kind``: text, area, number, date, select, check, checks, lines or yaml."""

    name: str
    label: str
    kind: str
    value: Any = ""
    required: bool = False
    choices: Sequence[tuple[str, str]] = ()
    language: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        return "d-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower())


@dataclass(slots=True)
class Block:
    """Fields under one heading; ``pair`` puts a French and an English text side by side."""

    name: str
    label: str
    children: list[Any] = field(default_factory=list)
    pair: bool = False
    rank: int | None = None
    error: str = ""
    kind: str = "block"

    @property
    def id(self) -> str:
        return "d-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower())


@dataclass(slots=True)
class Items:
    """A list of blocks."""

    name: str
    label: str
    items: list[Block] = field(default_factory=list)
    error: str = ""
    kind: str = "items"

    @property
    def id(self) -> str:
        return "d-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower())


def unwrap(annotation: Any) -> tuple[Any, bool]:
    """The type inside Annotated and Optional, and whether None is allowed."""
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, typing.TypeAliasType if hasattr(typing, "TypeAliasType") else ()):
            annotation = annotation.__value__
        elif origin in (Union, types.UnionType) and type(None) in get_args(annotation):
            rest = [part for part in get_args(annotation) if part is not type(None)]
            optional = True
            if len(rest) != 1:
                return annotation, True
            annotation = rest[0]
        else:
            return annotation, optional


def item_type(annotation: Any) -> Any:
    arguments = [part for part in get_args(annotation) if part is not Ellipsis]
    return unwrap(arguments[0])[0] if arguments else str


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def variants_of(annotation: Any) -> dict[str, type[BaseModel]]:
    """The blocks a list may hold by their ``type``, where it holds blocks of several types; empty elsewhere."""
    if get_origin(annotation) not in (Union, types.UnionType) or not all(map(is_model, get_args(annotation))):
        return {}
    return {
        str(tag): model
        for model in get_args(annotation) if "type" in model.model_fields
        for tag in get_args(model.model_fields["type"].annotation)
    }  # fmt: skip
