from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "mandat.journal"
    label = "journal"
    verbose_name = _("Journal")

    def ready(self) -> None:
        from mandat.journal.triggers import reinstall  # deferred: apps must be ready

        # Any app's migrations may rebuild a protected table; the signal comes after all of them, once for each app: ours is enough.
        post_migrate.connect(reinstall, sender=self, dispatch_uid="journal.triggers")
