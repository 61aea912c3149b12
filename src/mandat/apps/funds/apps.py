from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundsConfig(AppConfig):
    name = "mandat.apps.funds"
    label = "funds"
    verbose_name = _("Funds")

    def ready(self) -> None:
        from mandat.apps.funds import worklist  # noqa: F401  # the models must be there
        from mandat.apps.funds.stamp import stamp
        from mandat.web import caching, daily

        daily.register("funds_day")
        caching.DEPENDENCIES.append(stamp)
