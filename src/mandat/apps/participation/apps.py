from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    name = "mandat.apps.participation"
    label = "participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        from mandat.apps.accounts import notices
        from mandat.apps.ballots import hooks as ballots
        from mandat.apps.custody import content, uploads
        from mandat.apps.participation import files, keeping, moderated, openings, running  # they need the models
        from mandat.apps.participation import search as _search  # noqa: F401 - says what can be found
        from mandat.apps.participation.services import proposals, votes
        from mandat.web import daily

        notices.register(
            "participation.rules",
            _("The rules of a process you take part in change"),
            _(
                "A public decision changed the rules of a process you take part in. Its page shows the old and the new ones."
            ),
            "participation:rules",
        )
        keeping.register()
        running.register()
        openings.register()
        moderated.register()
        ballots.entitle(votes.SOURCE, votes.entitle)
        ballots.home(votes.SOURCE, votes.home)
        ballots.on_counted(votes.counted)
        uploads.purpose(
            proposals.PURPOSE,
            title=_("File given with a proposal"),
            may_read=files.may_read,
            kinds=content.EVIDENCE,
            largest=5 * uploads.MEGABYTE,
        )
        daily.register("participation_run")
