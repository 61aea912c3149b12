"""One page of a form: the controls of a section, and what was typed in them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from mandat.apps.grants.forms.questions import Asked, read, said
from mandat.apps.grants.schema.form import Section
from mandat.apps.grants.sheets import Sheet
from mandat.apps.rulebook.asking import Control, WrongAnswerError, control, parts, typed_in
from mandat.web.templatetags.formats import say

#: What a browser may fill in, and how a keyboard shows, by type.
_INPUTS: Mapping[str, tuple[str, str, str]] = {
    "text": ("text", "", "off"),
    "email": ("email", "email", "email"),
    "phone": ("tel", "tel", "tel"),
    "siret": ("text", "numeric", "off"),
    # Text: a browser would refuse an address written without its https://, which is added here.
    "web-address": ("text", "url", "url"),
}
_MARK = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Box:
    """One field on a page. ``ruled`` is the rulebook's control where the field has one; else the box is drawn from the rest."""

    asked: Asked
    name: str
    question: str
    help: str = ""
    ruled: Control | None = None
    value: str = ""
    chosen: tuple[str, ...] = ()
    error: str = ""
    #: What another page saved meanwhile, in words.
    meanwhile: str = ""
    found: str = ""

    @property
    def id(self) -> str:
        return "q-" + _MARK.sub("-", self.name.lower()).strip("-")

    @property
    def focus(self) -> str:
        """The identifier an error leads to."""
        if self.ruled is not None:
            return self.ruled.focus
        return f"{self.id}-1" if self.asked.type == "choices" else self.id

    @property
    def described(self) -> str:
        ids = [f"{self.id}-help"] if self.help or self.hint else []
        return " ".join([*ids, f"{self.id}-error"] if self.error else ids)

    @property
    def hint(self) -> str:
        if self.asked.type == "siret":
            return _("14 figures.")
        if self.asked.type == "choices":
            return _("Several answers are possible.")
        return ""

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(one.code, say(one.label)) for one in self.asked.question.choices]

    @property
    def input(self) -> tuple[str, str, str]:
        return _INPUTS.get(self.asked.type, ("text", "", "off"))

    @property
    def rows(self) -> int:
        return 4 if self.asked.longest <= 1000 else 8


@dataclass(slots=True)
class Page:
    """What a section shows. ``groups`` are its boxes, one list a row where it repeats; ``errors`` lead to their fields."""

    section: Section
    groups: list[list[Box]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        return [(box.focus, box.question, box.error) for boxes in self.groups for box in boxes if box.error]

    @property
    def given(self) -> dict[str, Any]:
        """The answers of the page that hold, as ``case_save`` takes them."""
        return {self.section.code: self.rows} if self.section.repeats is not None else self.values


def shown(sheet: Sheet, section: Section, *, only: frozenset[str] | None = None) -> Page:
    """The section with the answers kept. ``only`` narrows to some fields (a completion)."""
    page = Page(section)
    fields = _fields(sheet, section, only)
    if section.repeats is None:
        page.groups = [[_box(one, one.name, value=sheet.answers.get(one.name)) for one in fields]]
        return page
    for rank, row in enumerate(sheet.rows(section) or [{}]):
        page.groups.append([_box(one, _row_name(section, rank, one), value=row.get(one.name)) for one in fields])
    return page


def _fields(sheet: Sheet, section: Section, only: frozenset[str] | None) -> list[Asked]:
    fields = sheet.fields(section)
    return fields if only is None else [one for one in fields if one.name in only]


def _row_name(section: Section, rank: int, one: Asked) -> str:
    return f"{section.code}-{rank}-{one.name}"


def blank(sheet: Sheet, section: Section, rank: int) -> list[Box]:
    """The boxes of one more row."""
    return [_box(one, _row_name(section, rank, one)) for one in sheet.fields(section)]


def typed(
    sheet: Sheet, section: Section, post: QueryDict, *, as_of: dt.date, only: frozenset[str] | None = None
) -> Page:
    """What was sent for a section: answers that hold in ``given``, every word typed in its box, errors beside."""
    page = Page(section)
    fields = _fields(sheet, section, only)
    if section.repeats is None:
        boxes = []
        for one in fields:
            box, value, wrong = _read(one, one.name, post, as_of)
            boxes.append(box)
            if not wrong:
                page.values[one.name] = value
        page.groups = [boxes]
        return page
    kept = sheet.rows(section)
    for rank in _ranks(section, post):
        boxes, row = [], {}
        for one in fields:
            box, value, wrong = _read(one, _row_name(section, rank, one), post, as_of)
            boxes.append(box)
            if not wrong:
                row[one.name] = value
            elif rank < len(kept) and one.name in kept[rank]:
                row[one.name] = kept[rank][one.name]  # what was there stays until it is put right
        page.groups.append(boxes)
        page.rows.append({name: value for name, value in row.items() if value not in (None, "", [])})
    return page


def _ranks(section: Section, post: QueryDict) -> range:
    """Rows sent: as many as the page said it showed, never more than the section takes."""
    text = post.get("rows", "")
    count = int(text) if text.isdecimal() and len(text) <= 4 else 0
    return range(min(count, section.repeats or 0))


def _read(one: Asked, name: str, post: QueryDict, as_of: dt.date) -> tuple[Box, Any, bool]:
    sent = sent_for(one, name, post)
    try:
        return _box(one, name, typed=sent), read(one, sent, as_of=as_of), False
    except WrongAnswerError as error:
        return _box(one, name, typed=sent, error=str(error), options=error.options), None, True


def sent_for(one: Asked, name: str, post: QueryDict) -> dict[str, Any]:
    """What the form sent for one field, bounded: what is far too long for it is cut just past its bound, and so refused."""
    if one.given is not None:
        return dict(typed_in(post, name))
    if one.type == "choices":
        return {"several": [code[:60] for code in post.getlist(name)[:200]]}
    return {"": post.get(name, "")[: one.longest + 20_000]}


def _box(
    one: Asked, name: str, *, value: Any = None, typed: Mapping[str, Any] | None = None, error: str = "",
    options: Sequence[tuple[str, str]] = (),
) -> Box:  # fmt: skip
    question = say(one.label)
    if not one.question.required:
        question = _("%(question)s (optional)") % {"question": question.rstrip(" ?\u00a0\u202f")}
    help_text = say(one.help) if one.help else ""
    if one.given is not None:
        made = control(
            one.given, name, value=value, typed=typed, error=error, options=options, required=one.question.required
        )
        if typed is None and one.type == "money":
            made.typed = _euros(one, value)
        made.question = question
        return Box(one, name, question, help_text, ruled=made, error=error)
    box = Box(one, name, question, help_text, error=error)
    if one.type == "choices":
        box.chosen = tuple(typed["several"]) if typed is not None else tuple(value or ())
    elif typed is not None:
        box.value = str(typed.get("", ""))
    else:
        box.value = said(one, value) if one.type in ("siret", "phone") else str(value or "")
    return box


def one_box(
    one: Asked, *, value: Any = None, typed: Mapping[str, Any] | None = None, error: str = "", options: Sequence[tuple[str, str]] = (),
) -> Box:  # fmt: skip
    """A field by itself, under its own name."""
    return _box(one, one.name, value=value, typed=typed, error=error, options=options)


def _euros(one: Asked, value: Any) -> dict[str, str]:
    """Cents where there are some, as they were typed."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return {}
    assert one.given is not None
    return parts(one.given, format(exact.normalize(), "f") if exact == exact.to_integral_value() else str(value))


def mark_meanwhile(page: Page, sheet: Sheet) -> None:
    """Beside each answer that differs from what another page saved, say what was saved."""
    for rank, boxes in enumerate(page.groups):
        rows = sheet.rows(page.section) if page.section.repeats is not None else [sheet.answers]
        kept = rows[rank] if rank < len(rows) else {}
        mine = page.rows[rank] if page.section.repeats is not None and rank < len(page.rows) else page.values
        for box in boxes:
            if mine.get(box.asked.name) != kept.get(box.asked.name):
                box.meanwhile = said(box.asked, kept.get(box.asked.name)) or _("nothing")
