from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PanelsConfig(AppConfig):
    name = "mandat.apps.panels"
    label = "panels"
    verbose_name = _("Panels")

    def ready(self) -> None:
        from mandat.apps.answers import chain as chains
        from mandat.apps.answers import hooks
        from mandat.apps.panels import chain, keeping, running
        from mandat.apps.panels.services.opinions import answered
        from mandat.apps.participation import components
        from mandat.web import daily, openings

        components.register(running.RUNNER)
        openings.lead(running.PLACE)
        hooks.on_answered(answered)
        chains.register("recommendation", chain.of_recommendation)
        keeping.register()
        daily.register("panels_day")
