from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.custody import views

app_name = "custody"

urlpatterns: list[URLPattern | URLResolver] = [
    path("vos-donnees/", views.register, name="register"),
    path("vos-donnees/<slug:code>/", views.treatment, name="treatment"),
    path("compte/donnees/", views.mine, name="mine"),
    path("compte/donnees/tout.zip", views.download, name="download"),
    path("compte/donnees/effacer/", views.erase, name="erase"),
    path("pieces/<uuid:pk>/", views.piece, name="piece"),
    path("bureau/conservation/", views.runs, name="retention"),
]
