from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    name = "mandat.apps.offers"
    label = "offers"
    verbose_name = _("Systematic offers")

    def ready(self) -> None:
        from mandat.apps.offers import registers  # the registries of what is kept need the models
        from mandat.web import daily

        registers.declare()
        daily.register("offers_run")
