from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.utils.translation import gettext_lazy as _


class TerritoryConfig(AppConfig):
    name = "mandat.apps.territory"
    label = "territory"
    verbose_name = _("Territory")

    def ready(self) -> None:
        from mandat.apps.territory import selectors  # models are not ready before
        from mandat.web import caching

        request_started.connect(selectors.request_begins, dispatch_uid="territory")
        request_finished.connect(selectors.request_ends, dispatch_uid="territory")
        caching.DEPENDENCIES.append(selectors.fingerprint)
