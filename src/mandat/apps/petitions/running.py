"""What other apps hear from petitions and tell them: components, answers, items decided, votes counted, follows, moderation, messages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandat.apps.accounts import notices
from mandat.apps.answers import chain
from mandat.apps.answers import hooks as answers
from mandat.apps.ballots import hooks as ballots
from mandat.apps.bodies import hooks as bodies
from mandat.apps.community.follow import targets
from mandat.apps.community.moderation import contents
from mandat.apps.participation import components
from mandat.apps.participation.definitions import PublishedProcess
from mandat.apps.petitions import selectors, voting
from mandat.apps.petitions.machine import PUBLIC
from mandat.apps.petitions.models import Crossing, Petition, Referendum
from mandat.apps.petitions.services import closing, referendums
from mandat.apps.petitions.words import CONSEQUENCES
from mandat.kernel.text import Text
from mandat.web import formats

_NOTICES = (
    ("changed", _("A petition you back has changed"), _("Read it again: you may back it anew."), "petitions:petition"),
    ("backed", _("Your petition has its sponsors"), _("You may send it to be examined."), "petitions:own"),
    ("examined", _("Your petition was examined"), _("What the service says of it is on the site."), "petitions:own"),
    ("threshold", _("A threshold is crossed"), _("Your petition crossed a threshold."), "petitions:petition"),
    ("hearing", _("Your hearing has a day"), _("Those who carry your petition are heard: the day and the place are on the site."), "petitions:petition"),
    ("answered", _("Your petition is answered"), _("An answer is on the site."), "petitions:petition"),
    ("due", _("An examination is due"), _("A petition you took is to be examined by tomorrow at the latest."), "petitions:file"),
    ("question", _("About a question"), _("The question of a referendum you asked for was examined."), "petitions:referendum"),
    ("argument", _("You may write for a side"), _("You are asked to write for one side of a referendum."), "petitions:argument"),
)  # fmt: skip


def _petitions_url(process: PublishedProcess, component: Any) -> str:
    return f"{reverse('petitions:list')}?droit={process.code}/{component.code}"


def _petitions_summary(process: PublishedProcess, component: Any) -> components.Figures:
    open_, signatures = selectors.figures(process.code, component.code)
    return [(_("open petitions"), formats.number(open_)), (_("signatures"), formats.number(signatures))]


def _referendum_url(process: PublishedProcess, component: Any) -> str:
    found = Referendum.objects.filter(process=process.code, component=component.code, petition=None).first()
    return referendums.address(found) if found is not None else reverse("petitions:referendums")


def _referendum_summary(process: PublishedProcess, component: Any) -> components.Figures:
    found = Referendum.objects.filter(process=process.code, component=component.code, petition=None).first()
    return [(_("where it stands"), str(found.get_state_display() if found else _("not yet put")))]


def _answered(duty: Any, answer: Any) -> None:
    closing.threshold_answered(source=duty.source, outcome=str(answer.outcome), on=timezone.localdate(answer.at))


def _decided(item: Any, outcome: str) -> None:
    """The body dealt with the question of a referendum: adopted, it is neutral; rejected, it cannot be put."""
    source = item.request.source if item.request is not None else ""
    found = Referendum.objects.filter(reference=source.removeprefix("referendum:")).first()
    if not source.startswith("referendum:") or found is None or found.state != Referendum.State.CHECKING:
        return
    if outcome in ("adopted", "rejected"):
        reasons = item.text or "L'instance s'est prononcée en séance ; son procès-verbal dit pourquoi."
        referendums.question_check(
            actor=None, referendum=found, outcome="neutral" if outcome == "adopted" else "inadmissible", reasons=reasons
        )


def _target(code: str) -> targets.Target | None:
    found = Petition.objects.filter(reference=code, state__in=PUBLIC, hidden=False).first()
    return None if found is None else targets.Target(Text(found.title, found.title), selectors.address(found))


def _content(reference: str) -> contents.Content | None:
    found = Petition.objects.filter(reference=reference).select_related("author").first()
    if found is None:
        return None
    return contents.Content(
        text="\n\n".join((found.title, found.request_text, found.text)), url=selectors.address(found), author=found.author,
        hide=lambda: closing.hide(petition=found), show=lambda: closing.show(petition=found),
    )  # fmt: skip


def _steps(source: str) -> list[chain.Step]:
    """What was asked of the institution, on which day, by how many."""
    found = closing.crossing_of(source)
    if found is None:
        return []
    said = CONSEQUENCES[found.consequence]
    return [
        chain.Step(
            "promise", timezone.localdate(found.crossed_at),
            Text(f"{found.needed} signatures : {said.fr}", f"{found.needed} signatures: {said.en}"),
            selectors.address(found.petition), done=found.status != Crossing.Status.SUSPENDED,
        )
    ]  # fmt: skip


def register() -> None:
    """Say all of it when the app starts."""
    components.register(components.Runner("petitions", _("Petitions"), _petitions_url, _petitions_summary))
    components.register(components.Runner("referendum", _("Referendum"), _referendum_url, _referendum_summary))
    answers.on_answered(_answered)
    bodies.on_item_decided(_decided)
    ballots.on_counted(voting.counted)
    ballots.entitle(voting.PREFIX, voting.entitled)
    ballots.home(voting.PREFIX, voting.home)
    targets.register("petition", _target)
    contents.register("petition", _content, label=Text("pétition", "petition"))
    chain.register("petition", _steps)
    for kind, subject, sentence, page in _NOTICES:
        notices.register(f"petitions.{kind}", subject, sentence, page)
