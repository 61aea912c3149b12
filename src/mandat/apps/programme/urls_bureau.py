"""Addresses of the back office."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.programme.views.bureau import acts, commitments, definitions, facts, publications, queue, tasks

app_name = "bureau"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", tasks.tasks, name="tasks"),
    path("engagements/", commitments.commitments, name="commitments"),
    path("engagements/<str:code>/realisation/", acts.output, name="output"),
    path("engagements/<str:code>/observation/", acts.observation, name="observation"),
    path("engagements/<str:code>/jalon/", acts.milestone, name="milestone"),
    path("engagements/<str:code>/suspendre/", acts.suspension, name="suspension"),
    path("engagements/<str:code>/reprendre/", acts.resumption, name="resumption"),
    path("decision/", acts.decision, name="decision"),
    path("a-confirmer/", queue.queue, name="queue"),
    path("a-confirmer/confirmer/", queue.confirm, name="confirm"),
    path("a-confirmer/<int:pk>/", queue.declaration, name="declaration"),
    path("a-confirmer/<int:pk>/preuve/", queue.evidence, name="evidence"),
    path("faits/<int:index>/", facts.correct, name="fact"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("definitions/<slug:kind>/<str:code>/", definitions.definition, name="definition"),
    path("publications/", publications.publications, name="publications"),
]
