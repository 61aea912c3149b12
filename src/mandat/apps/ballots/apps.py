from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BallotsConfig(AppConfig):
    name = "mandat.apps.ballots"
    label = "ballots"
    verbose_name = _("Ballots")

    def ready(self) -> None:
        from mandat.apps.accounts import notices
        from mandat.apps.ballots import keeping, openings
        from mandat.web import daily

        keeping.register()
        openings.register()
        daily.register("ballots_day")
        notices.register(
            "ballots.reminder",
            _("A vote you began ends soon"),
            _("You opened a ballot and did not cast it. The vote ends soon."),
            "ballots:poll",
        )
