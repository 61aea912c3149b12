from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnswersConfig(AppConfig):
    name = "mandat.apps.answers"
    label = "answers"
    verbose_name = _("Answers")

    def ready(self) -> None:
        from mandat.journal.triggers import PROTECTED

        # What was answered is neither changed nor deleted: an amendment follows it.
        PROTECTED.setdefault("answers_answer", ("by_id",))
