from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.meetings.views import booking, bureau, public

app_name = "meetings"

urlpatterns: list[URLPattern | URLResolver] = [
    path("rencontres/", public.calendar, name="list"),
    path("rencontres/agenda.ics", public.calendar_ics, name="calendar"),
    path("rencontres/flux.atom", public.feed, name="feed"),
    path("rencontres/mes-places/", booking.mine, name="mine"),
    path("rencontres/series/", public.all_series, name="all_series"),
    path("rencontres/series/<slug:code>/", public.series, name="series"),
    path("rencontres/<slug:code>/", public.meeting, name="meeting"),
    path("rencontres/<slug:code>/agenda.ics", public.meeting_ics, name="meeting_calendar"),
    path("rencontres/<slug:code>/reserver/", booking.book, name="book"),
    path("rencontres/<slug:code>/confirmer/", booking.confirm, name="confirm"),
    path("rencontres/<slug:code>/rendre-ma-place/", booking.cancel, name="cancel"),
    path("rencontres/<slug:code>/je-suis-la/", booking.sign_in, name="sign_in"),
    path("rencontres/<slug:code>/attestation/", booking.certificate, name="certificate"),
    path("rencontres/<slug:code>/documents/<int:pk>/", public.paper, name="paper"),
    path("attestations/", public.verify, name="verify"),
    path("bureau/rencontres/", bureau.meetings, name="bureau"),
    path("bureau/rencontres/nouvelle/", bureau.create, name="create"),
    path("bureau/rencontres/<slug:code>/", bureau.meeting, name="bureau_meeting"),
    path("bureau/rencontres/<slug:code>/modifier/", bureau.change, name="change"),
    path("bureau/rencontres/<slug:code>/annuler/", bureau.cancel, name="cancel_meeting"),
    path("bureau/rencontres/<slug:code>/inscrire/", bureau.book_for, name="book_for"),
    path("bureau/rencontres/<slug:code>/places/", bureau.places, name="places"),
    path("bureau/rencontres/<slug:code>/code/", bureau.room_code, name="room_code"),
    path("bureau/rencontres/<slug:code>/presences/", bureau.count, name="count"),
    path("bureau/rencontres/<slug:code>/clore/", bureau.hold, name="hold"),
    path("bureau/rencontres/<slug:code>/publier/", bureau.publish, name="publish"),
    path("bureau/rencontres/<slug:code>/attestation/<uuid:reference>/", bureau.certificate, name="bureau_certificate"),
]
