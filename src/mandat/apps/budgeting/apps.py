from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetingConfig(AppConfig):
    name = "mandat.apps.budgeting"
    label = "budgeting"
    verbose_name = _("Participatory budgets")

    def ready(self) -> None:
        from mandat.apps.accounts import notices
        from mandat.apps.answers import chain as chains
        from mandat.apps.ballots import hooks
        from mandat.apps.budgeting import chain, keeping, polling, running
        from mandat.apps.budgeting.freshness import stamp
        from mandat.apps.participation import components
        from mandat.web import caching, openings

        components.register(running.RUNNER)
        openings.lead(running.PLACE)
        hooks.on_counted(polling.counted)
        hooks.entitle(polling.PART, polling.entitle)
        hooks.home(polling.PART, polling.home)
        chains.register("project", chain.of_project)
        chains.register("process", chain.of_budget)
        keeping.register()
        if stamp not in caching.DEPENDENCIES:
            caching.DEPENDENCIES.append(stamp)
        notices.register(
            "budgeting.idea",
            _("About an idea of yours"),
            _("Something was decided about an idea of yours."),
            "budgeting:idea",
        )
        notices.register(
            "budgeting.agree",
            _("Do you agree to the changes?"),
            _("The study of your idea proposes changes, and waits for your agreement."),
            "budgeting:project",
        )
