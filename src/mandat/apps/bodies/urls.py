from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.bodies.views import bureau, members, public, sessions

app_name = "bodies"
BODY = "instances/<slug:code>/"
SESSION = f"{BODY}seances/<str:session>/"
BUREAU = "bureau/instances/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("instances/", public.bodies, name="bodies"),
    path("instances/deliberations.csv", sessions.deliberations, name="all_deliberations"),
    path(BODY, public.body, name="body"),
    path(f"{BODY}decisions/", public.decisions, name="decisions"),
    path(f"{BODY}deliberations.csv", sessions.deliberations, name="deliberations"),
    path(f"{BODY}seances/", public.sessions, name="sessions"),
    path(f"{BODY}documents/<int:pk>/", sessions.paper, name="paper"),
    path(SESSION, sessions.session, name="session"),
    path(f"{SESSION}proces-verbal.pdf", sessions.minutes_pdf, name="minutes_pdf"),
    path(f"{SESSION}proces-verbal.json", sessions.record, name="record"),
    path(f"{SESSION}agenda.ics", sessions.session_ics, name="session_ics"),
    path("mes-instances/", members.mine, name="mine"),
    path("mes-instances/<int:pk>/", members.session, name="my_session"),
    path("mes-instances/<int:pk>/<slug:name>/", members.act, name="my_act"),
    path("mes-instances/sieges/<int:pk>/interets/", members.interest, name="my_interest"),
    path(BUREAU, bureau.bodies, name="bureau"),
    path(f"{BUREAU}<slug:code>/", bureau.body, name="bureau_body"),
    path(f"{BUREAU}<slug:code>/actes/<slug:name>/", bureau.act, name="bureau_act"),
    path(f"{BUREAU}<slug:code>/seances/<str:session>/", bureau.session, name="bureau_session"),
    path(f"{BUREAU}<slug:code>/seances/<str:session>/ordre-du-jour.pdf", bureau.agenda_pdf, name="bureau_agenda"),
    path(
        f"{BUREAU}<slug:code>/seances/<str:session>/actes/<slug:name>/", bureau.session_act, name="bureau_session_act"
    ),
]
