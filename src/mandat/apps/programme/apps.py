from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "mandat.apps.programme"
    label = "programme"
    verbose_name = _("Programme")

    def ready(self) -> None:
        # Figures follow the journal in the same transaction.
        from mandat import journal
        from mandat.apps.programme import rollups, search  # noqa: F401 - search says what can be found

        journal.on_append(rollups.apply)
