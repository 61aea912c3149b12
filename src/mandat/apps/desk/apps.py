from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "mandat.apps.desk"
    label = "desk"
    verbose_name = _("Offline desk")

    def ready(self) -> None:
        from mandat.apps.desk import keeping, runners, worklist  # the models must be there
        from mandat.apps.desk.adapters import register
        from mandat.apps.desk.adapters.attendance import ATTENDANCE
        from mandat.apps.desk.adapters.envelopes import ENVELOPES
        from mandat.apps.desk.adapters.proposals import PROPOSALS
        from mandat.apps.desk.adapters.signatures import SIGNATURES
        from mandat.apps.desk.adapters.surveys import SURVEYS

        for adapter in (ATTENDANCE, ENVELOPES, PROPOSALS, SIGNATURES, SURVEYS):
            register(adapter)
        runners.declare()
        keeping.declare()
        worklist.register()
