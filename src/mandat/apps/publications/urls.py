from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path
from django.views.generic import RedirectView

from mandat.apps.publications.views import api_page, files, follow, machines

app_name = "publications"

TABLE = r"(?P<table>measures|commitments|communes|areas|bodies|definitions|subventions)"

urlpatterns: list[URLPattern | URLResolver] = [
    path("programme.pdf", files.programme_pdf, name="programme_pdf"),
    path("donnees/faits.<slug:form>", files.facts_export, name="facts_export"),
    re_path(rf"^donnees/{TABLE}\.(?P<form>csv|jsonl|parquet|xlsx)$", files.table_export, name="table_export"),
    path("donnees/measures.<slug:form>", files.table_export, {"table": "measures"}, name="measures_export"),
    path("donnees/catalogue.jsonld", machines.catalogue, name="catalogue"),
    path("donnees/dataset.jsonld", machines.dataset, name="dataset"),
    path("journal/checkpoint", machines.journal_file, name="checkpoint"),
    path("journal/<path:path>", machines.journal_file, name="journal_file"),
    path("engagements/<str:code>/recalcul.zip", files.commitment_proof, name="commitment_proof"),
    path("engagements/<str:code>/faits.<slug:form>", files.commitment_facts, name="commitment_facts"),
    path("api/", api_page.api, name="api"),
    path("suivre/", follow.follow, name="follow"),
    # Old addresses: what is followed is asked of community.
    path("suivre/mes-alertes/", RedirectView.as_view(pattern_name="community:mine", permanent=True)),
    path(
        "suivre/area/<slug:prefix>:<str:code>/", RedirectView.as_view(pattern_name="community:target", permanent=True)
    ),
    path("suivre/flux/", follow.feeds, name="feeds"),
    path("flux/tout.atom", follow.feed, name="feed"),
    path("flux/appels.atom", follow.calls_atom, name="calls_feed"),
    path("agenda/appels.ics", follow.calls_ics, name="calls_calendar"),
    path("donnees/aides/<slug:code>.jsonld", machines.aid, name="aid_jsonld"),
    path("flux/mesures/<int:code>.atom", follow.feed, {"sort": "measure"}, name="measure_feed"),
    path("flux/chapitres/<slug:code>.atom", follow.feed, {"sort": "chapter"}, name="chapter_feed"),
    path("flux/instances/<slug:code>.atom", follow.feed, {"sort": "body"}, name="body_feed"),
    path("flux/territoires/<str:code>.atom", follow.feed, {"sort": "area"}, name="area_feed"),
    path("agenda/tout.ics", follow.calendar, name="calendar"),
    path("agenda/mesures/<int:code>.ics", follow.calendar, {"sort": "measure"}, name="measure_calendar"),
    path("agenda/chapitres/<slug:code>.ics", follow.calendar, {"sort": "chapter"}, name="chapter_calendar"),
    path("agenda/instances/<slug:code>.ics", follow.calendar, {"sort": "body"}, name="body_calendar"),
]
