from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    name = "mandat.apps.community"
    label = "community"
    verbose_name = _("Following and moderation")

    def ready(self) -> None:
        from mandat.apps.community import notices
        from mandat.journal.triggers import PROTECTED

        # What was decided about people's words is neither changed nor deleted.
        PROTECTED.setdefault("community_moderationdecision", ("by_id",))
        notices.register()
