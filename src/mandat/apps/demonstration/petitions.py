"""Petitions of the demonstration: one at each threshold, one answered, one refused, one whose fraud was found, a referendum held, mediations.

Every act is made by the real services, with invented words and invented signatures. No petition here was ever written by anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.answers import selectors as answers
from mandat.apps.answers.services import duties
from mandat.apps.ballots.bulk import fill as box_fill
from mandat.apps.ballots.models import Poll
from mandat.apps.ballots.services.closing import poll_close
from mandat.apps.demonstration import mediations
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import END, seed_of
from mandat.apps.demonstration.places import Places
from mandat.apps.mediation.services import telling
from mandat.apps.participation.definitions import published_processes
from mandat.apps.petitions.bulk import fill
from mandat.apps.petitions.models import Petition, Referendum
from mandat.apps.petitions.services import closing, counting, drafting, examining, fraud, referendums, thresholds
from mandat.apps.programme.published import published
from mandat.kernel.text import Text

HOUSE, LAW = "droit-de-petition", "demandes-des-electeurs"
BANDS = ("14-17", "18-24", "25-39", "40-59", "60-74", "75+")
SHARES = (0.03, 0.16, 0.28, 0.31, 0.17, 0.05)
#: What each says: title, request, why.
WORDS: Mapping[str, tuple[str, str, str]] = {
    "cars": (
        "Des cars le dimanche dans les villages",
        "La Région fait circuler des cars le dimanche sur les lignes qui relient les chefs-lieux de canton à une gare.",
        "Sans voiture, le dimanche est un jour sans visite, sans travail et sans sport.\n\n- trois allers-retours suffiraient ;\n- l'essai durerait un an.",
    ),
    "repas": (
        "Un repas végétarien au choix chaque jour au lycée",
        "La Région demande à chaque lycée de proposer chaque jour un repas végétarien complet, au choix.",
        "Le choix existe dans certains lycées et pas dans d'autres. Les recettes et la formation peuvent être mises en commun.",
    ),
    "captages": (
        "Une étude indépendante sur l'eau de nos captages",
        "La Région fait publier une étude indépendante de l'état des captages d'eau potable, commune par commune.",
        "Les chiffres sont dispersés et difficiles à lire. Une étude que tout le monde peut refaire éclairerait les choix.",
    ),
    "gares": (
        "Un plan pour les petites gares",
        "Le conseil régional débat d'un plan de réouverture et d'entretien des petites gares, avec un calendrier.",
        "Une gare fermée l'est pour longtemps. Le débat doit avoir lieu en public, ligne par ligne.",
    ),
    "ecrans": (
        "Des gares régionales sans écrans publicitaires",
        "La Région retire les écrans publicitaires lumineux des gares dont elle a la charge, à la fin des contrats en cours.",
        "Ils consomment, ils distraient, et personne ne les a demandés.",
    ),
    "taxe": (
        "Baisser l'impôt sur le revenu des jeunes",
        "La Région supprime l'impôt sur le revenu des personnes de moins de 25 ans qui habitent la région.",
        "Les premiers salaires sont bas.",
    ),
    "haies": (
        "Une haie pour chaque commune",
        "La Région finance la plantation d'au moins un kilomètre de haie dans chaque commune qui le demande.",
        "Ombre, eau, oiseaux : une haie rend plus qu'elle ne coûte.",
    ),
    "nuit": (
        "Des trains qui rentrent après le spectacle",
        "La Région fait circuler un dernier train après 23 heures, le vendredi et le samedi, sur les lignes d'Orléans et de Tours.",
        "Sortir ne devrait pas obliger à prendre la voiture.",
    ),
    "velos": (
        "Monter son vélo dans tous les trains",
        "La Région garantit six places de vélo dans chaque train régional, toute l'année, sans réservation.",
        "Le train et le vélo vont ensemble, sauf aux heures où l'on en a besoin.",
    ),
    "consultation": (
        "Consulter sur la gratuité des transports",
        "L'assemblée organise une consultation des électeurs sur la gratuité des transports régionaux pour toutes et tous.",
        "La question engage le budget pour longtemps : elle mérite d'être posée.",
    ),
    "abris": (
        "Des abris aux arrêts de car scolaire",
        "La Région installe un abri éclairé à chaque arrêt de car scolaire où montent plus de cinq élèves.",
        "Attendre dans le noir et sous la pluie n'est pas une fatalité.",
    ),
}  # fmt: skip


@dataclass(slots=True)
class Staff:
    """Who acts, and what was begun."""

    first: User
    second: User
    admin: User
    people: Sequence[User]
    where: Places
    made: dict[str, Petition] = field(default_factory=dict)

    def signers(self, key: str, count: int) -> Iterator[tuple[str, str]]:
        """Invented people: a commune and an age band each."""
        chance = np.random.default_rng(seed_of(f"petition:{key}"))
        communes = chance.choice(len(self.where.communes), size=count, p=self.where.shares)
        bands = chance.choice(len(BANDS), size=count, p=SHARES)
        for commune, band in zip(communes, bands, strict=True):
            yield self.where.communes[int(commune)].partition(":")[2], BANDS[int(band)]


def acts(staff: Staff) -> list[Act]:
    """Every act on petitions, referendums and mediations, in no order; nothing for a programme that has not these rights."""
    if not {HOUSE, LAW, mediations.PROCESS} <= set(published_processes()) or len(staff.people) < 12:
        return []
    found = [
        *_petitions(staff),
        *_referendum(staff),
        *mediations.acts(staff.first, staff.second, staff.admin, staff.people),
    ]
    return [*found, *_months()]


def _act(day: dt.date, hour: int, name: str, do: Callable[[], object]) -> Act:
    return Act(moment(day, hour), f"petitions:{name}", do)


def _begin(staff: Staff, key: str, author: int, process: str = HOUSE) -> None:
    """Write, have backed and send a petition."""
    title, request, why = WORDS[key]
    law = process == LAW
    user = staff.people[author]
    petition = drafting.petition_start(
        actor=user, process=process, component="demandes" if law else "petitions", title=title, request_text=request, text=why,
        request="consultation" if law else "", name=user.name,
    )  # fmt: skip
    if not law:
        drafting.sponsors_ask(actor=user, petition=petition)
        for n in range(5):
            drafting.petition_back(actor=staff.people[(author + 1 + n) % len(staff.people)], petition=petition)
    staff.made[key] = drafting.petition_submit(actor=user, petition=petition)


def _publish(staff: Staff, key: str) -> None:
    staff.made[key] = examining.petition_publish(actor=staff.first, petition=staff.made[key])


def _sign(staff: Staff, key: str, count: int, *, stage: int, channel: str = "account", origin: str = "") -> None:
    """So many more signatures, then what the thresholds make of them."""
    petition = Petition.objects.get(pk=staff.made[key].pk)
    fill(
        petition,
        staff.signers(f"{key}:{stage}", count),
        at=timezone.now(),
        channel=channel,
        seed=f"{key}:{stage}",
        origin=origin,
    )
    thresholds.look(petition=petition)


def _answer(
    staff: Staff, key: str, threshold: str, outcome: str, fr: str, en: str, delivery: dt.date | None = None
) -> None:
    source = f"petition:{staff.made[key].reference}/{threshold}"
    duty = answers.duties(staff.made[key].programme).filter(source=source, state="owed").first()
    if duty is not None:
        duties.answer(actor=staff.first, duty=duty, text=Text(fr, en), outcome=outcome, delivery_by=delivery)


#: A petition's course: its key, its author's rank, the day it is sent, and how many sign by the day so long after it opened.
COURSES: tuple[tuple[str, int, dt.date, tuple[tuple[int, int], ...]], ...] = (
    ("cars", 0, dt.date(2023, 3, 6), ((20, 420), (60, 640), (110, 280))),
    ("repas", 1, dt.date(2024, 1, 15), ((15, 900), (45, 1900), (90, 2700))),
    ("captages", 2, dt.date(2024, 9, 9), ((10, 1300), (40, 4100), (100, 2540))),
    ("gares", 3, dt.date(2025, 3, 3), ((12, 2200), (50, 4300), (120, 4150))),
    ("ecrans", 4, dt.date(2024, 10, 14), ((8, 3900), (40, 9100), (85, 8350))),
    ("haies", 5, dt.date(2026, 5, 18), ((15, 300), (60, 560))),
    ("nuit", 6, dt.date(2026, 9, 7), ((20, 410), (60, 530))),
    ("velos", 7, dt.date(2026, 8, 17), ((14, 500), (50, 920))),
)
ANSWERS: tuple[tuple[str, str, dt.date, str, str, str, dt.date | None], ...] = (
    (
        "cars", "reponse", dt.date(2023, 7, 10), "accepted",
        "Un essai d'un an s'ouvre sur quatre lignes ; son bilan sera public.",
        "A trial of one year opens on four lines; its account will be public.", dt.date(2024, 9, 1),
    ),
    (
        "repas", "reponse", dt.date(2024, 3, 18), "explained",
        "Voici, lycée par lycée, ce qui est proposé aujourd'hui, et ce qui manque.",
        "Here is, lycée by lycée, what is offered today and what is missing.", None,
    ),
    (
        "repas", "audition", dt.date(2024, 6, 10), "partly",
        "Les porteurs ont été entendus. La formation des cuisines commence ; le choix quotidien viendra lycée par lycée.",
        "Those who carry it were heard. Kitchens are being trained; the daily choice comes lycée by lycée.", dt.date(2026, 9, 1),
    ),
    (
        "captages", "reponse", dt.date(2024, 11, 4), "explained",
        "Les données existantes sont réunies sur une seule page, avec leurs sources.",
        "The data that exist are brought together on one page, with their sources.", None,
    ),
    (
        "captages", "audition", dt.date(2025, 1, 13), "partly",
        "L'audition a eu lieu : une étude indépendante peut être payée par le fonds.",
        "The hearing took place: an independent study may be paid for by the fund.", dt.date(2026, 6, 30),
    ),
    (
        "captages", "contre-expertise", dt.date(2025, 2, 17), "accepted",
        "La demande au fonds de contre-expertise est ouverte à l'association.",
        "The application to the fund is open to the association.", dt.date(2026, 6, 30),
    ),
    (
        "gares", "reponse", dt.date(2025, 4, 28), "explained",
        "L'état de chaque gare est publié, avec ce que coûterait sa réouverture.",
        "The state of each station is published, with what it would cost to open again.", None,
    ),
    (
        "gares", "audition", dt.date(2025, 6, 30), "explained",
        "Les porteurs ont été entendus par la commission ; le compte rendu est public.",
        "Those who carry it were heard by the committee; the minutes are public.", None,
    ),
    (
        "gares", "ordre-du-jour", dt.date(2025, 10, 13), "partly",
        "Le conseil a débattu : six gares sont retenues pour une première tranche.",
        "The council debated: six stations are kept for a first stage.", dt.date(2028, 3, 1),
    ),
)  # fmt: skip


def _petitions(staff: Staff) -> Iterator[Act]:
    for key, author, day, stages in COURSES:
        opened = day + dt.timedelta(days=4)
        yield _act(day, 9, f"{key}:0", lambda key=key, author=author: _begin(staff, key, author))  # type: ignore[misc]
        yield _act(opened, 10, f"{key}:1", lambda key=key: _publish(staff, key))  # type: ignore[misc]
        for stage, (after, count) in enumerate(stages):
            yield _act(
                opened + dt.timedelta(days=after), 16, f"{key}:{2 + stage}",
                lambda key=key, count=count, stage=stage: _sign(staff, key, count, stage=stage),  # type: ignore[misc]
            )  # fmt: skip
    for key, threshold, day, outcome, fr, en, delivery in ANSWERS:
        yield _act(
            day, 11, f"{key}:answer:{threshold}",
            lambda key=key, threshold=threshold, outcome=outcome, fr=fr, en=en, delivery=delivery: _answer(  # type: ignore[misc]
                staff, key, threshold, outcome, fr, en, delivery
            ),
        )  # fmt: skip
    yield _act(dt.date(2025, 11, 3), 9, "taxe:0", lambda: _begin(staff, "taxe", 8))
    yield _act(dt.date(2025, 11, 7), 15, "taxe:1", lambda: _refuse(staff))
    yield _act(dt.date(2026, 9, 1), 14, "haies:flood", lambda: _sign(staff, "haies", 320, stage=9, origin="d" * 32))
    yield _act(dt.date(2026, 9, 14), 10, "haies:found", lambda: _found(staff))
    yield _act(dt.date(2026, 9, 16), 10, "haies:confirmed", lambda: _confirmed(staff))
    yield _act(dt.date(2026, 10, 5), 9, "law:0", lambda: _begin(staff, "consultation", 9, LAW))
    yield _act(dt.date(2026, 10, 9), 10, "law:1", lambda: _publish(staff, "consultation"))
    yield _act(dt.date(2026, 11, 10), 16, "law:2", lambda: _sign(staff, "consultation", 1930, stage=0))
    yield _act(dt.date(2026, 11, 18), 9, "abris:0", lambda: _begin(staff, "abris", 10))


def _refuse(staff: Staff) -> None:
    examining.petition_refuse(
        actor=staff.first, petition=staff.made["taxe"], reason="hors-competence",
        explanation="L'impôt sur le revenu relève du Parlement, qui vote la loi de finances. La Région n'y peut rien décider.",
    )  # fmt: skip


def _found(staff: Staff) -> None:
    fraud.invalidation_propose(
        actor=staff.first, petition=staff.made["haies"], pattern={"origin": "d" * 32}, reason="automated",
        explanation="320 signatures envoyées d'un même réseau en une heure, de la même forme.",
    )  # fmt: skip


def _confirmed(staff: Staff) -> None:
    proposed = staff.made["haies"].invalidations.get(number=1)
    fraud.invalidation_confirm(actor=staff.second, invalidation=proposed, remark="Vérifié sur un tirage de cent.")


def _question(staff: Staff) -> Referendum:
    return Referendum.objects.get(petition=staff.made["ecrans"])


def _referendum(staff: Staff) -> Iterator[Act]:
    yield _act(dt.date(2025, 2, 24), 10, "ri:1", lambda: _checked(staff))
    yield _act(dt.date(2025, 3, 3), 10, "ri:2", lambda: _accepted(staff))
    yield _act(dt.date(2025, 3, 10), 10, "ri:3", lambda: _prepared(staff))
    # A fortnight later the campaign lasts thirty days, and the vote fourteen.
    yield _act(dt.date(2025, 4, 30), 12, "ri:4", lambda: _voted(staff))
    yield _act(dt.date(2025, 5, 9), 12, "ri:5", lambda: _counted(staff))
    yield _act(dt.date(2025, 7, 7), 12, "ri:6", lambda: _decided(staff))


def _checked(staff: Staff) -> None:
    referendums.question_check(
        actor=staff.second, referendum=_question(staff), outcome="reword",
        reasons="« À la fin des contrats en cours » ne dit pas quand. Une date rend la question claire sans changer ce qu'elle demande.",
        proposed="La Région retire-t-elle les écrans publicitaires lumineux des gares dont elle a la charge, au plus tard le 31 décembre 2027 ?",
    )  # fmt: skip


def _accepted(staff: Staff) -> None:
    referendums.wording_answer(actor=staff.people[4], referendum=_question(staff), accept=True)


def _prepared(staff: Staff) -> None:
    found = _question(staff)
    against = staff.people[11]
    referendums.writer_name(
        actor=staff.second,
        referendum=found,
        side="for",
        email=staff.people[4].email,
        signed="Collectif d'essai pour des gares calmes",
    )
    referendums.writer_name(
        actor=staff.second,
        referendum=found,
        side="against",
        email=against.email,
        signed="Association d'essai des commerces de gare",
    )
    referendums.argument_save(
        actor=staff.people[4], referendum=found, side="for",
        text="Un écran consomme autant que des foyers.\n\n- il s'impose à qui attend ;\n- l'affiche en papier suffit ;\n- la recette est faible.",
    )  # fmt: skip
    referendums.argument_save(
        actor=against, referendum=found, side="against",
        text="La recette paie une part de l'entretien des gares.\n\n- sans elle, il faudra la prendre ailleurs ;\n- les écrans servent aussi à informer.",
    )  # fmt: skip
    referendums.campaign_open(actor=staff.second, referendum=found, opens_on=dt.date(2025, 3, 24))


def _poll(staff: Staff) -> Any:
    return Poll.objects.get(reference=_question(staff).poll)


def _voted(staff: Staff) -> None:
    referendums.clock_run(programme=staff.made["ecrans"].programme)
    chance = np.random.default_rng(seed_of("referendum:ecrans"))
    choices = chance.choice(3, size=12_400, p=(0.55, 0.41, 0.04))
    box_fill(
        _poll(staff),
        (({"choice": "yes"}, {"choice": "no"}, {"blank": True})[int(one)] for one in choices),
        seed="ecrans",
    )


def _counted(staff: Staff) -> None:
    poll_close(actor=staff.first, poll=_poll(staff))


def _decided(staff: Staff) -> None:
    found = _question(staff)
    duty = answers.duties(found.programme).filter(source=referendums.source_of(found), state="owed").first()
    if duty is not None:
        duties.answer(
            actor=staff.first, duty=duty, outcome="accepted", delivery_by=dt.date(2027, 12, 31),
            text=Text(
                "Le conseil suit le résultat : les contrats ne sont pas renouvelés et les écrans sont retirés gare par gare.",
                "The council follows the result: contracts are not renewed and screens are taken away station by station.",
            ),
        )  # fmt: skip
    for threshold in ("reponse", "audition", "contre-expertise", "ordre-du-jour", "referendum"):
        _answer(
            staff, "ecrans", threshold, "accepted", "Le référendum a eu lieu et le conseil en suit le résultat.",
            "The referendum took place and the council follows its result.", dt.date(2027, 12, 31),
        )  # fmt: skip


#: Mediations: the day asked, whether somebody is threatened, and what came of it (None: still under way).


def _months() -> Iterator[Act]:
    """What the passing of days brings, at the end of each month."""
    day = dt.date(2023, 3, 31)
    while day <= END:
        yield _act(day, 18, "month", _month)
        day = (day + dt.timedelta(days=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    yield _act(END, 15, "month", _month)


def _month() -> None:
    programme = published().code
    closing.clock_run(programme=programme)
    referendums.clock_run(programme=programme)
    counting.count_all(programme=programme)
    telling.clock_run(programme=programme)


def staff_of(first: User, second: User, admin: User, people: Mapping[int, User], where: Places) -> Staff:
    """Who acts: the agents, and residents by their number."""
    return Staff(first, second, admin, [people[number] for number in sorted(people)], where)
