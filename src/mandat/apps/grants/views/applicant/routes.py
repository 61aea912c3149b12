"""Addresses of the applicant's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.grants.views.applicant import begin, drafting, following, together

CASE = "mes-dossiers/<str:reference>/"

patterns: list[URLPattern | URLResolver] = [
    path("aides/<slug:code>/verifier/", begin.pre_check, name="pre_check"),
    path("aides/<slug:code>/commencer/", begin.start, name="start"),
    path("mes-dossiers/", following.cases, name="cases"),
    path("mes-dossiers/invitation/<str:secret>/", together.invited, name="invited"),
    path(CASE, following.case, name="case"),
    path(f"{CASE}formulaire/<slug:code>/", drafting.section, name="section"),
    path(f"{CASE}plan/", drafting.plan, name="financing"),
    path(f"{CASE}pieces/", drafting.pieces, name="pieces"),
    path(f"{CASE}pieces/<int:pk>/retirer/", drafting.piece_remove, name="piece_remove"),
    path(f"{CASE}partenaires/", together.parties, name="parties"),
    path(f"{CASE}acces/", together.share, name="share"),
    path(f"{CASE}acces/quitter/", together.leave, name="leave"),
    path(f"{CASE}verifier/", drafting.review, name="review"),
    path(f"{CASE}jeter/", drafting.discard, name="discard"),
    path(f"{CASE}repondre/", following.answer, name="answer"),
    path(f"{CASE}messages/", following.message, name="message"),
    path(f"{CASE}retirer/", following.withdraw, name="withdraw"),
    path(f"{CASE}recepisse/<int:rank>/", following.receipt, name="receipt"),
    path(f"{CASE}recepisse/<int:rank>.pdf", following.receipt_pdf, name="receipt_pdf"),
]
