"""Addresses that have no language: API, well-known files, schemas."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mandat.apps.publications.views import machines

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(("mandat.apps.publications.api.http", "api-v1"))),
    path("schemas/<slug:name>.json", machines.schema, name="table_schema"),
    path(".well-known/security.txt", machines.security, name="security"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
]
