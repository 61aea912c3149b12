"""Three years of the bodies of the programme: created, composed, convened, voting, publishing and followed up, by the real services.

Members are synthetic, and say so in their name. What each body deals with is drawn from a short list of subjects fit for any of them.
The same on every machine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.bodies.models import Decision, Item, Session, Term
from mandat.apps.bodies.schema import Body
from mandat.apps.bodies.selectors import members
from mandat.apps.bodies.services import agenda, attendance, followups, life, minutes, sessions, terms, voting
from mandat.apps.bodies.terms import BODIES
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END, seed_of
from mandat.apps.grants.seats import committees
from mandat.apps.programme.published import Published
from mandat.kernel.text import Text

#: When the first bodies are created.
FROM = dt.date(2023, 9, 4)
#: Bodies that their rules have sit so often a year sit twice here; the others once: the whole history is made in seconds.
MANY = 4
#: Bodies that the law created, long before.
BY_LAW = frozenset({"conseil-regional", "ceser"})
NOTICE = dt.timedelta(days=16)
WRITTEN = dt.timedelta(days=10)
TOWNS = ("Orléans", "Tours", "Bourges", "Blois", "Chartres", "Châteauroux", "Vierzon", "Montargis", "Dreux", "Loches")
#: What is voted: nature, title, text. In turn, begun at another place for each body.
SUBJECTS: Sequence[tuple[str, Text, str]] = (
    ("opinion", Text("Avis sur le budget de l'année", "Opinion on the year's budget"), "L'instance donne un avis favorable, et demande que les crédits votés soient suivis trimestre par trimestre."),
    ("decision", Text("Programme de travail", "Work programme"), "L'instance adopte son programme de travail et le publie."),
    ("opinion", Text("Avis sur le bilan des engagements", "Opinion on how commitments are kept"), "L'instance prend acte des engagements en retard et demande un calendrier pour chacun."),
    ("report", Text("Rapport annuel", "Yearly report"), "L'instance adopte son rapport annuel."),
    ("decision", Text("Règles d'accès du public aux séances", "How the public attends sessions"), "L'instance retransmet ses séances et réserve un temps aux questions du public."),
    ("agreement", Text("Accord avec les partenaires", "Agreement with partners"), "L'instance approuve l'accord et en publie le texte."),
    ("opinion", Text("Avis sur une demande d'habitants", "Opinion on a request by inhabitants"), "L'instance propose d'étudier la demande et de répondre sous trois mois."),
    ("decision", Text("Groupe de travail ouvert aux volontaires", "Working group open to volunteers"), "L'instance crée un groupe de travail ouvert à des volontaires tirés au sort."),
)  # fmt: skip
_FOLLOW = (
    "Publier le texte adopté et prévenir les personnes concernées",
    "Présenter l'avancement à la séance suivante",
)


@dataclass(frozen=True, slots=True)
class Secretariat:
    """Who acts: an agent who holds the sessions, an administrator who records the members, an elected visitor given a seat."""

    agent: User
    admin: User
    visitor: User | None = None


def acts(current: Published, desk: Secretariat) -> Iterator[Act]:
    """Every act, in no order. Nothing for a programme without bodies that sit."""
    known = [one.document for one in BODIES.all(current).values() if one.document.meets]
    awarding = set(committees(current))
    for rank, body in enumerate(known):
        chance = np.random.default_rng(seed_of(f"mandat/assemblies/{body.code}"))
        start = _weekday(FROM + dt.timedelta(days=7 * (rank % 8)))
        yield Act(moment(start, 9), f"body/{body.code}", partial(_begin, desk, body, chance, body.code in awarding))
        days = list(_days(body, start, chance))
        for number, day in enumerate(days):
            yield from _session(desk, body, day, number, chance)


def _weekday(day: dt.date) -> dt.date:
    """The day, or the Thursday before a week-end."""
    return day - dt.timedelta(days=max(0, day.weekday() - 3))


def _days(body: Body, start: dt.date, chance: np.random.Generator) -> Iterator[dt.date]:
    """A session a year, two for the bodies that sit most, in months of their own but August; for two in five, one to come."""
    count = 2 if body.sessions_a_year >= MANY else 1
    months = [1 + (12 * part) // count + int(chance.integers(0, 12 // count)) for part in range(count)]
    for year in range(FROM.year, END.year + 1):
        for month in months:
            day = _weekday(dt.date(year, 9 if month == 8 else month, int(chance.integers(4, 20))))
            if start + NOTICE + dt.timedelta(days=14) <= day <= END:
                yield day
    if chance.random() < 0.4:
        yield _weekday(END + dt.timedelta(days=int(chance.integers(12, 16))))


def _begin(desk: Secretariat, body: Body, chance: np.random.Generator, awarding: bool) -> None:
    """The decision that creates it, its members, its installation."""
    today = timezone.localdate()
    number = f"SYN-{today.year}-{int(chance.integers(100, 999))}"
    if body.code not in BY_LAW:
        life.body_create(actor=desk.agent, body=body.code, on=today, form="deliberation", reference=number)
    if not awarding:  # the members of committees that award money are named with them
        terms.terms_give(actor=desk.admin, body=body.code, given=list(_members(desk, body, chance)))
    named = {one.college for one in members(body.code, on=today)}
    if all(college.code in named for college in body.colleges):
        life.body_install(actor=desk.agent, body=body.code)
    for term in members(body.code, on=today)[:2]:
        terms.interest_declare(
            actor=desk.agent, term=term, nature=("none", "director", "volunteer", "mandate")[term.pk % 4],
            organisation="" if term.pk % 4 == 0 else f"Association synthétique n° {term.pk % 90 + 1}",
        )  # fmt: skip


def _members(desk: Secretariat, body: Body, chance: np.random.Generator) -> Iterator[terms.Given]:
    """One seat in twelve stays vacant. Terms of the longest bodies end soon after today, so that pages say so."""
    number = int(chance.integers(100, 700))
    voting_ = next(college.code for college in body.colleges if college.votes)
    for college in body.colleges:
        for seat in range(1, college.seats + 1):
            number += 1
            presides = college.code == voting_ and seat == 1
            if seat > 1 and chance.random() < 1 / 12:
                continue
            yield terms.Given(
                name=f"Membre synthétique n° {number}",
                college=college.code,
                seat=seat,
                gender=("women", "men")[(seat + len(college.code)) % 2],
                organisation="" if college.code in ("habitants", "usagers") else f"Organisation synthétique n° {number % 97 + 1}",
                president=presides,
                user=desk.visitor if presides and body.code == "parlement-de-loire" else None,
                until=dt.date(2027, 1, 31) if seat % 3 == 0 else dt.date(2029, 8, 31),
            )  # fmt: skip


def _session(desk: Secretariat, body: Body, day: dt.date, number: int, chance: np.random.Generator) -> Iterator[Act]:
    starts = moment(day, 14)
    convened = moment(_weekday(day - NOTICE), 10)
    name = f"session/{body.code}/{number}"
    drawn = [int(chance.integers(0, 1000)) for _ in range(4)]
    yield Act(convened, f"{name}/1", partial(_convene, desk, body, starts, number, drawn))
    if day <= END:
        yield Act(moment(day, 15), f"{name}/2", partial(_sit, desk, body, starts, number, drawn))
        written = _weekday(day + WRITTEN)
        # One in nine is published late: delays are there to be looked at.
        late = dt.timedelta(days=21 if drawn[0] % 9 == 0 else 0)
        yield Act(moment(_weekday(written + late), 11), f"{name}/3", partial(_write, desk, body, starts, drawn))


def _convene(desk: Secretariat, body: Body, starts: dt.datetime, number: int, drawn: Sequence[int]) -> None:
    town = TOWNS[(drawn[1] + number) % len(TOWNS)]
    session = sessions.session_convene(
        actor=desk.agent, body=body.code, starts_at=starts, ends_at=starts + dt.timedelta(hours=3),
        place=f"Salle synthétique, {town}",
    )  # fmt: skip
    offset = seed_of(body.code) % len(SUBJECTS)
    before = Session.objects.filter(body=body.code, state=Session.State.CLOSED).order_by("-starts_at").first()
    if before is not None and list(before.minutes.order_by("rank").values_list("stage", flat=True)) == ["published"]:
        agenda.item_add(
            actor=desk.agent, session=session, nature=Item.Nature.MINUTES, adopts=before,
            title=Text(f"Procès-verbal de la séance {before.code}", f"Minutes of session {before.code}"),
        )  # fmt: skip
    for turn in range(2):
        nature, title, text = SUBJECTS[(offset + number * 2 + turn) % len(SUBJECTS)]
        agenda.item_add(actor=desk.agent, session=session, title=title, nature=nature, text=text)
    agenda.item_add(
        actor=desk.agent, session=session, nature=Item.Nature.INFORMATION,
        title=Text("Point sur les mesures suivies", "Where the measures followed stand"),
    )  # fmt: skip
    agenda.agenda_publish(actor=desk.agent, session=session)


def _sit(desk: Secretariat, body: Body, starts: dt.datetime, number: int, drawn: Sequence[int]) -> None:
    session = Session.objects.filter(body=body.code, starts_at=starts, state=Session.State.CONVENED).first()
    if session is None:
        return
    seated = members(body.code, on=session.on)
    if not seated:
        return
    attendance.attendance_set(actor=desk.agent, session=session, statuses=_came(seated, drawn))
    session = sessions.session_open(actor=desk.agent, session=session)
    for rank, item in enumerate(session.items.order_by("position")):
        if item.nature == Item.Nature.INFORMATION:
            voting.item_settle(actor=desk.agent, item=item, outcome=Item.Outcome.NOTED)
        elif item.nature == Item.Nature.MINUTES:
            present = len(voting.electors(session, item).all)
            voting.show_of_hands(actor=desk.agent, item=item, yes=present, no=0, presided="for")
        else:
            _roll_call(desk, session, item, drawn[rank % 4], amended=rank == 1 and number % 4 == 2)
    session = sessions.session_close(actor=desk.agent, session=session)
    decision = Decision.objects.filter(item__session=session, item__outcome="adopted").order_by("number").first()
    if decision is not None:
        owner = body.parent or body.code
        followups.follow_up_set(
            actor=desk.agent, decision=decision, owner=owner, what=_FOLLOW[number % 2],
            due_on=session.on + dt.timedelta(days=60),
        )  # fmt: skip


def _came(seated: Sequence[Term], drawn: Sequence[int]) -> Mapping[int, str]:
    """Nearly all come: one in seven is excused, one in thirteen is at a distance. In small bodies everyone comes."""
    if len(seated) < 12:
        return {term.pk: "present" for term in seated}
    found = {}
    for rank, term in enumerate(seated):
        status = "excused" if (rank + drawn[2]) % 7 == 3 else "remote" if (rank + drawn[3]) % 13 == 5 else "present"
        found[term.pk] = "present" if term.president else status
    return found


def _roll_call(desk: Secretariat, session: Session, item: Item, drawn: int, *, amended: bool) -> None:
    if amended:
        amendment = agenda.amendment_add(
            actor=desk.agent, item=item, text="Ajouter : « et en publie le bilan chaque année »."
        )
        there = len(voting.electors(session, item).all)
        voting.show_of_hands(actor=desk.agent, item=item, amendment=amendment, yes=there - 1, no=1, presided="for")
    division = voting.division_open(actor=desk.agent, item=item)
    able = sorted(voting.electors(session, item).all)
    # One question in eleven is rejected.
    against = 2 if drawn % 11 == 0 else 9
    choices = {
        term: "abstain" if (rank + drawn) % 8 == 7 else "against" if (rank + drawn) % against in (0, against // 2) and against == 2
        else "against" if (rank + drawn) % 9 == 4 else "for"
        for rank, term in enumerate(able)
    }  # fmt: skip
    voting.votes_cast(actor=desk.agent, division=division, choices=choices)
    voting.division_close(actor=desk.agent, division=division)


def _write(desk: Secretariat, body: Body, starts: dt.datetime, drawn: Sequence[int]) -> None:
    """The minutes, and what was done of an earlier decision."""
    session = Session.objects.filter(body=body.code, starts_at=starts, state=Session.State.CLOSED).first()
    if session is None:
        return
    minutes.minutes_publish(
        actor=desk.agent, session=session,
        text="Compte rendu synthétique. La séance s'est tenue en public.\n\nLes échanges ont porté sur les points de l'ordre du jour ; "
        "chaque vote est consigné avec le nom des membres.",
    )  # fmt: skip
    due = Decision.objects.filter(body=session.body, follow_ups__done_on__isnull=True, follow_ups__isnull=False)
    earlier = due.exclude(item__session=session).order_by("year", "number").first()
    if earlier is not None and drawn[1] % 5:
        todo = earlier.follow_ups.filter(done_on__isnull=True).order_by("pk")[0]
        followups.follow_up_done(actor=desk.agent, follow_up=todo, note="Fait (suite synthétique).")
