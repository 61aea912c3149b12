"""Referendums: asked by a petition or by the Region, the question checked, a campaign of equal space, a vote, what follows.

The question goes to the body that the definition names, as an item of its agenda. Found neutral, it may be put; where another wording is
proposed, its author accepts it or not. Each side has the same number of characters and documents, and the side shown first is drawn from
what nobody chose. The vote is a ``ballots`` poll, opened and closed by the clock.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mandat import journal
from mandat.apps.accounts import notices
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.bodies.services import agenda
from mandat.apps.bodies.terms import body_of
from mandat.apps.community.services import events
from mandat.apps.community.text import cleaned
from mandat.apps.participation.definitions import published_process
from mandat.apps.participation.schema.deciding import Referendum as ReferendumComponent
from mandat.apps.petitions.models import Argument, Petition, Referendum
from mandat.apps.petitions.services.moving import synthetic, today
from mandat.apps.petitions.terms import Vote, terms_of, vote_of
from mandat.apps.petitions.words import CHECKS
from mandat.facts import Fact
from mandat.kernel.errors import InputError
from mandat.kernel.moments import closing, opening
from mandat.kernel.text import Text

State = Referendum.State
LONGEST_QUESTION, LEAST_QUESTION = 500, 20
LONGEST_REASONS, LEAST_REASONS = 3000, 20
SIDES = (Argument.Side.FOR, Argument.Side.AGAINST)


def source_of(referendum: Referendum) -> str:
    """How other apps name a referendum."""
    return f"referendum:{referendum.reference}"


def address(referendum: Referendum) -> str:
    return reverse("petitions:referendum", args=[referendum.reference])


def held(referendum: Referendum) -> Referendum:
    """The referendum as it now stands, locked until the transaction ends."""
    return Referendum.objects.select_for_update(of=("self",)).get(pk=referendum.pk)


def line(kind: str, referendum: Referendum, vote: Vote, *, on: dt.date | None = None, **data: object) -> Fact:
    """A fact about a referendum, under the version of the process that governs it."""
    return Fact(
        kind=kind,
        occurred_on=on or today(),
        programme=referendum.programme,
        measures=vote.process.measures,
        commitments=vote.process.commitments,
        area=vote.process.area if not vote.process.area.startswith("perimeter") else "",
        definition=vote.ref,
        subject=referendum.reference,
        synthetic=referendum.synthetic,
        data={"process": referendum.process, "component": referendum.component, **data},
    )


def origin_of(referendum: Referendum) -> str:
    return "petition" if referendum.petition_id is not None else "region"


def _asked(referendum: Referendum) -> Referendum:
    vote = vote_of(referendum)
    journal.append(
        [
            line(
                "referendums.asked.v1", referendum, vote, origin=origin_of(referendum),
                petition=referendum.petition.reference if referendum.petition is not None else "",
                checked_by=referendum.checked_by, due_on=referendum.check_by,
            )
        ]
    )  # fmt: skip
    if body_of(referendum.checked_by).document.meets:
        agenda.item_ask(
            body=referendum.checked_by, title=Text("Neutralité de la question d'un référendum", "Whether the question of a referendum is neutral"),
            source=source_of(referendum), url=address(referendum), due_on=referendum.check_by,
        )  # fmt: skip
    Argument.objects.bulk_create([Argument(referendum=referendum, side=side) for side in SIDES])
    return referendum


@transaction.atomic
def referendum_ask(*, petition: Petition) -> Referendum:
    """A petition crossed its threshold of referendum: its request becomes the question, as it was signed, and goes to be checked."""
    terms = terms_of(petition)
    assert terms.component.referendum is not None  # the component was checked
    known = Referendum.objects.filter(petition=petition).first()
    if known is not None:
        return known
    made = Referendum.objects.create(
        programme=petition.programme, process=petition.process, component=petition.component,
        process_version=petition.process_version, petition=petition, question=petition.request_text,
        checked_by=terms.component.referendum.checked_by, asked_at=timezone.now(),
        check_by=today() + dt.timedelta(days=terms.component.referendum.check_days), synthetic=petition.synthetic,
    )  # fmt: skip
    _asked(made)
    Argument.objects.filter(referendum=made, side=Argument.Side.FOR).update(
        writer=petition.author, signed=petition.author_name
    )
    return made


@transaction.atomic
def region_referendum_ask(*, actor: User, process: str, component: str) -> Referendum:
    """The Region puts a question of its own: once a component. It goes to be checked like any other."""
    require(actor, "participation.manage")
    published = published_process(process)
    found = published.process.component(component)
    if not isinstance(found, ReferendumComponent):
        raise InputError(Text("ce référendum n'existe pas", "there is no such referendum"))
    known = {"programme": published.programme, "process": process, "component": component, "petition": None}
    if Referendum.objects.filter(**known).exists():
        raise InputError(Text("cette question est déjà posée", "this question is already put"))
    return _asked(
        Referendum.objects.create(
            **known, process_version=published.ref.version, question=found.question.fr, question_en=found.question.en,
            checked_by=found.terms.checked_by, asked_at=timezone.now(),
            check_by=today() + dt.timedelta(days=found.terms.check_days), synthetic=synthetic(),
        )
    )  # fmt: skip


@transaction.atomic
def question_check(
    *, actor: User | None, referendum: Referendum, outcome: str, reasons: str, proposed: str = ""
) -> Referendum:
    """Record what the body found of the question: ``neutral``, ``reword`` (with the wording proposed) or ``inadmissible``, and why, in public.

    ``actor`` is the secretariat or a member (whoever asked cannot); None where the body's session decided.
    """
    if actor is not None:
        require(actor, "petitions.question_check")
    referendum = held(referendum)
    if referendum.petition is not None and actor is not None and referendum.petition.author_id == actor.pk:
        raise InputError(
            Text(
                "c'est votre question : une autre personne l'examine", "this question is yours: someone else checks it"
            )
        )
    if referendum.state != State.CHECKING:
        raise InputError(Text("cette question n'est pas à examiner", "this question is not to be checked"))
    if outcome not in CHECKS:
        raise InputError(Text("choisissez ce que l'instance a trouvé", "choose what the body found"))
    referendum.reasons = cleaned(reasons, longest=LONGEST_REASONS, least=LEAST_REASONS)
    referendum.outcome, referendum.checked_at = outcome, timezone.now()
    if outcome == "reword":
        referendum.proposed = cleaned(proposed, longest=LONGEST_QUESTION, least=LEAST_QUESTION)
        # The Region takes the wording it is given for its own questions.
        referendum.state = State.REWORDED if referendum.petition is not None else State.PREPARING
        if referendum.petition is None:
            referendum.question, referendum.question_en = referendum.proposed, ""
    else:
        referendum.state = State.PREPARING if outcome == "neutral" else State.INADMISSIBLE
    vote = vote_of(referendum)
    fact = line(
        "referendums.question_checked.v1", referendum, vote, outcome=outcome, outcome_label=CHECKS[outcome].fr,
        body=referendum.checked_by,
    )  # fmt: skip
    [entry] = journal.append([fact])
    # The side shown first: nobody can choose the reference and the place of a fact in the journal together.
    referendum.seed = hashlib.sha256(f"{referendum.reference}:{entry.index}".encode()).hexdigest()
    referendum.first = SIDES[int(referendum.seed[-1], 16) % 2]
    referendum.save()
    author = referendum.petition.author if referendum.petition is not None else None
    if author is not None:
        notices.notify(author, "petitions.question", referendum.reference, key=f"{referendum.reference}:{outcome}")
    _tell(referendum, "checked", CHECKS[outcome])
    return referendum


def _tell(referendum: Referendum, key: str, said: Text) -> None:
    if referendum.petition is not None:
        events.tell(
            target=f"petition:{referendum.petition.reference}",
            title=Text(f"Référendum : {said.fr}", f"Referendum: {said.en}"),
            url=address(referendum), at=timezone.now(), key=f"{source_of(referendum)}:{key}",
        )  # fmt: skip


@transaction.atomic
def wording_answer(*, actor: User, referendum: Referendum, accept: bool) -> Referendum:
    """The petition's author accepts the wording proposed, which becomes the question; or not, and the question is not put."""
    referendum = held(referendum)
    if referendum.petition is None or referendum.petition.author_id != actor.pk:
        raise PermissionDenied("petitions.author")
    if referendum.state != State.REWORDED:
        raise InputError(Text("aucune rédaction n'est proposée", "no wording is proposed"))
    if accept:
        referendum.question, referendum.state = referendum.proposed, State.PREPARING
    else:
        referendum.state = State.INADMISSIBLE
    referendum.save()
    vote = vote_of(referendum)
    outcome = "neutral" if accept else "inadmissible"
    journal.append(
        [
            line(
                "referendums.question_checked.v1", referendum, vote, outcome=outcome, outcome_label=CHECKS[outcome].fr,
                body=referendum.checked_by,
            )
        ]
    )  # fmt: skip
    return referendum


@transaction.atomic
def writer_name(*, actor: User, referendum: Referendum, side: str, email: str, signed: str) -> Argument:
    """Say who writes for a side, and in whose name. The side for is the petition's author, unless they leave it to someone."""
    require(actor, "petitions.question_check")
    referendum = held(referendum)
    if referendum.state != State.PREPARING:
        raise InputError(Text("la campagne ne se prépare pas", "the campaign is not being prepared"))
    argument = Argument.objects.select_for_update().get(referendum=referendum, side=side)
    writer = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if writer is None:
        raise InputError(Text("aucun compte n'a cette adresse", "no account has this address"))
    if referendum.arguments.exclude(side=side).filter(writer=writer).exists():
        raise InputError(Text("cette personne écrit déjà pour l'autre côté", "this person writes for the other side"))
    argument.writer, argument.signed = writer, cleaned(signed, longest=120, least=2, one_line=True)
    argument.save()
    notices.notify(writer, "petitions.argument", referendum.reference, key=f"{referendum.reference}:{side}:{writer.pk}")
    return argument


@transaction.atomic
def argument_save(
    *, actor: User, referendum: Referendum, side: str, text: str, documents: Sequence[tuple[str, str]] = ()
) -> Argument:
    """Write for one's side, before the campaign opens: within the same space and as many documents (a title and an address) as the other."""
    referendum = held(referendum)
    argument = Argument.objects.select_for_update().get(referendum=referendum, side=side)
    if argument.writer_id != actor.pk:
        raise PermissionDenied("petitions.argument")
    if referendum.state != State.PREPARING:
        raise InputError(Text("la campagne ne se prépare pas", "the campaign is not being prepared"))
    terms = vote_of(referendum).terms
    given = [(title, url) for title, url in documents if title.strip() or url.strip()]
    if len(given) > terms.documents:
        raise InputError(
            Text(
                f"{terms.documents} documents au plus, comme en face",
                f"at most {terms.documents} documents, like the other side",
            )
        )
    kept = []
    for title, url in given:
        if not url.startswith("https://") or len(url) > 400 or any(c.isspace() for c in url):
            raise InputError(
                Text("l'adresse d'un document commence par https://", "a document's address begins with https://")
            )
        kept.append({"title": cleaned(title, longest=120, least=3, one_line=True), "url": url})
    argument.text = cleaned(text, longest=terms.space, least=1)
    argument.documents, argument.saved_at = kept, timezone.now()
    argument.save()
    return argument


@transaction.atomic
def campaign_open(*, actor: User, referendum: Referendum, opens_on: dt.date) -> Referendum:
    """Open the campaign on a day to come, and the vote right after it: the poll is frozen now. Both sides were asked to write."""
    from mandat.apps.petitions import voting

    require(actor, "petitions.question_check")
    referendum = held(referendum)
    if referendum.state != State.PREPARING:
        raise InputError(Text("la campagne ne se prépare pas", "the campaign is not being prepared"))
    if opens_on < today():
        raise InputError(Text("ce jour est passé", "this day is over"))
    if referendum.arguments.filter(writer=None).exists():
        raise InputError(Text("dites qui écrit pour chaque côté", "say who writes for each side"))
    vote = vote_of(referendum)
    terms = vote.terms
    last = opens_on + dt.timedelta(days=terms.campaign_days - 1)
    referendum.campaign_opens_at, referendum.campaign_closes_at = opening(opens_on), closing(last)
    referendum.vote_opens_at = closing(last)
    referendum.vote_closes_at = closing(last + dt.timedelta(days=terms.vote_days))
    referendum.state = State.CAMPAIGN
    referendum.poll = voting.poll_open(actor=actor, referendum=referendum, vote=vote)
    referendum.save()
    journal.append(
        [
            line(
                "referendums.campaign_opened.v1", referendum, vote, until=last, space=terms.space,
                documents=terms.documents, first=referendum.first, seed=referendum.seed,
            )
        ]
    )  # fmt: skip
    _tell(referendum, "campaign", Text("la campagne ouvre", "the campaign opens"))
    return referendum


@transaction.atomic
def referendum_suspend(*, petition: Petition) -> None:
    """Stop where it is: signatures that asked for it were invalidated. A vote under way or held goes to its end."""
    found = Referendum.objects.select_for_update(of=("self",)).filter(petition=petition).first()
    stops = (State.CHECKING, State.REWORDED, State.PREPARING)
    if found is not None and found.state in stops:
        found.resumes, found.state = found.state, State.SUSPENDED
        found.save(update_fields=["resumes", "state"])


@transaction.atomic
def referendum_resume(*, petition: Petition) -> None:
    found = Referendum.objects.select_for_update(of=("self",)).filter(petition=petition, state=State.SUSPENDED).first()
    if found is not None:
        found.state, found.resumes = found.resumes, ""
        found.save(update_fields=["resumes", "state"])


def clock_run(*, programme: str, at: dt.datetime | None = None) -> int:
    """Open the votes whose campaign is over. Returns how many."""
    moment = at or timezone.now()
    return Referendum.objects.filter(programme=programme, state=State.CAMPAIGN, vote_opens_at__lte=moment).update(
        state=State.VOTE
    )
