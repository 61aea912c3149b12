from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WalletsConfig(AppConfig):
    name = "mandat.apps.wallets"
    label = "wallets"
    verbose_name = _("Wallets")

    def ready(self) -> None:
        from mandat.apps.wallets import holdings
        from mandat.web import daily

        holdings.register()
        daily.register("wallets_day")
