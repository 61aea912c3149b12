from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulebookConfig(AppConfig):
    name = "mandat.apps.rulebook"
    label = "rulebook"
    verbose_name = _("Rules")

    def ready(self) -> None:
        from mandat.apps.rulebook import search  # noqa: F401 - says what can be found
