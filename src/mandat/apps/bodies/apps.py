from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BodiesConfig(AppConfig):
    name = "mandat.apps.bodies"
    label = "bodies"
    verbose_name = _("Bodies")

    def ready(self) -> None:
        from mandat.apps.bodies import calendars, keeping, meetings, openings, reading, telling
        from mandat.journal.triggers import PROTECTED
        from mandat.web import caching

        # What was voted, decided and published is neither changed nor deleted.
        for table in ("vote", "decision", "minutes", "recusal"):
            PROTECTED.setdefault(f"bodies_{table}", ())
        keeping.register()
        openings.register()
        reading.register()
        telling.register()
        calendars.register(meetings.entries)
        caching.DEPENDENCIES.append(reading.stamp)
