from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnswersConfig(AppConfig):
    name = "mandat.apps.answers"
    label = "answers"
    verbose_name = _("Answers")

    def ready(self) -> None:
        from mandat.apps.answers import filing, keeping, moderated, notices, openings, sections, worklist
        from mandat.journal.triggers import PROTECTED
        from mandat.web import daily

        # What was answered is neither changed nor deleted: an amendment follows it.
        PROTECTED.setdefault("answers_answer", ("by_id",))
        filing.register()
        keeping.register()
        moderated.register()
        notices.register()
        openings.register()
        sections.register()
        worklist.register()
        daily.register("answers_day")
