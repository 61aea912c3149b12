"""Loads the permission table into Django's permission system at start."""

from mandat.apps.accounts import permissions  # noqa: F401
