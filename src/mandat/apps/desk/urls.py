from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.desk.views import bureau, kits, offline

app_name = "desk"

urlpatterns: list[URLPattern | URLResolver] = [
    path("bureau/carnets/", bureau.carnets, name="carnets"),
    path("bureau/carnets/nouveau/", bureau.prepare, name="prepare"),
    path("bureau/carnets/service.js", offline.worker, name="worker"),
    path("bureau/carnets/<slug:code>/", bureau.carnet, name="carnet"),
    path("bureau/carnets/<slug:code>/hors-ligne/", offline.page, name="offline"),
    path("bureau/carnets/<slug:code>/paquet.json", offline.package, name="package"),
    path("bureau/carnets/<slug:code>/feuillets.csv", bureau.blanks, name="blanks"),
    path("bureau/carnets/<slug:code>/feuillets.pdf", kits.blanks, name="blanks_pdf"),
    path("bureau/carnets/<slug:code>/rapporter/", bureau.bring, name="bring"),
    path("bureau/carnets/<slug:code>/rapprocher/", bureau.reconcile, name="reconcile"),
    path("bureau/carnets/<slug:code>/regler/<int:number>/", bureau.settle, name="settle"),
    path("bureau/carnets/<slug:code>/clore/", bureau.close, name="close"),
    path("bureau/carnets/<slug:code>/perdu/", bureau.lose, name="lose"),
    path("kit/<slug:sort>/<slug:code>/", kits.kit, name="kit"),
    path("kit/<slug:sort>/<slug:code>/<slug:sheet>.pdf", kits.sheet, name="sheet"),
]
