from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "mandat.apps.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from mandat.apps.imports import kept, worklist  # noqa: F401

        kept.register()
