from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistersConfig(AppConfig):
    name = "mandat.apps.registers"
    label = "registers"
    verbose_name = _("Labels and contracts")

    def ready(self) -> None:
        from mandat.apps.accounts import notices
        from mandat.apps.grants import hooks
        from mandat.apps.registers import keeping
        from mandat.apps.registers.services import contracts, labels
        from mandat.web import daily

        hooks.on_decided(labels.case_decided)
        hooks.on_decided(contracts.case_decided)
        hooks.on_in_force(contracts.case_in_force)
        keeping.register()
        daily.register("registers_day")
        page = "registers:found"
        notices.register(
            "registers.withdrawal",
            _("About a label"),
            _("The withdrawal of a label is considered. You may answer."),
            page,
        )
        notices.register("registers.decided", _("About a label"), _("A decision is made on a label you hold."), page)
        notices.register("registers.renewal", _("Time to renew"), _("A label you hold ends soon."), page)
        notices.register(
            "registers.review", _("A review is due"), _("A contract you signed is soon to be reviewed."), page
        )
