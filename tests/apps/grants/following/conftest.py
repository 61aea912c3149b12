"""The desk's trial schemes, published."""

from __future__ import annotations

from tests.apps.grants.desk.conftest import french, programme

__all__ = ["french", "programme"]
