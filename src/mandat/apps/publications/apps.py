from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicationsConfig(AppConfig):
    name = "mandat.apps.publications"
    label = "publications"
    verbose_name = _("Publications")

    def ready(self) -> None:
        # Says what the app keeps about an account, for its export.
        from mandat.apps.publications.alerts import kept, services  # noqa: F401
        from mandat.web import daily

        kept.register()
        daily.register("alerts_send")
