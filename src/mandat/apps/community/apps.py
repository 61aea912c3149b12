from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    name = "mandat.apps.community"
    label = "community"
    verbose_name = _("Following and moderation")

    def ready(self) -> None:
        from mandat.apps.community import keeping, notices, stamp, worklist
        from mandat.journal.triggers import PROTECTED
        from mandat.kernel.text import Text
        from mandat.web import caching, daily, openings

        # What was decided about people's words is neither changed nor deleted.
        PROTECTED.setdefault("community_moderationdecision", ("by_id",))
        keeping.register()
        openings.lead(
            openings.Place(
                "community:charter", Text("Modération", "Moderation"), rank=80,
                text=Text("La charte, ce qui a été retiré et pourquoi, comment contester.", "The charter, what was removed and why, how to appeal."),
            )
        )  # fmt: skip
        notices.register()
        worklist.register()
        daily.register("community_day")
        daily.register("digests_send")
        if stamp.stamp not in caching.DEPENDENCIES:
            caching.DEPENDENCIES.append(stamp.stamp)
