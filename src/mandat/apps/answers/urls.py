from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.answers.views import public

app_name = "answers"

urlpatterns: list[URLPattern | URLResolver] = [
    path("reponses/", public.duties, name="duties"),
    path("reponses/<str:reference>/", public.duty, name="duty"),
]
