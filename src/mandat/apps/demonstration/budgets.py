"""Participatory budgets of the demonstration: ideas, studies, votes and deliveries, made by the real services. Nobody proposed or voted any of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import numpy as np
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.ballots.bulk import fill
from mandat.apps.ballots.models import Poll
from mandat.apps.ballots.services.closing import poll_close
from mandat.apps.budgeting.models import Project, ProjectList
from mandat.apps.budgeting.services import delivery, money, studies
from mandat.apps.budgeting.services.ideas import idea_refuse, idea_retain
from mandat.apps.budgeting.services.lists import list_freeze
from mandat.apps.budgeting.services.studies import Cost, Sheet
from mandat.apps.budgeting.terms import BudgetTerms, budget_terms, budgets
from mandat.apps.demonstration.budget_ballots import ballots
from mandat.apps.demonstration.budget_ideas import CULTURE, INITIATIVES, LYCEE, REGION, Idea
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END, seed_of
from mandat.apps.demonstration.places import Places
from mandat.apps.funds import services as funds
from mandat.apps.funds.models import Envelope
from mandat.apps.participation import finding
from mandat.apps.participation.models import Authorship, Participant, Proposal
from mandat.apps.participation.services.proposals import tallied
from mandat.apps.participation.services.running import contributed
from mandat.apps.territory import selectors as territory
from mandat.kernel.text import Text

State = Project.State
#: Ballots of the vote on the climate.
VOTERS = 20_000
#: Lycées that vote in the demonstration.
VOTING = 8


@dataclass(frozen=True, slots=True)
class Staff:
    """Who studies, and who awards and follows."""

    agent: User
    second: User


@dataclass(frozen=True, slots=True)
class Days:
    """When the acts of a budget happen."""

    ideas: dt.date
    examined: dt.date
    studied: dt.date
    frozen: dt.date
    voted: dt.date | None = None
    counted: dt.date | None = None
    awarded: dt.date | None = None


def acts(where: Places, agent: User, second: User) -> Iterator[Act]:
    """Every budget that is published, from its ideas to what is delivered by the end of the history."""
    staff = Staff(agent, second)
    known = {(one.process, one.code) for one in budgets()}
    yield Act(
        moment(dt.date(2024, 12, 16), 15),
        "budget/0",
        partial(_envelope, agent, "democratie-2025", 75, ("75.1",), 2025, Decimal(2_300_000)),
    )
    yield Act(
        moment(dt.date(2025, 12, 15), 15),
        "budget/0",
        partial(_envelope, agent, "democratie-2026", 75, ("75.1",), 2026, Decimal(300_000)),
    )
    yield Act(
        moment(dt.date(2025, 12, 15), 15),
        "budget/1",
        partial(_envelope, agent, "culture-participative-2026", 40, (), 2026, Decimal(300_000)),
    )
    yield Act(moment(dt.date(2025, 12, 15), 15), "budget/2", partial(_more, agent))
    if ("ma-solution-climat-2025", "budget") in known:
        days = Days(
            dt.date(2024, 10, 8),
            dt.date(2024, 12, 3),
            dt.date(2025, 2, 18),
            dt.date(2025, 2, 21),
            dt.date(2025, 3, 28),
            dt.date(2025, 4, 1),
            dt.date(2025, 5, 16),
        )
        yield from _budget(where, staff, "ma-solution-climat-2025", "budget", ("",), REGION, 60, days, VOTERS)
    if ("budget-lycees-2026", "budget") in known:
        days = Days(
            dt.date(2025, 11, 4),
            dt.date(2026, 1, 8),
            dt.date(2026, 2, 24),
            dt.date(2026, 2, 26),
            dt.date(2026, 3, 24),
            dt.date(2026, 3, 30),
            dt.date(2026, 4, 17),
        )
        parts = budget_terms("budget-lycees-2026", "budget").parts[:VOTING]
        yield from _budget(where, staff, "budget-lycees-2026", "budget", parts, LYCEE, 6, days, 420)
    if ("enveloppe-culture-2026", "enveloppe") in known:
        days = Days(
            dt.date(2026, 2, 3),
            dt.date(2026, 3, 17),
            dt.date(2026, 5, 5),
            dt.date(2026, 5, 7),
            dt.date(2026, 5, 28),
            dt.date(2026, 6, 1),
            dt.date(2026, 6, 19),
        )
        yield from _budget(where, staff, "enveloppe-culture-2026", "enveloppe", ("",), CULTURE, 14, days, 46)
    if ("initiatives-citoyennes-2026", "budget") in known:
        days = Days(dt.date(2026, 5, 12), dt.date(2026, 7, 7), dt.date(2026, 10, 20), dt.date(2026, 10, 27))
        yield from _budget(where, staff, "initiatives-citoyennes-2026", "budget", ("",), INITIATIVES, 18, days, 0)
    if ("ma-solution-climat-2027", "budget") in known:
        yield Act(
            moment(dt.date(2026, 10, 20), 10),
            "budget/ma-solution-climat-2027/1",
            partial(_ideas, where, "ma-solution-climat-2027", "budget", "", REGION, 24),
        )


def _envelope(agent: User, code: str, measure: int, commitments: tuple[str, ...], year: int, amount: Decimal) -> None:
    title = f"Enveloppe participative {code}"
    opened = funds.envelope_open(
        actor=agent, code=code, title=title, line="6574", section="investment", year=year, measure=measure,
        commitments=commitments, synthetic=True,
    )  # fmt: skip
    today = timezone.localdate()
    funds.vote(
        actor=agent, envelope=opened, on=today, decision=f"SYN-{code}", stage="primary", commitment=amount,
        payments={year: amount},
    )  # fmt: skip


def _more(agent: User) -> None:
    """What works of the first budget still cost the year after."""
    envelope = Envelope.objects.get(code="democratie-2025")
    funds.vote(
        actor=agent, envelope=envelope, on=timezone.localdate(), decision="SYN-report-2026", stage="amending",
        payments={2026: Decimal(1_200_000)},
    )  # fmt: skip


def _budget(
    where: Places, staff: Staff, process: str, component: str, parts: Sequence[str], texts: Sequence[Idea], count: int,
    days: Days, voters: int,
) -> Iterator[Act]:  # fmt: skip
    name = f"budget/{process}"
    for rank, part in enumerate(parts):
        key = f"{name}/{rank:02d}"
        yield Act(
            moment(days.ideas, 10, rank), f"{key}/1", partial(_ideas, where, process, component, part, texts, count)
        )
        yield Act(moment(days.examined, 10, rank), f"{key}/2", partial(_examine, staff.agent, process, component, part))
        yield Act(
            moment(days.studied, 10, rank), f"{key}/3", partial(_study, staff.agent, process, component, part, texts)
        )
        yield Act(moment(days.frozen, 10, rank), f"{key}/4", partial(_freeze, staff.agent, process, component, part))
        if days.voted and days.counted and days.awarded:
            yield Act(moment(days.voted, 10, rank), f"{key}/5", partial(_vote, process, component, part, voters))
            yield Act(moment(days.counted, 10, rank), f"{key}/6", partial(_count, process, component, part))
            yield Act(
                moment(days.awarded, 15, rank), f"{key}/7", partial(_award, staff.second, process, component, part)
            )
    if days.awarded:
        day = days.awarded + dt.timedelta(days=45)
        number = 0
        while day <= END:
            yield Act(moment(day, 11), f"{name}/8/{number:02d}", partial(_follow, staff.second, process, component))
            day, number = day + dt.timedelta(days=30), number + 1


def _ideas(where: Places, process: str, component: str, part: str, texts: Sequence[Idea], count: int) -> None:
    """Ideas of invented people, who are numbers."""
    terms = budget_terms(process, component)
    chance = np.random.default_rng(seed_of(f"mandat/ideas/{process}/{part}"))
    contributed(terms.published)
    now = timezone.now()
    made = []
    for rank in range(count):
        text = texts[rank % len(texts)]
        area = where.commune(chance)
        name = territory.area_name(area)
        author = Participant.objects.create(
            programme=terms.published.programme, process=process, version=terms.published.ref.version,
            pseudonym=f"Personne synthétique {rank + 1}", area=area, joined_at=now,
        )  # fmt: skip
        seed = seed_of(f"mandat/idea/{process}/{part}/{rank}")
        proposal = Proposal.objects.create(
            reference=_reference(seed), programme=terms.published.programme, process=process,
            component=terms.budget.ideas, version=terms.published.ref.version, author=author,
            title=text.title.fr.format(commune=name)[:150], text=text.text.fr, title_other=text.title.en.format(commune=name)[:150],
            text_other=text.text.en, category=text.category if _known(terms, text.category) else "", commune=area.partition(":")[2],
            state=Proposal.State.PUBLISHED, supports=int(chance.integers(0, 240)), shuffle=int(chance.integers(2**31 - 1)),
            synthetic=True, created_at=now, saved_at=now, published_at=now,
        )  # fmt: skip
        Authorship.objects.create(proposal=proposal, participant=author, since=now)
        tallied(proposal, 1)
        made.append(proposal)
    finding.index(made)


def _known(terms: BudgetTerms, category: str) -> bool:
    component = terms.published.process.component(terms.budget.ideas)
    return component is not None and category in {one.code for one in getattr(component, "categories", ())}


def _reference(seed: int) -> str:
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    return "".join(letters[(seed >> (5 * place)) & 31] for place in range(10))


def _waiting(process: str, component: str, part: str) -> list[Proposal]:
    """The ideas of one part: those made in its own act, in the order of their making."""
    terms = budget_terms(process, component)
    rows = Proposal.objects.filter(programme=terms.published.programme, process=process, component=terms.budget.ideas)
    known = [_reference(seed_of(f"mandat/idea/{process}/{part}/{rank}")) for rank in range(120)]
    found = {one.reference: one for one in rows.filter(reference__in=known).order_by("pk")}
    return [found[one] for one in known if one in found]


def _examine(agent: User, process: str, component: str, part: str) -> None:
    """One idea out of six is refused, one out of eight is studied with the one before."""
    terms = budget_terms(process, component)
    last: Project | None = None
    for rank, proposal in enumerate(_waiting(process, component, part)):
        if rank % 6 == 5:
            grounds = terms.budget.refusals
            ground = grounds[rank // 6 % len(grounds)]
            idea_refuse(
                actor=agent, process=process, component=component, proposal=proposal.reference, ground=ground.code,
                reason=f"{ground.label.fr}. Exemple synthétique.", synthetic=True,
            )  # fmt: skip
            continue
        last = idea_retain(
            actor=agent, process=process, component=component, proposal=proposal.reference,
            project=last if rank % 8 == 7 else None, part=part, synthetic=True,
        )  # fmt: skip


def _study(agent: User, process: str, component: str, part: str, texts: Sequence[Idea]) -> None:
    """Every study is given: one out of nine finds the project not feasible."""
    terms = budget_terms(process, component)
    chance = np.random.default_rng(seed_of(f"mandat/studies/{process}/{part}"))
    least = terms.budget.least or Decimal(500)
    most = min(terms.budget.most or terms.budget.share(part), terms.budget.share(part))
    for rank, project in enumerate(_projects(terms, part)):
        if rank % 9 == 8:
            why = "Le terrain ne s'y prête pas : sol instable. Exemple synthétique."
            studies.study_conclude(actor=agent, project=project, finding="infeasible", why=why)
            continue
        share = float(chance.beta(2.2, 2.4))
        cost = (least + (most - least) * Decimal(str(round(share, 3)))).quantize(Decimal(100))
        half = (cost * Decimal("0.62")).quantize(Decimal(1))
        changes = "Surface réduite d'un tiers pour tenir dans le budget." if rank % 5 == 3 else ""
        studies.sheet_write(
            actor=agent, project=project,
            sheet=Sheet(
                title=project.title, summary=project.summary, part=part, category=project.category, area=project.area,
                owner="Commune ou organisme du lieu", manager="Service régional", months=6 + rank % 12 if terms.budget.delivery_months > 12 else 6,
                changes=changes,
            ),
        )  # fmt: skip
        studies.costs_write(
            actor=agent, project=project,
            lines=[
                Cost("investment", "Fournitures et équipements", half, "devis de deux fournisseurs"),
                Cost("investment", "Travaux et pose", cost - half, "chantiers semblables"),
                *([Cost("running", "Entretien", (cost * Decimal("0.03")).quantize(Decimal(1)) + 1, "estimation du service")] if rank % 3 else []),
            ],
        )  # fmt: skip
        verdicts = {
            one.code: ("met", "") if n or rank % 4 else ("partly", "Effet limité au quartier.")
            for n, one in enumerate(terms.budget.criteria)
        }
        studies.assess(actor=agent, project=project, verdicts=verdicts)
        stance, text = ("reserves", "Prévoir l'entretien dès la première année.") if rank % 4 == 1 else ("for", "")
        studies.opinion_record(
            actor=agent,
            project=project,
            service="Direction des patrimoines",
            stance=stance,
            text=text,
            on=timezone.localdate(),
        )
        if changes:
            studies.agreement_record(actor=agent, project=project, on=timezone.localdate())
        studies.study_conclude(
            actor=agent, project=project, finding="feasible", why="Réalisable dans le délai et le coût annoncés."
        )


def _projects(terms: BudgetTerms, part: str) -> list[Project]:
    rows = Project.objects.filter(
        programme=terms.published.programme, process=terms.process, component=terms.code, part=part, state=State.STUDY
    )
    return list(rows.order_by("pk"))


def _freeze(agent: User, process: str, component: str, part: str) -> None:
    list_freeze(actor=agent, process=process, component=component, part=part, synthetic=True)


def _list(process: str, component: str, part: str) -> ProjectList:
    return ProjectList.objects.get(process=process, component=component, part=part)


def _vote(process: str, component: str, part: str, voters: int) -> None:
    """Invented voters care for their département and for one theme or two; a third look at the cost as well."""
    poll = Poll.objects.get(reference=_list(process, component, part).poll)
    chance = np.random.default_rng(seed_of(f"mandat/ballots/{process}/{part}"))
    count = voters if not part else int(voters * chance.uniform(0.45, 1.6))
    fill(poll, ballots(poll, count, chance), channel="code" if part else "account", seed=poll.reference)


def _count(process: str, component: str, part: str) -> None:
    poll_close(actor=None, poll=Poll.objects.get(reference=_list(process, component, part).poll))


def _award(agent: User, process: str, component: str, part: str) -> None:
    """The assembly awards the money, and each project announces its steps."""
    today = timezone.localdate()
    found = _list(process, component, part)
    if not Project.objects.filter(outcome__list=found, state=State.CHOSEN).exists():
        return
    for project in money.money_award(actor=agent, found=found, decision=f"SYN {today:%y.%m}.{found.pk:02d}", on=today):
        months = project.months or 6
        steps = [
            delivery.Planned(Text("Marché passé", "Contract signed"), today + dt.timedelta(days=max(30, 9 * months))),
            delivery.Planned(Text("Travaux commencés", "Works begun"), today + dt.timedelta(days=max(45, 16 * months))),
            delivery.Planned(
                Text("Ouvert à tout le monde", "Open to all"), today + dt.timedelta(days=max(60, 30 * months))
            ),
        ]
        delivery.steps_plan(actor=agent, project=project, steps=steps)


def _follow(agent: User, process: str, component: str) -> None:
    """Each month: steps whose day has come are done, or put off once; money follows; one project is given up."""
    terms, today = budget_terms(process, component), timezone.localdate()
    rows = Project.objects.filter(
        programme=terms.published.programme, process=process, component=component, state=State.FUNDED
    )
    for project in rows.order_by("pk"):
        chance = np.random.default_rng(seed_of(f"mandat/delivery/{process}/{project.pk}/{today}"))
        step = project.steps.filter(done_on__isnull=True, due_on__lte=today).order_by("rank").first()
        if step is None:
            continue
        if step.first_due == step.due_on and chance.random() < 0.3:
            why = "Livraison des matériaux retardée. Exemple synthétique."
            delivery.step_delay(
                actor=agent,
                project=project,
                rank=step.rank,
                until=max(step.due_on, today) + dt.timedelta(days=75),
                why=why,
            )
            continue
        shown = (
            [("photo", "https://exemple.invalid/photo.jpg", "Vue du chantier (exemple synthétique)")]
            if step.rank > 1
            else []
        )
        delivery.step_done(actor=agent, project=project, rank=step.rank, on=today, evidence=shown)
        part = {1: Decimal("0.2"), 2: Decimal("0.4"), 3: Decimal("0.38")}[step.rank]
        amount = (project.awarded_euros * part).quantize(Decimal(1))
        if amount > 0:
            _pay(agent, project, step.rank, amount, today)
        if step.rank == 3:
            delivery.project_deliver(actor=agent, project=project, on=today)


def _pay(agent: User, project: Project, rank: int, amount: Decimal, today: dt.date) -> None:
    purposes = {1: "Avance", 2: "Acompte de travaux", 3: "Solde"}
    money.project_pay(
        actor=agent, project=project, key=f"SYN-{project.pk}-{rank}", amount=amount, on=today, purpose=purposes[rank]
    )
