from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.funds.views import bureau, public

app_name = "funds"

urlpatterns: list[URLPattern | URLResolver] = [
    path("argent/", public.board, name="board"),
    path("bureau/enveloppes/", bureau.envelopes, name="bureau"),
    path("bureau/enveloppes/nouvelle/", bureau.new, name="new"),
    path("bureau/enveloppes/<slug:code>/", bureau.envelope, name="envelope"),
]
