from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.answers.views import bureau, contests, public

app_name = "answers"

urlpatterns: list[URLPattern | URLResolver] = [
    path("reponses.csv", public.duties_csv, name="duties_csv"),
    path("reponses/", public.duties, name="duties"),
    path("reponses/<str:reference>/", public.duty, name="duty"),
    path("engagements/<str:code>/contester/", contests.contest, name="contest_new"),
    path("contestations/<str:reference>/", contests.shown, name="contest"),
    path("contestations/<str:reference>/retirer/", contests.withdraw, name="contest_withdraw"),
    path("contestations/<str:reference>/source/", contests.source, name="contest_source"),
    path("bureau/reponses/", bureau.queue, name="queue"),
    path("bureau/reponses/<str:reference>/", bureau.answer, name="answer"),
    path("bureau/reponses/<str:reference>/livraison/", bureau.delivered, name="delivered"),
    path("bureau/contestations/", bureau.contested, name="contested"),
    path("bureau/contestations/<str:reference>/", bureau.examine, name="examine"),
]
