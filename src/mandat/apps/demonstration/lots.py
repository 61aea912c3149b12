"""The panel on mobility: letters, a pool of ten thousand invented people, draws, sessions, recommendations and answers, by the real services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import numpy as np
from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.answers.models import Duty
from mandat.apps.answers.services import duties
from mandat.apps.demonstration.claims import Act, moment
from mandat.apps.demonstration.course import seed_of
from mandat.apps.panels.models import Letter, Panel, Volunteer
from mandat.apps.panels.services import draws, opinions, sittings
from mandat.apps.panels.services.common import panel_of
from mandat.apps.panels.services.inviting import letters_draw
from mandat.apps.panels.terms import PanelTerms, panel_terms, panels
from mandat.kernel.text import Text

PROCESS, COMPONENT = "panel-mobilites-2025", "panel"
#: People of the pool.
POOL = 10_000
SESSIONS = (
    (dt.date(2025, 5, 16), "Comprendre", "Understand", "Orléans", "45234"),
    (dt.date(2025, 6, 13), "Écouter", "Listen", "Bourges", "18033"),
    (dt.date(2025, 9, 12), "Débattre", "Debate", "Tours", "37261"),
    (dt.date(2025, 10, 3), "Conclure", "Conclude", "Blois", "41018"),
)
ASKED = (
    ("Un car toutes les heures sur les lignes entre bourgs", "A coach every hour between small towns"),
    ("Une seule carte pour le train, le car et le vélo", "One card for train, coach and bicycle"),
    ("Des abris vélos fermés dans chaque gare", "Closed bicycle shelters at every station"),
    ("Un transport à la demande le soir et le dimanche", "Transport on demand in the evening and on Sundays"),
    (
        "Des quais et des cars accessibles à tous les handicaps",
        "Platforms and coaches accessible whatever the disability",
    ),
    ("Un prix annoncé à l'avance pour trois ans", "A price announced three years ahead"),
    ("Du covoiturage assuré par la Région sur dix itinéraires", "Car sharing insured by the Region on ten routes"),
    ("Un point d'information dans chaque maison de services", "An information point in every house of services"),
)
ANSWERS = (
    ("accepted", "La Région le fera, à partir de septembre 2026.", "The Region will do it, from September 2026."),
    ("partly", "La Région commencera par six lignes, puis décidera au vu des résultats.", "The Region will begin with six lines, then decide on the results."),
    ("refused", "La Région ne le fera pas : la compétence est celle des communes.", "The Region will not do it: communes are in charge."),
)  # fmt: skip


def acts(agent: User, second: User) -> Iterator[Act]:
    """The panel from its letters to the last answer; nothing for a programme without it."""
    if (PROCESS, COMPONENT) not in {(one.process, one.code) for one in panels()}:
        return
    name = "lots/"
    event = "tirage public de la loterie de démonstration"
    yield Act(moment(dt.date(2025, 2, 4), 9), f"{name}01", partial(_letters, agent))
    yield Act(moment(dt.date(2025, 3, 14), 16), f"{name}02", _volunteer)
    yield Act(moment(dt.date(2025, 3, 17), 10), f"{name}03", lambda: draws.pool_close(actor=agent, panel=_panel()))
    yield Act(
        moment(dt.date(2025, 3, 18), 10),
        f"{name}04",
        lambda: draws.draw_announce(actor=agent, panel=_panel(), event=event, event_on=dt.date(2025, 3, 28)),
    )
    yield Act(moment(dt.date(2025, 3, 28), 12), f"{name}05", partial(_hold, agent, "8 14 27 33 41 – 5"))
    yield Act(moment(dt.date(2025, 4, 4), 12), f"{name}06", partial(_seats, 6))
    yield Act(
        moment(dt.date(2025, 4, 8), 10),
        f"{name}07",
        lambda: draws.draw_announce(actor=agent, panel=_panel(), event=event, event_on=dt.date(2025, 4, 18)),
    )
    yield Act(moment(dt.date(2025, 4, 18), 12), f"{name}08", partial(_hold, agent, "2 19 22 38 47 – 9"))
    yield Act(moment(dt.date(2025, 4, 25), 12), f"{name}09", partial(_seats, 0))
    for rank, (day, french, english, place, commune) in enumerate(SESSIONS, 1):
        yield Act(
            moment(day - dt.timedelta(days=14), 9),
            f"{name}1{rank}a",
            partial(_convene, agent, Text(french, english), day, place, commune),
        )
        yield Act(moment(day + dt.timedelta(days=4), 9), f"{name}1{rank}b", partial(_attend, agent, rank))
        yield Act(moment(day + dt.timedelta(days=11), 9), f"{name}1{rank}c", partial(_pay, agent, rank))
    yield Act(moment(dt.date(2025, 10, 10), 16), f"{name}30", partial(_opinion, agent))
    for rank in range(1, len(ASKED) + 1):
        yield Act(
            moment(dt.date(2025, 11, 18) + dt.timedelta(days=7 * rank), 11),
            f"{name}4{rank}",
            partial(_answer, second, rank),
        )


def _terms() -> PanelTerms:
    return panel_terms(PROCESS, COMPONENT)


def _panel() -> Panel:
    return panel_of(PROCESS, COMPONENT, synthetic=True)


def _letters(agent: User) -> None:
    addresses = {
        one.code: [f"adresse synthétique {number}, {one.code}" for number in range(one.addresses)]
        for one in _terms().rules.strata
    }
    letters_draw(
        actor=agent,
        process=PROCESS,
        component=COMPONENT,
        addresses=addresses,
        seed="mandat-demonstration",
        synthetic=True,
    )


def _volunteer() -> None:
    """Ten thousand of those invited say yes: their features follow the population's shares, the young a little less often."""
    panel, terms = _panel(), _terms()
    chance = np.random.default_rng(seed_of("mandat/panel/pool"))
    letters = list(Letter.objects.filter(panel=panel).order_by("pk"))
    chosen = sorted(int(place) for place in chance.choice(len(letters), size=min(POOL, len(letters)), replace=False))
    drawn: dict[str, list[str]] = {}
    for feature in terms.rules.features:
        shares = np.array([float(one.share or Decimal("0.6")) for one in feature.values])
        if feature.code == "age":
            shares = shares * np.array([0.6, 0.8, 1.0, 1.3, 0.9])
        values = [one.value for one in feature.values]
        drawn[feature.code] = [
            values[int(n)] for n in chance.choice(len(values), size=len(chosen), p=shares / shares.sum())
        ]
    today = timezone.localdate()
    rows = []
    for number, place in enumerate(chosen):
        letter = letters[place]
        features = {code: values[number] for code, values in drawn.items()} | {"departement": letter.stratum}
        row = Volunteer(panel=panel, letter=letter, code=letter.code, joined_on=today)
        row.features = features
        rows.append(row)
    Volunteer.objects.bulk_create(rows, batch_size=1000)


def _hold(agent: User, number: str) -> None:
    draws.draw_hold(actor=agent, panel=_panel(), number=number, proof="https://exemple.invalid/tirage")


def _seats(declined: int) -> None:
    """Those drawn answer: the first ``declined`` cannot come."""
    waiting = Volunteer.objects.filter(panel=_panel(), state=Volunteer.State.DRAWN).order_by("ticket")
    for rank, one in enumerate(list(waiting)):
        draws.seat_answer(volunteer=one, accepted=rank >= declined)


def _convene(agent: User, title: Text, day: dt.date, place: str, commune: str) -> None:
    sittings.sitting_convene(
        actor=agent, panel=_panel(), title=title, held_on=day, place=place, commune=commune, days=Decimal(2)
    )


def _attend(agent: User, rank: int) -> None:
    panel = _panel()
    members = Volunteer.objects.filter(panel=panel, state=Volunteer.State.MEMBER).order_by("ticket")
    numbers = list(members.values_list("number", flat=True))
    sittings.sitting_close(actor=agent, sitting=panel.sittings.get(rank=rank), present=numbers[rank:])


def _pay(agent: User, rank: int) -> None:
    sittings.allowances_pay(actor=agent, panel=_panel(), on=timezone.localdate(), reference=f"SYN-panel-{rank}")


def _opinion(agent: User) -> None:
    adopted = [
        opinions.Adopted(Text(french, english), Text("", ""), 58 - 2 * rank, rank, 2)
        for rank, (french, english) in enumerate(ASKED)
    ]
    text = Text(
        "Nous, soixante personnes tirées au sort, demandons que l'on puisse se déplacer chaque jour sans voiture à soi. Exemple synthétique.",
        "We, sixty people drawn by lot, ask that one can get around every day without a car of one's own. Synthetic example.",
    )
    opinions.opinion_give(actor=agent, panel=_panel(), text=text, recommendations=adopted, on=timezone.localdate())


def _answer(agent: User, rank: int) -> None:
    duty = Duty.objects.get(source=f"recommendation:{PROCESS}/{COMPONENT}/{rank}")
    outcome, french, english = ANSWERS[rank % len(ANSWERS)]
    duties.answer(actor=agent, duty=duty, text=Text(french, english), outcome=outcome, links=[])
