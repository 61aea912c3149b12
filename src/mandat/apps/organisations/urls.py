from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.organisations.views import bureau, entering, sheet

app_name = "organisations"

urlpatterns: list[URLPattern | URLResolver] = [
    path("organisations/", entering.mine, name="mine"),
    path("organisations/nouvelle/", entering.new, name="new"),
    path("organisations/rejoindre/<str:secret>/", entering.invited, name="invited"),
    path("organisations/invitations/<uuid:reference>/", entering.answer, name="answer"),
    path("organisations/<uuid:reference>/", sheet.sheet, name="sheet"),
    path("organisations/<uuid:reference>/demander/", entering.ask, name="ask"),
    path("organisations/<uuid:reference>/modifier/", sheet.edit, name="edit"),
    path("organisations/<uuid:reference>/actualiser/", sheet.refresh, name="refresh"),
    path("organisations/<uuid:reference>/confirmer/", sheet.confirm, name="confirm"),
    path("organisations/<uuid:reference>/quitter/", sheet.leave, name="leave"),
    path("organisations/<uuid:reference>/membres/", sheet.members, name="members"),
    path("organisations/<uuid:reference>/membres/<int:pk>/", sheet.member, name="member"),
    path("organisations/<uuid:reference>/invitations/<int:pk>/retirer/", sheet.withdraw, name="withdraw"),
    path("organisations/<uuid:reference>/demandes/<int:pk>/", sheet.settle, name="settle"),
    path("organisations/<uuid:reference>/liens/", sheet.links, name="links"),
    path("organisations/<uuid:reference>/liens/<int:pk>/fin/", sheet.unlink, name="unlink"),
    path("bureau/organisations/", bureau.organisations, name="list"),
]
