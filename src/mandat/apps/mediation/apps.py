from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediationConfig(AppConfig):
    name = "mandat.apps.mediation"
    label = "mediation"
    verbose_name = _("Mediation")

    def ready(self) -> None:
        from mandat.apps.mediation import keeping, running
        from mandat.web import daily

        running.register()
        keeping.register()
        daily.register("mediation_day")
