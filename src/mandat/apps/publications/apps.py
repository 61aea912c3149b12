from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicationsConfig(AppConfig):
    name = "mandat.apps.publications"
    label = "publications"
    verbose_name = _("Publications")

    def ready(self) -> None:
        from mandat.apps.publications import topics
        from mandat.apps.publications.alerts import news

        # What can be followed of the programme, and what it tells.
        topics.register()
        news.register()
