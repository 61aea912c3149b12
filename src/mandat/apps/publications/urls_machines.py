"""Addresses that have no language: API, downloads, feeds, well-known files."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
