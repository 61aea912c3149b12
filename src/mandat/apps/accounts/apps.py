from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "mandat.apps.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from mandat.apps.accounts.access import remember_set_up
        from mandat.web import daily

        authenticator_added.connect(remember_set_up, dispatch_uid="accounts.remember_set_up")
        daily.register("notices_send")
