"""Components of every page. Inputs are the parameters below and the values of ``mandat.web.components``."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mandat.engines.indicators.status import LABELS, Status
from mandat.web import formats, glossary
from mandat.web.charts.path import progress
from mandat.web.components import (
    Card,
    Chart,
    Crumb,
    FactLine,
    Figure,
    Filters,
    Link,
    Page,
    StatusCell,
    Table,
)
from mandat.web.templatetags.formats import say

register = template.Library()
FOLDER = "web/components"


@register.inclusion_tag(f"{FOLDER}/breadcrumb.html")
def breadcrumb(crumbs: Sequence[Crumb]) -> dict[str, Any]:
    """Where the page stands, from the home page down; the last crumb is the page itself."""
    return {"crumbs": crumbs}


@register.simple_tag
def status_word(status: str) -> str:
    """The status in words alone."""
    return str(LABELS[Status(status)])


@register.simple_tag
def status_badge(status: str) -> SafeString:
    """A status as colour, pattern and word. ``status``: a code of ``engines.indicators.status.Status``."""
    return format_html('<span class="status status--{}">{}</span>', Status(status).value, status_word(status))


@register.inclusion_tag(f"{FOLDER}/figure.html")
def figure(figure: Figure, small: bool = False) -> dict[str, Any]:
    """A number in large type with its unit, freshness and the link "pourquoi ce chiffre"."""
    value, unit = ("", "") if figure.value is None else formats.split_quantity(figure.value, figure.unit)
    return {"figure": figure, "value": value, "unit": unit, "small": small}


@register.inclusion_tag(f"{FOLDER}/progress.html")
def progress_path(
    value: Decimal | None,
    goal: Decimal,
    unit: str,
    status: str,
    baseline: Decimal | None = None,
    expected: Decimal | None = None,
) -> dict[str, Any]:
    """The way from the starting point to the goal: where it stands, and where a steady pace would be today."""
    return {
        "svg": mark_safe(  # noqa: S308 - built by our own chart from numbers
            progress(value=value, goal=goal, unit=unit, status=status, baseline=baseline, expected=expected)
        )
    }


@register.inclusion_tag(f"{FOLDER}/pager.html")
def pagination(page: Page) -> dict[str, Any]:
    """Neighbours of a page read by cursor."""
    return {"page": page}


@register.inclusion_tag(f"{FOLDER}/filters.html")
def filters(filters: Filters) -> dict[str, Any]:
    """A plain GET form that narrows a list, and what is in force."""
    return {"filters": filters, "form": filters.form}


@register.inclusion_tag(f"{FOLDER}/table.html")
def table(table: Table) -> dict[str, Any]:
    """A table with its caption; wide ones scroll inside their own box."""
    columns = table.columns
    rows = [
        [
            (cell, columns[rank].right, isinstance(cell, Link), isinstance(cell, StatusCell))
            for rank, cell in enumerate(row)
        ]
        for row in table.rows
    ]
    return {"table": table, "rows": rows}


@register.inclusion_tag(f"{FOLDER}/chart.html")
def chart(chart: Chart, open: bool = False) -> dict[str, Any]:
    """A picture with its caption, and the same data as a table under it."""
    return {"chart": chart, "svg": mark_safe(chart.svg), "open": open}  # noqa: S308 - mandat.web.charts escapes its texts


@register.simple_block_tag
def details(content: str, summary: Any, open: bool = False) -> SafeString:
    """Words that open: ``summary`` always shown, the block inside on demand."""
    return format_html(
        '<details{}><summary>{}</summary><div class="details-body">{}</div></details>',
        mark_safe(" open") if open else "",
        say(summary),
        content,
    )


@register.simple_block_tag
def alert(content: str, kind: str = "info", title: Any = "") -> SafeString:
    """A message beside the text. ``kind``: info, success, warning or error."""
    if kind not in ("info", "success", "warning", "error"):
        raise ValueError(f"not a kind of alert: {kind}")
    heading = format_html('<p class="alert-title">{}</p>', say(title)) if title else ""
    return format_html('<div class="alert alert--{}">{}{}</div>', kind, heading, content)


@register.simple_block_tag
def empty(content: str, title: Any) -> SafeString:
    """What a list says when it has nothing to show, and what to try."""
    return format_html('<div class="empty"><p class="empty-title">{}</p>{}</div>', say(title), content)


@register.inclusion_tag(f"{FOLDER}/field.html")
def field(field: BoundField) -> dict[str, Any]:
    """A form field: label above, help, then the error beside it, tied by ``aria-describedby``."""
    widget: Any = field.field.widget
    # A group of buttons has no label of its own to point at: its own name then tells it from others.
    name = field.id_for_label or field.auto_id
    described = " ".join(
        itertools.chain(
            [f"{name}-help"] if field.help_text else [],
            [f"{name}-error"] if field.errors else [],
        )
    )
    attributes: dict[str, Any] = {}
    if described:
        attributes["aria-describedby"] = described
    if field.errors:
        attributes["aria-invalid"] = "true"
    return {
        "field": field,
        "name": name,
        "control": field.as_widget(attrs=attributes),
        "group": getattr(widget, "use_fieldset", False),
        "single": getattr(widget, "input_type", "") == "checkbox" and not getattr(widget, "allow_multiple_selected", False),
    }  # fmt: skip


@register.inclusion_tag(f"{FOLDER}/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """All errors of a form at its head, each leading to its field."""
    return {"form": form, "wrong": [bound for bound in form if bound.errors], "general": form.non_field_errors()}


@register.inclusion_tag(f"{FOLDER}/facts.html")
def facts(lines: Sequence[FactLine]) -> dict[str, Any]:
    """A list of facts, latest first as given."""
    return {"lines": lines}


@register.inclusion_tag(f"{FOLDER}/cards.html")
def cards(cards: Sequence[Card], level: int = 3) -> dict[str, Any]:
    """Things one can open."""
    return {"cards": cards, "level": level}


@register.simple_tag
def term(code: str, word: str = "") -> SafeString:
    """A word of the trade, leading to its definition in the glossary."""
    entry = glossary.TERMS[code]
    return format_html(
        '<a class="term" href="{}#{}" title="{}">{}</a>',
        glossary.address(),
        code,
        say(entry.definition),
        word or say(entry.label),
    )


@register.simple_tag
def time(value: dt.date) -> SafeString:
    """A day in full, readable by machines."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day(value))
