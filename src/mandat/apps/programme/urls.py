from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.programme.views import site
from mandat.web.theme import choose_theme

app_name = "programme"

urlpatterns: list[URLPattern | URLResolver] = [
    path("composants/", site.components, name="components"),
    path("glossaire/", site.glossary, name="glossary"),
    path("apparence/", choose_theme, name="theme"),
]
