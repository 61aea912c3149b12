from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.budgeting.views import bureau, public, results, studies

app_name = "budgeting"

urlpatterns: list[URLPattern | URLResolver] = [
    path("budgets-participatifs/", public.budgets, name="budgets"),
    path("budgets-participatifs/projets/<slug:reference>/", public.project, name="project"),
    path("budgets-participatifs/projets/<slug:reference>/accord/", public.agree, name="agree"),
    path("budgets-participatifs/idees/<slug:reference>/", public.idea, name="idea"),
    path("budgets-participatifs/<slug:process>/<slug:component>/", public.budget, name="budget"),
    path("budgets-participatifs/<slug:process>/<slug:component>/idees/", public.ideas, name="ideas"),
    path("budgets-participatifs/<slug:process>/<slug:component>/projets/", public.projects, name="projects"),
    path("budgets-participatifs/<slug:process>/<slug:component>/projets.csv", public.projects_csv, name="projects_csv"),
    path("budgets-participatifs/<slug:process>/<slug:component>/liste.json", results.list_json, name="list"),
    path("budgets-participatifs/<slug:process>/<slug:component>/resultats/", results.results, name="results"),
    path("budgets-participatifs/<slug:process>/<slug:component>/realisation/", results.delivery, name="delivery"),
    path("bureau/budgets-participatifs/", bureau.queue, name="bureau"),
    path("bureau/budgets-participatifs/projets/<slug:reference>/", studies.project, name="bureau_project"),
    path("bureau/budgets-participatifs/<slug:process>/<slug:component>/", bureau.budget, name="bureau_budget"),
    path(
        "bureau/budgets-participatifs/<slug:process>/<slug:component>/idees/<slug:proposal>/",
        bureau.idea,
        name="bureau_idea",
    ),
]
