from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrantsConfig(AppConfig):
    name = "mandat.apps.grants"
    label = "grants"
    verbose_name = _("Grants")

    def ready(self) -> None:
        from mandat.apps.bodies import calendars
        from mandat.apps.grants import (
            decisions_shown,
            filing,
            for_persons,
            keeping,
            search,  # noqa: F401 - says what can be found
            seats,
            worklist,
        )
        from mandat.apps.grants.services import agreements, letters, telling
        from mandat.apps.rulebook import elsewhere
        from mandat.journal.triggers import PROTECTED
        from mandat.web import daily

        # What was sent, decided and voted, and how a case got there, is neither changed nor deleted.
        for table in ("move", "submission", "decision", "vote", "visit", "recusal", "receipt", "amendment"):
            PROTECTED.setdefault(f"grants_{table}", ())
        calendars.register(seats.meetings)
        keeping.register()
        filing.register()
        agreements.register()
        letters.register()
        decisions_shown.register()
        telling.register()
        worklist.register()
        elsewhere.register(for_persons.offers)
        daily.register("grants_day")
