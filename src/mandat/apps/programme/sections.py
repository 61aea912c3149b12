"""What other apps add to pages of the programme: overdue answers on the home page, contested figures beside a figure.

In ``AppConfig.ready``: ``sections.on_home(function(request) -> markup)``, ``sections.on_why(function(request, code) -> markup)``. Markup is what
``render_to_string`` gives: escaped by its template. Empty where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

Home = Callable[[HttpRequest], str]
Why = Callable[[HttpRequest, str], str]

_HOME: list[Home] = []
_WHY: list[Why] = []


def on_home(function: Home) -> None:
    """Add a section to the home page; the last ones come after the first."""
    if function not in _HOME:
        _HOME.append(function)


def on_why(function: Why) -> None:
    """Add a section to the page that says why a number."""
    if function not in _WHY:
        _WHY.append(function)


def home(request: HttpRequest) -> list[str]:
    return [said for one in _HOME if (said := one(request))]


def why(request: HttpRequest, code: str) -> list[str]:
    return [said for one in _WHY if (said := one(request, code))]
