from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.rights.questionnaire import claiming
from mandat.apps.rights.questionnaire import views as questionnaire
from mandat.apps.rights.views import bureau, claimant, decisions, drafts, letters, payments, public

app_name = "rights"

urlpatterns: list[URLPattern | URLResolver] = [
    path("mes-droits/", questionnaire.entrance, name="questionnaire"),
    path("mes-droits/demander/", claiming.claim, name="questionnaire_claim"),
    path("droits/", public.directory, name="directory"),
    path("droits/verifier/", public.verify, name="verify"),
    path("droits/verifier/<str:code>/", public.verified, name="verified"),
    path("droits/<slug:code>/", public.right, name="right"),
    path("droits/<slug:code>/demander/", drafts.start, name="start"),
    path("compte/demandes/", claimant.claims, name="claims"),
    path("compte/demandes/<str:reference>/", claimant.claim, name="claim"),
    path("compte/demandes/<str:reference>/reponses/", drafts.answers, name="answers"),
    path("compte/demandes/<str:reference>/identite/", drafts.identity, name="identity"),
    path("compte/demandes/<str:reference>/pieces/", drafts.pieces, name="pieces"),
    path("compte/demandes/<str:reference>/pieces/<int:pk>/", letters.own_piece, name="own_piece"),
    path("compte/demandes/<str:reference>/pieces/<int:pk>/retirer/", drafts.piece_remove, name="piece_remove"),
    path("compte/demandes/<str:reference>/envoyer/", drafts.send, name="send"),
    path("compte/demandes/<str:reference>/jeter/", drafts.discard, name="discard"),
    path("compte/demandes/<str:reference>/completer/", claimant.complete, name="complete"),
    path("compte/demandes/<str:reference>/message/", claimant.message, name="message"),
    path("compte/demandes/<str:reference>/retirer/", claimant.withdraw, name="withdraw"),
    path("compte/demandes/<str:reference>/recours/", claimant.appeal, name="appeal"),
    path("compte/demandes/<str:reference>/recours/retirer/", claimant.appeal_drop, name="appeal_drop"),
    path("compte/demandes/<str:reference>/renouveler/", claimant.renew, name="renew"),
    path("compte/demandes/<str:reference>/renoncer/", claimant.give_up, name="give_up"),
    path("compte/demandes/<str:reference>/carte/", claimant.card, name="card"),
    path("compte/demandes/<str:reference>/explication/", claimant.explanation, name="explanation"),
    path("compte/demandes/<str:reference>/lettres/<slug:kind>.pdf", letters.own_letter, name="letter"),
    path("bureau/demandes/", bureau.queue, name="queue"),
    path("bureau/demandes/attribuer/", bureau.assign, name="assign"),
    path("bureau/demandes/attribuer/annuler/", bureau.unassign, name="assign_undo"),
    path("bureau/demandes/filtres/", bureau.filters_save, name="filter_save"),
    path("bureau/demandes/filtres/<int:pk>/oublier/", bureau.filters_forget, name="filter_forget"),
    path("bureau/demandes/paiements/", payments.payments, name="payments"),
    path("bureau/demandes/paiements/reponse/", payments.payment_answer, name="payment_answer"),
    path("bureau/demandes/paiements/<str:reference>.xml", payments.payment_file, name="payment_file"),
    path("bureau/demandes/paiements/<str:reference>/remis/", payments.payment_sent, name="payment_sent"),
    path("bureau/demandes/<str:reference>/", bureau.file, name="file"),
    path("bureau/demandes/<str:reference>/decider/", decisions.decide, name="decide"),
    path("bureau/demandes/<str:reference>/recours/", decisions.appeal, name="appeal_decide"),
    path("bureau/demandes/<str:reference>/demander/", decisions.ask, name="ask"),
    path("bureau/demandes/<str:reference>/message/", decisions.message, name="file_message"),
    path("bureau/demandes/<str:reference>/fin/", decisions.end, name="end"),
    path("bureau/demandes/<str:reference>/pieces/<int:pk>/", letters.file_piece, name="file_piece"),
    path("bureau/demandes/<str:reference>/pieces/<int:pk>/avis/", decisions.judge, name="judge"),
    path("bureau/demandes/<str:reference>/paiements/<int:pk>/", decisions.refund, name="refund"),
    path("bureau/demandes/<str:reference>/lettres/<slug:kind>.pdf", letters.file_letter, name="file_letter"),
    path("bureau/demandes/<str:reference>/refaire/<int:rank>/", decisions.recompute, name="recompute"),
]
