from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    name = "mandat.apps.community"
    label = "community"
    verbose_name = _("Following and moderation")

    def ready(self) -> None:
        from mandat.apps.community import keeping, notices, stamp, worklist
        from mandat.journal.triggers import PROTECTED
        from mandat.web import caching, daily

        # What was decided about people's words is neither changed nor deleted.
        PROTECTED.setdefault("community_moderationdecision", ("by_id",))
        keeping.register()
        notices.register()
        worklist.register()
        daily.register("community_day")
        daily.register("digests_send")
        if stamp.stamp not in caching.DEPENDENCIES:
            caching.DEPENDENCIES.append(stamp.stamp)
