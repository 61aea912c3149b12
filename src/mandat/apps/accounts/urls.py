from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mandat.apps.accounts.views import account, roles

app_name = "accounts"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", account.home, name="home"),
    path("droits/", account.rights, name="rights"),
    path("preferences/", account.preferences, name="preferences"),
    path("mes-donnees/", account.export, name="export"),
    path("supprimer/", account.delete, name="delete"),
    path("roles/", roles.roles, name="roles"),
    path("roles/<int:pk>/retirer/", roles.withdraw, name="role_withdraw"),
    # Nobody has a password here: these pages of allauth lead to the one way in.
    path("password/<path:rest>", account.one_way_in, name="no_password"),
    path("login/code/", account.one_way_in, name="one_way_in"),
]
