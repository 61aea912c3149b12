from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustodyConfig(AppConfig):
    name = "mandat.apps.custody"
    label = "custody"
    verbose_name = _("Custody")

    def ready(self) -> None:
        from mandat.apps.custody import checks, own, worklist  # noqa: F401
        from mandat.web import daily

        own.register()
        daily.register("retention")
