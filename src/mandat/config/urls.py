"""Addresses: French at the root, English under /en/; each app names its own."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("mandat.apps.publications.urls_machines")),
    path("admin/", admin.site.urls),
]
urlpatterns += i18n_patterns(
    path("", include("mandat.apps.programme.urls")),
    path("", include("mandat.apps.programme.urls_places")),
    path("", include("mandat.apps.publications.urls")),
    path("", include("mandat.apps.rulebook.urls")),
    path("", include("mandat.apps.ledger.urls")),
    path("", include("mandat.apps.custody.urls")),
    path("", include("mandat.apps.organisations.urls")),
    path("", include("mandat.apps.wallets.urls")),
    path("", include("mandat.apps.offers.urls")),
    path("", include("mandat.apps.rights.urls")),
    path("", include("mandat.apps.funds.urls")),
    path("", include("mandat.apps.registers.urls")),
    path("", include("mandat.apps.grants.urls")),
    path("", include("mandat.apps.community.urls")),
    path("", include("mandat.apps.bodies.urls")),
    path("", include("mandat.apps.ballots.urls")),
    path("", include("mandat.apps.answers.urls")),
    path("", include("mandat.apps.meetings.urls")),
    path("", include("mandat.apps.participation.urls")),
    path("", include("mandat.apps.consultations.urls")),
    path("", include("mandat.apps.petitions.urls")),
    path("", include("mandat.apps.budgeting.urls")),
    path("", include("mandat.apps.panels.urls")),
    path("", include("mandat.apps.mediation.urls")),
    path("", include("mandat.apps.desk.urls")),
    path("", include("mandat.apps.imports.urls")),
    path("bureau/", include("mandat.apps.programme.urls_bureau")),
    path("", include("mandat.apps.demonstration.urls")),
    path("compte/", include("mandat.apps.accounts.urls")),
    path("compte/", include("allauth.urls")),
    prefix_default_language=False,
)
