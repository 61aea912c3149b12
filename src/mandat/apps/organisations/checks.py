"""System checks: registers are set up as they can be asked."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from mandat.apps.organisations.registers import register


@checks.register()
def registers_are_set_up(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Addresses are in HTTPS, or on this machine."""
    try:
        register()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), hint="See docs/organisations.md.", id="organisations.E001")]
    return []
