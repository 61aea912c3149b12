"""What must run every day: apps name their commands, ``mandat manage daily`` runs them all.

An app adds its own in ``AppConfig.ready``: ``daily.register("rights_day")``. A command named here may run twice a day, or after a day
missed, without doing anything twice.
"""

from __future__ import annotations

_COMMANDS: list[str] = []


def register(command: str) -> None:
    """Add a management command, once."""
    if command not in _COMMANDS:
        _COMMANDS.append(command)


def commands() -> tuple[str, ...]:
    """Those registered, in the order of the apps: what depends comes after what it depends on."""
    return tuple(_COMMANDS)
