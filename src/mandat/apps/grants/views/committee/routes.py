"""Addresses of committees, letters and agreements."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.grants.views.committee import letters, members, public, secretariat

SITTING = "bureau/seances/<int:pk>/"
FILE = "bureau/dossiers/<str:reference>/"

patterns: list[URLPattern | URLResolver] = [
    path("bureau/seances/", secretariat.sittings_list, name="sittings"),
    path(SITTING, secretariat.sitting, name="sitting"),
    path(f"{SITTING}ordre-du-jour.pdf", secretariat.agenda_pdf, name="sitting_agenda"),
    path(f"{SITTING}lettres.zip", secretariat.letters_zip, name="sitting_letters"),
    path(f"{SITTING}points/<int:number>/", secretariat.item, name="sitting_item"),
    path(f"{SITTING}<slug:name>/", secretariat.act, name="sitting_act"),
    path("mes-seances/", members.mine, name="my_sittings"),
    path("mes-seances/<int:pk>/", members.sitting, name="my_sitting"),
    path("mes-seances/<int:pk>/ordre-du-jour.pdf", members.agenda_pdf, name="my_sitting_agenda"),
    path("mes-seances/<int:pk>/points/<int:number>/deport/", members.recuse, name="my_recusal"),
    path("comites/", public.bodies, name="committees"),
    path("comites/<int:pk>/", public.sitting, name="committee_sitting"),
    path("comites/<int:pk>/proces-verbal.pdf", public.minutes_pdf, name="committee_minutes"),
    path("comites/<int:pk>/deliberations.csv", public.sitting_csv, name="committee_csv"),
    path("mes-dossiers/<str:reference>/lettres/<slug:kind>.pdf", letters.own_letter, name="letter"),
    path(f"{FILE}lettres/<slug:kind>.pdf", letters.file_letter, name="file_letter"),
    path(f"{FILE}convention/", letters.agreement, name="agreement"),
    path(f"{FILE}convention/<slug:act>/", letters.agreement_act, name="agreement_act"),
]
