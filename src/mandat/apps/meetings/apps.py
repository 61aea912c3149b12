from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "mandat.apps.meetings"
    label = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from mandat.apps.meetings import keeping, notices, openings, search, worklist  # noqa: F401  # the models must be there
        from mandat.apps.meetings.stamp import stamp
        from mandat.web import caching, daily

        keeping.declare()
        openings.register()
        notices.declare()
        worklist.register()
        caching.DEPENDENCIES.append(stamp)
        daily.register("meetings_run")
