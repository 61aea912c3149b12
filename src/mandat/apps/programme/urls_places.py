"""Addresses of places. Their names are the territory's; their pages show facts, so they live here."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from mandat.apps.programme.views import places

app_name = "territory"

urlpatterns: list[URLPattern | URLResolver] = [
    path("communes/", places.communes, name="communes"),
    re_path(r"^communes/(?P<code>[0-9][0-9AB][0-9]{3})/$", places.commune, name="commune"),
    re_path(r"^epci/(?P<code>[0-9]{9})/$", places.epci, name="epci"),
    re_path(r"^departements/(?P<code>[0-9]{2}|2[AB]|97[0-9])/$", places.departement, name="departement"),
]
