from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    name = "mandat.apps.participation"
    label = "participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        from mandat.apps.accounts import notices
        from mandat.apps.participation import keeping, running  # they need the models
        from mandat.web import daily

        notices.register(
            "participation.rules",
            _("The rules of a process you take part in change"),
            _(
                "A public decision changed the rules of a process you take part in. Its page shows the old and the new ones."
            ),
            "participation:rules",
        )
        keeping.register()
        running.register()
        daily.register("participation_run")
