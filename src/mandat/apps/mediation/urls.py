from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.mediation.views import bureau, cases

app_name = "mediation"

urlpatterns: list[URLPattern | URLResolver] = [
    path("mediation/", cases.about, name="about"),
    path("mediation/demander/<slug:process>/<slug:component>/", cases.ask, name="ask"),
    path("mediation/invitation/<str:invitation>/", cases.invitation, name="invitation"),
    path("mes-mediations/", cases.mine, name="mine"),
    path("mes-mediations/<slug:reference>/", cases.case, name="case"),
    path("mes-mediations/<slug:reference>/<slug:act>/", cases.act, name="act"),
    path("bureau/mediation/", bureau.queue, name="bureau"),
    path("bureau/mediation/<slug:reference>/", bureau.name, name="name"),
]
