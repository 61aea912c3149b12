from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.imports import views

app_name = "imports"

urlpatterns: list[URLPattern | URLResolver] = [
    path("bureau/imports/", views.runs, name="list"),
    path("bureau/imports/nouveau/", views.new, name="new"),
    path("bureau/imports/<int:pk>/", views.run, name="run"),
    path("bureau/imports/<int:pk>/enregistrer/", views.record, name="record"),
    path("bureau/imports/<int:pk>/oublier/", views.discard, name="discard"),
    path("bureau/imports/<int:pk>/refus.csv", views.refused, name="refused"),
]
