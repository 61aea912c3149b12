from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.petitions.views import author, bureau, bureau_referendums, public, referendums, signing

app_name = "petitions"

urlpatterns: list[URLPattern | URLResolver] = [
    path("petitions/", public.petitions, name="list"),
    path("petitions/commencer/<slug:process>/<slug:component>/", author.begin, name="begin"),
    path("petitions/ecrire/<slug:process>/<slug:component>/", author.write, name="write"),
    path("petitions/parrainer/<str:invitation>/", author.back, name="back"),
    path("petitions/<slug:reference>/", public.petition, name="petition"),
    path("petitions/<slug:reference>/signer/", signing.sign, name="sign"),
    path("petitions/<slug:reference>/ma-signature/", signing.signed, name="signed"),
    path("petitions/<slug:reference>/retirer-ma-signature/", signing.unsign, name="unsign"),
    path("petitions/<slug:reference>/signatures/", public.signatures, name="signatures"),
    path("petitions/<slug:reference>/signatures.csv", public.signatures_csv, name="signatures_csv"),
    path("mes-petitions/", author.mine, name="mine"),
    path("mes-petitions/<slug:reference>/", author.own_petition, name="own"),
    path("mes-petitions/<slug:reference>/ecrire/", author.edit, name="edit"),
    path("mes-petitions/<slug:reference>/parrainages/", author.ask_sponsors, name="ask_sponsors"),
    path("mes-petitions/<slug:reference>/envoyer/", author.send, name="send"),
    path("mes-petitions/<slug:reference>/retirer/", author.withdraw, name="withdraw"),
    path("mes-petitions/<slug:reference>/contester/", author.appeal, name="appeal"),
    path("referendums/", referendums.referendums, name="referendums"),
    path("referendums/<slug:reference>/", referendums.referendum, name="referendum"),
    path("referendums/<slug:reference>/ecrire/", referendums.argument, name="argument"),
    path("referendums/<slug:reference>/redaction/", referendums.wording, name="wording"),
    path("bureau/petitions/", bureau.queue, name="bureau"),
    path("bureau/petitions/<slug:reference>/", bureau.file, name="file"),
    path("bureau/petitions/<slug:reference>/fraude/", bureau.suspicions, name="suspicions"),
    path("bureau/petitions/<slug:reference>/fraude/<int:number>/<slug:act>/", bureau.review, name="review"),
    path("bureau/petitions/<slug:reference>/feuilles/", bureau.paper, name="paper"),
    path("bureau/petitions/<slug:reference>/feuilles/<int:number>/", bureau.sheet, name="sheet"),
    path("bureau/petitions/<slug:reference>/<slug:act>/", bureau.examine, name="examine"),
    path("bureau/referendums/", bureau_referendums.referendums, name="bureau_referendums"),
    path("bureau/referendums/poser/<slug:process>/<slug:component>/", bureau_referendums.put, name="put"),
    path("bureau/referendums/<slug:reference>/", bureau_referendums.file, name="bureau_referendum"),
    path("bureau/referendums/<slug:reference>/<slug:act>/", bureau_referendums.act, name="referendum_act"),
]
