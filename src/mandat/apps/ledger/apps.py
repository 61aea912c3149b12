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
        # Any app's migrations may rebuild a table and lose its triggers; the signal comes after all of them: ours is enough.
        post_migrate.connect(reinstall, sender=self, dispatch_uid="ledger.triggers")
