from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RightsConfig(AppConfig):
    name = "mandat.apps.rights"
    label = "rights"
    verbose_name = _("Rights")

    def ready(self) -> None:
        from mandat.apps.rights import filing, keeping, worklist
        from mandat.apps.rights.questionnaire import search  # noqa: F401 - says what can be found
        from mandat.apps.rights.services import notices
        from mandat.journal.triggers import PROTECTED
        from mandat.web import daily

        # What was decided, and how a claim got there, is neither changed nor deleted.
        PROTECTED.setdefault("rights_decision", ())
        PROTECTED.setdefault("rights_move", ())
        filing.register()
        keeping.register()
        notices.register()
        worklist.register()
        daily.register("rights_day")
