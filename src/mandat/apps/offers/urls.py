from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.offers.views import answering, assigning, bureau, public, rolls, staff

app_name = "offers"

urlpatterns: list[URLPattern | URLResolver] = [
    path("offres/", public.offers, name="list"),
    path("offres/<slug:offer>/", public.offer, name="offer"),
    # One address for every offer: it is on letters and in messages, and says nothing.
    path("invitation/", answering.enter, name="enter"),
    path("invitation/rendez-vous/", answering.invitation, name="invitation"),
    path("invitation/rendez-vous.ics", answering.calendar, name="calendar"),
    path("invitation/choisir/", answering.choose, name="choose"),
    path("invitation/annuler/", answering.cancel, name="cancel"),
    path("invitation/attendre/", answering.wait, name="wait"),
    path("invitation/decliner/", answering.decline, name="decline"),
    path("invitation/revenir/", answering.come_back, name="come_back"),
    path("invitation/mes-donnees/", answering.own, name="own"),
    path("invitation/mes-donnees.json", answering.own_file, name="own_file"),
    path("invitation/quitter/", answering.leave, name="leave"),
    path("bureau/offres/", bureau.offers, name="bureau_list"),
    path("bureau/offres/etablissements/", assigning.establishments, name="establishments"),
    path("bureau/offres/affectations/", assigning.assignments, name="assignments"),
    path("bureau/offres/affectations/<int:pk>/retirer/", assigning.unassign, name="unassign"),
    path("bureau/offres/listes/<int:pk>/", rolls.roll, name="roll"),
    path("bureau/offres/listes/<int:pk>/refus.csv", rolls.refused, name="refused"),
    path("bureau/offres/mes-lieux/", staff.mine, name="mine"),
    path("bureau/offres/lieux/<slug:code>/", staff.place, name="place"),
    path("bureau/offres/lieux/<slug:code>/presence/", staff.attendance, name="attendance"),
    path("bureau/offres/o/<slug:offer>/", bureau.overview, name="bureau"),
    path("bureau/offres/o/<slug:offer>/publier/", bureau.publish, name="publish"),
    path("bureau/offres/o/<slug:offer>/listes/", rolls.rolls, name="rolls"),
    path("bureau/offres/o/<slug:offer>/rapprochement/", rolls.proof, name="proof"),
    path("bureau/offres/o/<slug:offer>/clore/", rolls.close, name="close"),
    path("bureau/offres/o/<slug:offer>/invitations/", bureau.batches, name="batches"),
    path("bureau/offres/o/<slug:offer>/creneaux/", bureau.slots, name="slots"),
    path("bureau/offres/o/<slug:offer>/e/<slug:code>/", staff.school, name="school"),
    path("bureau/offres/o/<slug:offer>/e/<slug:code>/eleve/", staff.member_act, name="member_act"),
    path("bureau/offres/o/<slug:offer>/e/<slug:code>/lettres/<int:batch>/", staff.print_letters, name="letters"),
    path("bureau/offres/o/<slug:offer>/e/<slug:code>/lettres/<int:batch>/remises/", staff.hand_over, name="hand_over"),
]
