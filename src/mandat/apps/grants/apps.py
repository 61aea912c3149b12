from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrantsConfig(AppConfig):
    name = "mandat.apps.grants"
    label = "grants"
    verbose_name = _("Grants")

    def ready(self) -> None:
        from mandat.apps.grants import search  # noqa: F401 - says what can be found
