"""What a carnet can collect: each kind of entry has an adapter that says what to ask, whether an entry may be taken, and takes it.

Apps above or beside register theirs (``register``); those of this app's own layers below are registered when it starts.
"""

from mandat.apps.desk.adapters.registry import (
    Adapter,
    Conflict,
    Context,
    Field,
    Refusal,
    Target,
    Window,
    adapter_of,
    adapters,
    register,
)

__all__ = [
    "Adapter",
    "Conflict",
    "Context",
    "Field",
    "Refusal",
    "Target",
    "Window",
    "adapter_of",
    "adapters",
    "register",
]
