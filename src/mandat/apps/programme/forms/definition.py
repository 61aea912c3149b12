"""A form made from a pydantic schema: what each field asks, what was typed, what is wrong where.

Fields are named by their place in the document: ``goal.value``, ``milestones.0.title.fr``. A list of blocks has a
hidden field ``milestones.#`` that says how many it holds, so that buttons can add and remove without a script.
What no rule below knows is edited as YAML.
"""

from __future__ import annotations

import datetime as dt
import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

import yaml
from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mandat.apps.programme.forms.nodes import Block, Items, Leaf, is_model, item_type, unwrap, variants_of
from mandat.apps.programme.forms.vocabulary import CHOICES, LABELS
from mandat.definitions.editing import same
from mandat.definitions.messages import explain
from mandat.definitions.reading import read
from mandat.definitions.registry import Kind

#: Texts longer than this are typed in a large box.
ONE_LINE = 200
MISSING: Any = object()
#: More items than this in one list is no form's work.
MOST = 200

Choices = Callable[[str], Sequence[tuple[str, str]] | None]


def _fields(model: type[BaseModel], without: Sequence[str] = ()) -> Iterator[tuple[str, FieldInfo]]:
    """The fields of a model, by the names that documents use (``from``, not ``from_``)."""
    return ((info.alias or name, info) for name, info in model.model_fields.items() if name not in without)


def _label(name: str) -> str:
    return str(LABELS.get(name, name.replace("_", " ")))


class DefinitionForm:
    """The form of one definition: ``data`` is its document's plain value, inner definitions aside."""

    def __init__(self, kind: Kind, data: Mapping[str, Any], choices: Choices = lambda name: None) -> None:
        self.kind = kind
        self.own = [name for name in kind.model.model_fields if name not in kind.children]
        self.data = {name: value for name, value in data.items() if name in self.own}
        self.errors: dict[str, str] = {}
        self.general: list[str] = []
        self._choices = choices
        self._names: dict[str, Any] = {}

    # What is shown

    def tree(self) -> list[Any]:
        """The fields with their values and errors, to be shown."""
        self._names = {}
        return [
            self._node(info.annotation, name, name, self.data.get(name, MISSING), info.is_required(), info)
            for name, info in _fields(self.kind.model, tuple(self.kind.children))
        ]

    def summary(self) -> list[tuple[str, str, str]]:
        """Errors at the head: identifier of the field, its label, what is wrong."""
        if not self._names:
            self.tree()
        return [
            (self._names[name].id, self._names[name].label, message) for name, message in self.errors.items()
            if name in self._names
        ]  # fmt: skip

    def _keep(self, node: Any) -> Any:
        node.error = self.errors.get(node.name, "")
        self._names[node.name] = node
        return node

    def _node(
        self, annotation: Any, name: str, field_name: str, value: Any, required: bool, info: FieldInfo | None = None
    ) -> Any:
        inner, optional = unwrap(annotation)
        required = required and not optional
        if value is MISSING and info is not None and not info.is_required() and info.default is not PydanticUndefined:
            value = info.default
        if value is MISSING or value is None:
            value = None
        label = _label(field_name)
        if is_model(inner):
            return self._block(inner, name, label, value)
        if get_origin(inner) in (tuple, list):
            item = item_type(inner)
            variants = variants_of(item)
            if is_model(item) or variants:
                given = list(value) if isinstance(value, list | tuple) else []
                items = [
                    self._part(item, variants, f"{name}.{i}", f"{label} {i + 1}", part, i)
                    for i, part in enumerate(given)
                ]
                return self._keep(Items(name, label, items))
            return self._keep(self._list_leaf(item, name, field_name, label, value, required))
        return self._keep(self._leaf(inner, name, field_name, label, value, required, info))

    def _part(
        self, item: Any, variants: Mapping[str, type[BaseModel]], name: str, label: str, value: Any, rank: int
    ) -> Block:
        """One block of a list; where its type is still to be chosen, nothing but that choice."""
        if not variants:
            return self._block(item, name, label, value, rank)
        told = str(value.get("type", "")) if isinstance(value, Mapping) else ""
        if told in variants:
            return self._block(variants[told], name, label, value, rank)
        block = self._keep(Block(name, label, rank=rank))
        known = CHOICES.get("type", {})
        options = [("", "–"), *((tag, str(known.get(tag, tag))) for tag in variants)]
        block.children.append(self._keep(Leaf(f"{name}.type", _label("type"), "select", "", True, options)))
        return typing.cast(Block, block)

    def _block(self, model: type[BaseModel], name: str, label: str, value: Any, rank: int | None = None) -> Block:
        given = value if isinstance(value, Mapping) else {}
        pair = set(model.model_fields) == {"fr", "en"}
        block = self._keep(Block(name, label, pair=pair, rank=rank))
        for inner_name, info in _fields(model):
            node = self._node(
                info.annotation, f"{name}.{inner_name}", inner_name, given.get(inner_name, MISSING), info.is_required(),
                info,
            )  # fmt: skip
            if pair:
                node.language = inner_name
                language = _("in French") if inner_name == "fr" else _("in English")
                node.label = f"{label}, {language}"
            block.children.append(node)
        return typing.cast(Block, block)

    def _options(self, item: Any, field_name: str) -> Sequence[tuple[str, str]]:
        if get_origin(item) is Literal:
            known = CHOICES.get(field_name, {})
            return [(str(part), str(known.get(part, part)) if part != "" else "–") for part in get_args(item)]
        return self._choices(field_name) or ()

    def _list_leaf(self, item: Any, name: str, field_name: str, label: str, value: Any, required: bool) -> Leaf:
        given = [str(part) for part in value] if isinstance(value, list | tuple) else []
        options = self._options(item, field_name)
        if options:
            stray = [(part, part) for part in given if part not in dict(options)]
            return Leaf(name, label, "checks", given, required, [*options, *stray])
        return Leaf(name, label, "lines", "\n".join(given), required)

    def _leaf(
        self, inner: Any, name: str, field_name: str, label: str, value: Any, required: bool, info: FieldInfo | None
    ) -> Leaf:
        options = self._options(inner, field_name)
        said = "" if value is None else _said(value)
        if options:
            if said not in dict(options):
                options = [(said, said or "–"), *options]
            if not required and "" not in dict(options):
                options = [("", "–"), *options]
            return Leaf(name, label, "select", said, required, options)
        if inner is bool:
            return Leaf(name, label, "check", value is True, False)
        if inner is str:
            return Leaf(name, label, "area" if _longest(info) > ONE_LINE else "text", said, required)
        if inner in (int, Decimal):
            return Leaf(name, label, "number", said, required)
        if inner is dt.date:
            return Leaf(name, label, "date", said, required)
        shown = said if isinstance(value, str) or value is None else yaml.safe_dump(_plain(value), allow_unicode=True)
        return Leaf(name, label, "yaml", shown, required)

    # What was typed

    def read(self, post: QueryDict) -> None:
        """Take what was typed; what an untouched default would add is left out, as it was."""
        old = self.data
        new: dict[str, Any] = {}
        for name, info in _fields(self.kind.model, tuple(self.kind.children)):
            value = self._typed(info.annotation, name, name, post, info.is_required(), old.get(name, MISSING), info)
            if value is not MISSING:
                new[name] = value
        self.data = new

    def _typed(
        self, annotation: Any, name: str, field_name: str, post: QueryDict, required: bool, old: Any,
        info: FieldInfo | None,
    ) -> Any:  # fmt: skip
        inner, _optional = unwrap(annotation)
        value = self._typed_value(inner, name, field_name, post, old)
        default = info.default if info is not None and not info.is_required() else PydanticUndefined
        if old is MISSING and default is not PydanticUndefined:
            empty = value is MISSING or value in ("", [], {})
            if empty or same(value, list(default) if isinstance(default, tuple) else default):
                return MISSING
        if old is None and value is MISSING:
            return None  # written as null in the file: it stays so
        if value in ([], {}) and not required and value != old:
            return MISSING
        return value

    def _typed_value(self, inner: Any, name: str, field_name: str, post: QueryDict, old: Any) -> Any:
        if is_model(inner):
            return self._typed_block(inner, name, post, old)
        if get_origin(inner) in (tuple, list):
            return self._typed_list(inner, name, field_name, post, old)
        text = post.get(name, "").replace("\r\n", "\n").strip()
        if inner is bool:
            return name in post
        if not text:
            return "" if old == "" else MISSING
        if inner in (int, Decimal):
            return _number(text)
        if inner is dt.date:
            return _day(text)
        if get_origin(inner) is Literal:
            return next((part for part in get_args(inner) if str(part) == text), text)
        if inner is str or self._options(inner, field_name):
            return old if isinstance(old, str) and old.strip() == text else text
        document, _problems = read(text, file="")
        return document.data if document is not None else text

    def _typed_block(self, model: type[BaseModel], name: str, post: QueryDict, old: Any) -> Any:
        given = old if isinstance(old, Mapping) else {}
        found: dict[str, Any] = {}
        for inner_name, info in _fields(model):
            value = self._typed(
                info.annotation, f"{name}.{inner_name}", inner_name, post, info.is_required(),
                given.get(inner_name, MISSING), info,
            )  # fmt: skip
            if value is not MISSING:
                found[inner_name] = value
        # A block that is not there is not made by the empty lists of its form.
        there = isinstance(old, Mapping)
        return found if there or any(value not in ([], {}) for value in found.values()) else MISSING

    def _typed_list(self, inner: Any, name: str, field_name: str, post: QueryDict, old: Any) -> Any:
        item = item_type(inner)
        given = list(old) if isinstance(old, list | tuple) else []
        variants = variants_of(item)
        if is_model(item) or variants:
            said = post.get(f"{name}.#", "0")
            count = min(int(said), MOST) if said.isdigit() else 0
            blocks = []
            for i in range(count):
                model = variants.get(post.get(f"{name}.{i}.type", ""), None) if variants else item
                old_part = given[i] if i < len(given) else MISSING
                blocks.append({} if model is None else self._typed_block(model, f"{name}.{i}", post, old_part))
            return [{} if block is MISSING else block for block in blocks]
        if self._options(item, field_name):
            ticked = post.getlist(name)
            known = [str(part) for part in given]
            # Those that stood keep their order; new ones follow.
            parts = [part for part in known if part in ticked] + [part for part in ticked if part not in known]
        else:
            parts = [line.strip() for line in post.get(name, "").splitlines() if line.strip()]
        read_part = _number if item in (int, Decimal) else _day if item is dt.date else str
        return [read_part(part) for part in parts]

    def change(self, operation: str) -> None:
        """Add or remove a block: ``add:milestones``, ``remove:milestones.2``."""
        verb, _colon, place = operation.partition(":")
        steps: list[str | int] = [int(step) if step.isdigit() else step for step in place.split(".")]
        target: Any = self.data
        for step in steps[:-1]:
            if isinstance(target, dict):
                target = target.setdefault(step, {})
            elif isinstance(target, list) and isinstance(step, int) and step < len(target):
                target = target[step]
            else:
                return
        last = steps[-1]
        if verb == "add" and isinstance(target, dict) and isinstance(last, str):
            listed = target.setdefault(last, [])
            if isinstance(listed, list) and len(listed) < MOST:
                listed.append({})
        elif verb == "remove" and isinstance(target, list) and isinstance(last, int) and last < len(target):
            target.pop(last)

    # What is wrong

    def check(self, whole: Mapping[str, Any]) -> bool:
        """Validate ``whole`` (the document with its inner definitions). Errors go to their fields."""
        try:
            self.kind.model.model_validate(dict(whole))
        except ValidationError as error:
            self.tree()
            for entry in error.errors(include_url=False, include_input=False):
                if entry["loc"] and entry["loc"][0] in self.kind.children:
                    continue
                self.wrong([str(step) for step in entry["loc"]], explain(entry))
        return not self.errors and not self.general

    def wrong(self, steps: Sequence[str], message: str) -> None:
        """Put a message at the field, or at the nearest one around it, or at the head."""
        if not self._names:
            self.tree()
        # Of blocks of several types, the place of an error names the type too: the form does not.
        steps = [
            step for rank, step in enumerate(steps)
            if not (rank and steps[rank - 1].isdigit() and ".".join(steps[: rank + 1]) not in self._names)
        ]  # fmt: skip
        for length in range(len(steps), 0, -1):
            name = ".".join(steps[:length])
            if name in self._names:
                self.errors.setdefault(name, message)
                return
        self.general.append(message)


def _said(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


def _longest(info: FieldInfo | None) -> int:
    found = [getattr(rule, "max_length", None) for rule in (info.metadata if info is not None else ())]
    return max((n for n in found if n), default=ONE_LINE)


def _number(text: str) -> Any:
    said = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    if re.fullmatch(r"-?[0-9]{1,20}", said):
        return int(said)
    return Decimal(said) if re.fullmatch(r"-?[0-9]{1,20}\.[0-9]{1,12}", said) else text


def _day(text: str) -> Any:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text
