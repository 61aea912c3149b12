from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.community.views import bureau, follow, reporting

app_name = "community"

urlpatterns: list[URLPattern | URLResolver] = [
    path("suivre/mes-suivis/", follow.mine, name="mine"),
    path("suivre/arreter/<str:token>/", follow.stop, name="stop"),
    path("suivre/<slug:prefix>/<str:code>/", follow.target, name="target"),
    path("suivre/<slug:prefix>/<str:code>/flux.atom", follow.feed, name="feed"),
    path("suivre/<slug:prefix>/<str:code>/agenda.ics", follow.calendar, name="calendar"),
    path("moderation/", reporting.charter, name="charter"),
    path("signaler/<slug:kind>/<str:reference>/", reporting.report, name="report"),
    path("compte/moderation/", reporting.mine, name="cases"),
    path("compte/moderation/<str:reference>/", reporting.case, name="case"),
    path("compte/moderation/suspension/<str:reference>/", reporting.suspension, name="suspension"),
    path("bureau/moderation/", bureau.queue, name="queue"),
    path("bureau/moderation/<str:reference>/", bureau.case, name="bureau_case"),
    path("bureau/moderation/<str:reference>/suspendre/", bureau.suspend, name="suspend"),
    path("bureau/badges/", bureau.badge_list, name="badges"),
    path("bureau/badges/<int:pk>/retirer/", bureau.badge_withdraw, name="badge_withdraw"),
]
