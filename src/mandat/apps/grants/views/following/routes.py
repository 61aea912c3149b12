"""Addresses of what follows an award."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.grants.views.following import applicant as money
from mandat.apps.grants.views.following import bureau as following
from mandat.apps.grants.views.following import files, small_aids

patterns: list[URLPattern | URLResolver] = [
    path("mes-dossiers/<str:reference>/argent/", money.money, name="money"),
    path("mes-dossiers/<str:reference>/conditions/", money.undertakings, name="undertakings"),
    path("mes-dossiers/<str:reference>/argent/plan/", money.plan, name="plan"),
    path("mes-dossiers/<str:reference>/argent/pieces/<int:pk>/", money.piece, name="money_piece"),
    path("mes-dossiers/<str:reference>/argent/<slug:act>/", money.money_act, name="money_act"),
    path("mes-dossiers/de-minimis/<uuid:reference>/", small_aids.small_aids_of, name="small_aids"),
    path("mes-dossiers/de-minimis/<uuid:reference>/retirer/", small_aids.small_aid_remove, name="small_aid_remove"),
    path("bureau/versements/", following.worklist, name="following"),
    path("bureau/versements/ordonner/", files.order, name="payments_order"),
    path("bureau/versements/reponse/", files.answer, name="payments_answer"),
    path("bureau/versements/liste/<slug:code>/", following.worklist, name="worklist"),
    path("bureau/versements/fichiers/<str:reference>.<slug:kind>", files.run_file, name="payments_file"),
    path("bureau/versements/fichiers/<str:reference>/remis/", files.sent, name="payments_sent"),
    path("bureau/versements/dossiers/<str:reference>/", following.followed, name="followed"),
    path("bureau/versements/dossiers/<str:reference>/conditions/", following.conditions_of, name="case_conditions"),
    path("bureau/versements/dossiers/<str:reference>/pieces/<int:pk>/", following.piece, name="followed_piece"),
    path("bureau/versements/dossiers/<str:reference>/<slug:act>/", following.follow_act, name="follow_act"),
]
