from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "mandat.apps.consultations"
    label = "consultations"
    verbose_name = _("Consultations")

    def ready(self) -> None:
        from mandat.apps.consultations import contents, keeping, photos, runners, worklist
        from mandat.apps.consultations.services import trials
        from mandat.web import daily
        from mandat.web.caching import DEPENDENCIES

        runners.register_all()
        contents.register()
        photos.register()
        trials.register()
        keeping.register()
        worklist.register()
        daily.register("consultations_day")
        if keeping.last_changed not in DEPENDENCIES:
            DEPENDENCIES.append(keeping.last_changed)
