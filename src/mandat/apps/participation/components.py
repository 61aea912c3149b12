"""Who runs each type of component: apps say so when they start, and the page of a process leads to them.

``register`` in ``AppConfig.ready``. ``url`` gives the component's own page; ``summary`` what its card says: figures alone, each a pair of a
label and a value, from counters that are kept, never counted anew at each visit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mandat.apps.participation.definitions import PublishedProcess

Figures = Sequence[tuple[Any, str]]


@dataclass(frozen=True, slots=True)
class Runner:
    """What an app does for a type of component of a process."""

    type: str
    label: Any
    url: Callable[[PublishedProcess, Any], str]
    summary: Callable[[PublishedProcess, Any], Figures]


_RUNNERS: dict[str, Runner] = {}


def register(runner: Runner) -> None:
    """Have a type of component run by an app; the last one said counts."""
    _RUNNERS[runner.type] = runner


def runner_of(type_: str) -> Runner | None:
    """Who runs a type, or None where this site has nobody for it."""
    return _RUNNERS.get(type_)
