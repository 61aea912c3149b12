from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.wallets.views import bureau, holder, partner, public, settling, till

app_name = "wallets"

urlpatterns: list[URLPattern | URLResolver] = [
    path("porte-monnaie/", public.index, name="list"),
    path("porte-monnaie/<slug:code>/", public.wallet, name="wallet"),
    path("porte-monnaie/<slug:code>/partenaires/", public.directory, name="partners"),
    path("porte-monnaie/<slug:code>/partenaires.csv", public.directory_csv, name="partners_csv"),
    path("porte-monnaie/<slug:code>/devenir-partenaire/", partner.apply, name="apply"),
    path("compte/porte-monnaie/", holder.mine, name="mine"),
    path("compte/porte-monnaie/<slug:code>/", holder.one, name="mine_one"),
    path("compte/porte-monnaie/<slug:code>/payer/", holder.pay, name="pay"),
    path("compte/porte-monnaie/<slug:code>/carte/", holder.card, name="card"),
    path("compte/porte-monnaie/<slug:code>/carte/arreter/", holder.stop, name="card_stop"),
    path("compte/porte-monnaie/<slug:code>/mouvements.csv", holder.movements_csv, name="movements_csv"),
    path("caisse/", till.tills, name="tills"),
    path("caisse/<uuid:pk>/", till.till, name="till"),
    path("caisse/<uuid:pk>/ventes/", till.sales, name="sales"),
    path("caisse/<uuid:pk>/recu/<slug:reference>/", till.receipt, name="receipt"),
    path("caisse/<uuid:pk>/recu/<slug:reference>/rembourser/", till.give_back, name="refund"),
    path("caisse/<uuid:pk>/equipe/", partner.team, name="team"),
    path("caisse/<uuid:pk>/equipe/<int:member>/retirer/", partner.remove, name="member_remove"),
    path("caisse/<uuid:pk>/banque/", partner.bank, name="bank"),
    path("bureau/porte-monnaie/", bureau.index, name="bureau"),
    path("bureau/porte-monnaie/banque/", settling.answer, name="answer"),
    path("bureau/porte-monnaie/agrements/<uuid:pk>/", bureau.approval, name="approval"),
    path("bureau/porte-monnaie/reglements/<uuid:pk>/", settling.run, name="run"),
    path("bureau/porte-monnaie/reglements/<uuid:pk>/fichier.xml", settling.run_xml, name="run_xml"),
    path("bureau/porte-monnaie/reglements/<uuid:pk>/bordereau.csv", settling.run_csv, name="run_csv"),
    path("bureau/porte-monnaie/reglements/<uuid:pk>/transmis/", settling.sent, name="run_sent"),
    path("bureau/porte-monnaie/<slug:code>/", bureau.wallet, name="bureau_wallet"),
    path("bureau/porte-monnaie/<slug:code>/partenaires/", bureau.partners, name="bureau_partners"),
    path("bureau/porte-monnaie/<slug:code>/reglements/", settling.runs, name="runs"),
]
