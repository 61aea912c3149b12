"""System checks: a site in service has keys of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from mandat.apps.custody import antivirus, blobs
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
    try:
        antivirus.address(getattr(settings, "MANDAT_CLAMD", ""))
    except ImproperlyConfigured as error:
        errors.append(checks.Error(str(error), id="custody.E005"))
    served = [Path(root).resolve() for root in (settings.MEDIA_ROOT, settings.STATIC_ROOT) if root]
    kept = blobs.folder().resolve()
    if any(root == kept or root in kept.parents for root in served):
        errors.append(checks.Error("MANDAT_CUSTODY_ROOT lies under a folder that is served", id="custody.E006"))
    return errors
