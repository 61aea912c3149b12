from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.participation.views import processes

app_name = "participation"

urlpatterns: list[URLPattern | URLResolver] = [
    path("participer/", processes.processes, name="list"),
    path("participer/<slug:process>/", processes.process, name="process"),
    path("participer/<slug:process>/calendrier.ics", processes.calendar, name="calendar"),
    path("participer/<slug:process>/regles/", processes.rules, name="rules"),
    path("participer/<slug:process>/prendre-part/", processes.join, name="join"),
    path("participer/<slug:process>/<slug:component>/", processes.component, name="component"),
]
