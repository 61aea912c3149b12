from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PetitionsConfig(AppConfig):
    name = "mandat.apps.petitions"
    label = "petitions"
    verbose_name = _("Petitions")

    def ready(self) -> None:
        from mandat.apps.petitions import keeping, openings, running, search, worklist  # noqa: F401 - search says what can be found
        from mandat.web import daily

        running.register()
        keeping.register()
        openings.register()
        worklist.register()
        daily.register("petitions_run")
