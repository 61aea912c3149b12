from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.grants.views import public
from mandat.apps.grants.views.applicant.routes import patterns as applicant
from mandat.apps.grants.views.bureau.routes import patterns as bureau
from mandat.apps.grants.views.committee.routes import patterns as committee
from mandat.apps.grants.views.following.routes import patterns as following

app_name = "grants"

urlpatterns: list[URLPattern | URLResolver] = [
    path("aides/", public.directory, name="directory"),
    path("aides/conditions/<slug:code>/", public.condition, name="condition"),
    path("aides/<slug:code>/", public.scheme, name="scheme"),
    *applicant,
    *bureau,
    *following,
    *committee,
]
