"""Addresses of the bureau of cases and of experts."""

from __future__ import annotations

from django.urls import URLPattern, path

from mandat.apps.grants.views import experts
from mandat.apps.grants.views.bureau import acts, file, posts, queue, ranking

CASE = "bureau/dossiers/<str:reference>/"
MINE = "mes-avis/<str:reference>/"

patterns: list[URLPattern] = [
    path("bureau/dossiers/", queue.queue, name="queue"),
    path("bureau/dossiers/chercher/", queue.search, name="queue_search"),
    path("bureau/dossiers/liste.csv", queue.queue_csv, name="queue_csv"),
    path("bureau/dossiers/attribuer/", queue.assign, name="queue_assign"),
    path("bureau/dossiers/attribuer/annuler/", queue.unassign, name="queue_unassign"),
    path("bureau/classement/<slug:scheme>/<slug:call>/", ranking.call_ranking, name="ranking"),
    path("bureau/affectations/", posts.posts, name="posts"),
    path("bureau/affectations/donner/", posts.post_give, name="post_give"),
    path("bureau/affectations/<int:pk>/finir/", posts.post_end, name="post_end"),
    path("bureau/affectations/sieges/", posts.seat_give, name="seat_give"),
    path("bureau/affectations/sieges/<int:pk>/finir/", posts.seat_end, name="seat_end"),
    path(CASE, file.file, name="file"),
    path(f"{CASE}fiche.pdf", file.sheet_pdf, name="file_sheet"),
    path(f"{CASE}pieces/<int:pk>/", file.piece, name="file_piece"),
    path(f"{CASE}pieces/<int:pk>/verdict/", acts.judge, name="file_judge"),
    path(f"{CASE}complet/", acts.accept, name="file_accept"),
    path(f"{CASE}completer/", acts.ask, name="file_ask"),
    path(f"{CASE}tour-suivant/", acts.call_on, name="file_call_on"),
    path(f"{CASE}irrecevable/", acts.reject, name="file_reject"),
    path(f"{CASE}proposer/", acts.propose, name="file_propose"),
    path(f"{CASE}reprendre/", acts.reopen, name="file_reopen"),
    path(f"{CASE}decider/", acts.decide, name="file_decide"),
    path(f"{CASE}attribuer/", acts.assign, name="file_assign"),
    path(f"{CASE}note/", acts.note, name="file_note"),
    path(f"{CASE}message/", acts.message, name="file_message"),
    path(f"{CASE}avis/", acts.opinion_ask, name="file_opinion_ask"),
    path(f"{CASE}avis/clore/", acts.opinions_close, name="file_opinions_close"),
    path(f"{CASE}avis/<int:pk>/rappeler/", acts.opinion_remind, name="file_opinion_remind"),
    path(f"{CASE}visite/", acts.visit, name="file_visit"),
    path(f"{CASE}notation/", acts.score, name="file_score"),
    path(f"{CASE}deport/", acts.recuse, name="file_recuse"),
    path("mes-avis/", experts.mine, name="opinions"),
    path(MINE, experts.opinion, name="opinion"),
    path(f"{MINE}donner/", experts.give, name="opinion_give"),
    path(f"{MINE}noter/", experts.score, name="opinion_score"),
    path(f"{MINE}deport/", experts.recuse, name="opinion_recuse"),
    path(f"{MINE}pieces/<int:pk>/", experts.piece, name="opinion_piece"),
]
