"""What other apps do when an answer is given: ``hooks.on_answered(function)``, called as ``function(duty, answer)`` in its transaction."""

from __future__ import annotations

from collections.abc import Callable

from mandat.apps.answers.models import Answer, Duty

Hook = Callable[[Duty, Answer], None]
_HOOKS: list[Hook] = []


def on_answered(function: Hook) -> Hook:
    """Have ``function`` called for every answer, amendments too. Usable as a decorator."""
    if function not in _HOOKS:
        _HOOKS.append(function)
    return function


def answered(duty: Duty, answer: Answer) -> None:
    for function in _HOOKS:
        function(duty, answer)
