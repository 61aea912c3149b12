"""Reports of the engines as one HTML file each: accessible, no script, nothing fetched.

A report template extends ``base.html.jinja`` and fills its ``main`` block. Values are
escaped; SVG made by our own templates is passed as ``markupsafe.Markup``.
Knows no web framework, so that the command line can use it alone.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mandat import __version__
from mandat.kernel.text import Text, current_language


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mandat.web", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["tr"] = lambda fr, en: str(Text(fr, en))
    environment.filters["number"] = lambda value, digits=2: format_decimal(
        value, format="#,##0." + "#" * digits if digits else "#,##0", locale=current_language()
    )
    environment.filters["percent"] = lambda value, digits=1: format_percent(
        value,
        format="#,##0." + "#" * digits + ("\u202f%" if current_language() == "fr" else "%"),
        locale=current_language(),
    )
    return environment


@cache
def _style(package: str, *path: str) -> Markup:
    return Markup(files(package).joinpath(*path).read_text("utf-8"))  # noqa: S704 - our own stylesheet


def render_report(template: str, *, title: str, **values: object) -> str:
    """One HTML page from ``reports/<template>`` in the current language."""
    return (
        _environment()
        .get_template(template)
        .render(
            title=title,
            language=current_language(),
            version=__version__,
            tokens=_style("mandat.web", "static", "mandat", "tokens.css"),
            styles=_style("mandat.web", "reports", "report.css"),
            **values,
        )
    )
