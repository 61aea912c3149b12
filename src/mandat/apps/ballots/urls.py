from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.ballots.views import bureau, desk, public, voting

app_name = "ballots"

urlpatterns: list[URLPattern | URLResolver] = [
    path("votes/", public.polls, name="list"),
    path("votes/<slug:reference>/", public.poll, name="poll"),
    path("votes/<slug:reference>/voter/", voting.ballot, name="ballot"),
    path("votes/<slug:reference>/code/", voting.code, name="code"),
    path("votes/<slug:reference>/quitter/", voting.leave, name="leave"),
    path("votes/<slug:reference>/recu/", public.receipt, name="receipt"),
    path("votes/<slug:reference>/bulletins/", public.ballots, name="ballots"),
    path("votes/<slug:reference>/vote.ballots", public.download, name="download"),
    path("votes/<slug:reference>/bulletins.csv", public.download_csv, name="csv"),
    path("votes/<slug:reference>/resultat.json", public.download_json, name="json"),
    path("votes/<slug:reference>/bulletins.pb", public.download_pb, name="pb"),
    path("bureau/votes/", bureau.bureau_list, name="bureau_list"),
    path("bureau/votes/nouveau/", bureau.new, name="new"),
    path("bureau/votes/v/<slug:reference>/", bureau.overview, name="bureau"),
    path("bureau/votes/v/<slug:reference>/annuler/", bureau.cancel, name="cancel"),
    path("bureau/votes/v/<slug:reference>/liste/", desk.roll, name="roll"),
    path("bureau/votes/v/<slug:reference>/codes/<int:number>/revoquer/", desk.revoke, name="revoke"),
    path("bureau/votes/v/<slug:reference>/guichet/", desk.desk, name="desk"),
    path("bureau/votes/v/<slug:reference>/urnes/", desk.urns, name="urns"),
    path("bureau/votes/v/<slug:reference>/urnes/<int:number>/", desk.urn, name="urn"),
    path("bureau/votes/v/<slug:reference>/cloture/", bureau.close, name="closing"),
    path("bureau/votes/v/<slug:reference>/belenios/", desk.belenios, name="belenios"),
]
