"""Start Django for the commands that need the database."""

from __future__ import annotations

import os


def start(default_settings: str = "mandat.config.settings.dev") -> None:
    """Set Django up once, with the settings of the environment or ``default_settings``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", default_settings)
    import django  # deferred: `mandat --help` and `mandat check` must not pay for it
    from django.conf import settings

    django.setup()
    settings.VAR.mkdir(parents=True, exist_ok=True)
