from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.funds.views import bureau, bureau_loans, bureau_stakes, detail, money, promises, registers

app_name = "funds"

urlpatterns: list[URLPattern | URLResolver] = [
    path("argent/", money.board_page, name="board"),
    path("argent/tableau.csv", money.board_csv, name="board_csv"),
    path("argent/detail/", detail.detail, name="money_detail"),
    path("argent/promesses/", promises.promises_page, name="promises"),
    path("argent/promesses/<str:code>/", promises.promise_page, name="promise"),
    path("argent/prets/", registers.loans, name="public_loans"),
    path("argent/prets.csv", registers.loans_csv, name="public_loans_csv"),
    path("argent/participations/", registers.stakes, name="public_stakes"),
    path("argent/participations.csv", registers.stakes_csv, name="public_stakes_csv"),
    path("bureau/enveloppes/", bureau.envelopes, name="bureau"),
    path("bureau/enveloppes/nouvelle/", bureau.new, name="new"),
    path("bureau/enveloppes/<slug:code>/", bureau.envelope, name="envelope"),
    path("bureau/prets/", bureau_loans.loans, name="loans"),
    path("bureau/prets/<str:reference>/", bureau_loans.loan, name="loan"),
    path("bureau/participations/", bureau_stakes.stakes, name="stakes"),
    path("bureau/participations/<str:reference>/", bureau_stakes.stake, name="stake"),
]
