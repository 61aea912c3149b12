"""An identity provider (FranceConnect, ProConnect, a region's own) from ``MANDAT_OIDC_*`` variables.

``MANDAT_OIDC_URL`` is the provider's address, under which ``/.well-known/openid-configuration`` stands;
``MANDAT_OIDC_ID`` and ``MANDAT_OIDC_SECRET`` are the client's. ``MANDAT_OIDC_NAME`` is shown on the button,
``MANDAT_OIDC_SCOPE`` replaces ``openid email``, ``MANDAT_OIDC_LEVEL`` asks for a level of assurance
(``acr_values``, such as ``eidas1``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def apps(environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """The provider as allauth takes it; nothing where no address is given."""
    url = environment.get("MANDAT_OIDC_URL", "").rstrip("/")
    if not url:
        return []
    parameters = {"acr_values": environment["MANDAT_OIDC_LEVEL"]} if environment.get("MANDAT_OIDC_LEVEL") else {}
    return [
        {
            "provider_id": "oidc",
            "name": environment.get("MANDAT_OIDC_NAME", "ProConnect"),
            "client_id": environment.get("MANDAT_OIDC_ID", ""),
            "secret": environment.get("MANDAT_OIDC_SECRET", ""),
            "settings": {
                "server_url": url,
                "scope": environment.get("MANDAT_OIDC_SCOPE", "openid email").split(),
                "auth_params": parameters,
            },
        }
    ]
