from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.panels.views import bureau, public, volunteers

app_name = "panels"

urlpatterns: list[URLPattern | URLResolver] = [
    path("panels/", public.panels, name="panels"),
    path("panels/<slug:process>/<slug:component>/", public.panel, name="panel"),
    path("panels/<slug:process>/<slug:component>/quotas/", public.wanted, name="wanted"),
    path("panels/<slug:process>/<slug:component>/composition/", public.composition, name="composition"),
    path("panels/<slug:process>/<slug:component>/vivier.csv", public.pool_csv, name="pool"),
    path("panels/<slug:process>/<slug:component>/quotas.csv", public.quotas_csv, name="quotas"),
    path("panels/<slug:process>/<slug:component>/tirages/<int:rank>/loterie.json", public.lottery_json, name="lottery"),
    path("panels/<slug:process>/<slug:component>/volontaire/", volunteers.volunteer, name="volunteer"),
    path("panels/<slug:process>/<slug:component>/ma-place/", volunteers.seat, name="seat"),
    path("bureau/panels/", bureau.queue, name="bureau"),
    path("bureau/panels/<slug:process>/<slug:component>/", bureau.panel, name="bureau_panel"),
]
