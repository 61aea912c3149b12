"""System checks: a site in service has keys of its own."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from mandat.apps.custody.keys import keyring

SETTINGS = ("MANDAT_CUSTODY_KEYS", "MANDAT_CUSTODY_INDEX_KEYS")


@checks.register(checks.Tags.security)
def keys_are_given(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Every keyring can be read, and none is the published one where that is not allowed."""
    errors: list[checks.CheckMessage] = []
    for number, setting in enumerate(SETTINGS, 1):
        try:
            keyring(setting)
        except ImproperlyConfigured as error:
            errors.append(checks.Error(str(error), hint="See docs/custody.md.", id=f"custody.E00{number}"))
    return errors
