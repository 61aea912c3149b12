from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.programme.views import about, facts, home, measures, search, site, why
from mandat.web.theme import choose_theme

app_name = "programme"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("mesures/", measures.measures, name="measures"),
    path("mesures/parcourir/", measures.browse, name="browse"),
    path("mesures/<int:number>/", measures.measure, name="measure"),
    path("mesures/<int:number>/badge.svg", measures.badge, name="badge"),
    path("chapitres/<slug:code>/", measures.chapter, name="chapter"),
    path("engagements/<str:code>/pourquoi/", why.why, name="why"),
    path("faits/", facts.facts, name="facts"),
    path("faits/<int:index>/", facts.fact, name="fact"),
    path("faits/<int:index>/preuve.json", facts.fact_json, name="fact_json"),
    path("statut/", about.status, name="status"),
    path("programme/", about.programme, name="about"),
    path("programme/versions/", about.history, name="history"),
    path("programme/versions/<slug:kind>/<str:code>/", about.history_of, name="history_of"),
    path("donnees/", about.data, name="data"),
    path("accessibilite/", about.accessibility, name="accessibility"),
    path("mentions-legales/", about.legal, name="legal"),
    path("recherche/", search.search, name="search"),
    path("composants/", site.components, name="components"),
    path("glossaire/", site.glossary, name="glossary"),
    path("apparence/", choose_theme, name="theme"),
]
