from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "mandat.apps.ledger"
    label = "ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from mandat.apps.ledger.triggers import PROTECTED, reinstall
        from mandat.journal import triggers as append_only

        append_only.PROTECTED.update(PROTECTED)
        # Every app's migrations may rebuild a table and lose its triggers: no sender.
        post_migrate.connect(reinstall, dispatch_uid="ledger.triggers")
