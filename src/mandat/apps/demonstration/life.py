"""What people did with the region's rights, wallets and offers: synthetic acts, made week by week by the real services.

Figures are the same on every machine; references, codes and the digests of sealed records are drawn at random, as they are in life.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from mandat.apps.accounts.models import Notice, User
from mandat.apps.demonstration import (
    assemblies,
    budgets,
    cases,
    claims,
    classes,
    community,
    consultations,
    desk,
    following,
    lots,
    participation,
    petitions,
    purses,
)
from mandat.apps.demonstration.bodies import bodies
from mandat.apps.demonstration.claims import Act, Staff, moment
from mandat.apps.demonstration.clock import set_to
from mandat.apps.demonstration.course import END
from mandat.apps.demonstration.places import Places
from mandat.apps.demonstration.projects import projects
from mandat.apps.demonstration.residents import Resident, accounts, residents
from mandat.apps.programme.published import Published
from mandat.apps.rights import services as rights
from mandat.apps.rights.terms import rights as published_rights
from mandat.apps.wallets import services as wallets

#: Nothing happens to a right before this week.
BEGINS = dt.date(2022, 5, 2)


@dataclass(slots=True)
class Life:
    """The acts of every week, by its Monday, and who acts in them."""

    weeks: Mapping[dt.date, list[Act]] = field(default_factory=dict)
    holders: Mapping[int, Resident] = field(default_factory=dict)
    manager: User | None = None
    agent: User | None = None

    def live(self, monday: dt.date, *, until: dt.datetime) -> None:
        """Do what belongs to the week of ``monday`` and comes before ``until``: what the passing of days brings, then each act at its moment."""
        if self.agent is None or self.manager is None or monday < BEGINS:
            return
        friday = monday + dt.timedelta(days=4)
        closing = moment(friday, 17)
        with set_to(moment(monday, 3)):
            rights.day_pass()
            if monday.day <= 7:
                wallets.expire()
        for act in sorted(self.weeks.get(monday, []), key=lambda act: (act.at, act.name)):
            if act.at < min(closing, until):
                with set_to(act.at):
                    act.do()
        with set_to(closing):
            purses.purchases(friday, self.manager)
            claims.renewals(self.holders, friday)
        with set_to(closing + dt.timedelta(minutes=30)):
            if friday.day <= 7:
                self._month(friday)
            # Told on the site only: a demonstration writes to nobody.
            Notice.objects.filter(sent_at__isnull=True).update(sent_at=closing)

    def _month(self, friday: dt.date) -> None:
        assert self.agent is not None
        wallets.publish()
        if friday.month % 3 == 1:
            rights.beneficiaries_count()
            purses.settle(friday, self.agent)


def life(current: Published, where: Places) -> Life:
    """The whole life of a programme that has rights; empty for another, or where the accounts are not made."""
    people = {user.email: user for user in User.objects.filter(email__endswith="@demo.example")}
    needed = ("agent", "agente", "admin", "partenaire")
    if not published_rights(current) or not all(f"{name}@demo.example" in people for name in needed):
        return Life()
    agent, second, admin, partner = (people[f"{name}@demo.example"] for name in needed)
    found = residents(where)
    users = accounts(found)
    every: list[Act] = [
        *claims.acts(found, users, Staff(agent, second)),
        *purses.acts(where, partner, Staff(agent, second)),
        *classes.acts(where, classes.Team(agent, admin, second)),
        *_applications(current, where, cases.Desk(agent, second, admin)),
        *community.acts(current, users, agent, second),
        *consultations.acts(found, users, agent),
        *desk.acts(where, users, agent),
        *assemblies.acts(current, assemblies.Secretariat(agent, admin, people.get("elue@demo.example"))),
        *participation.acts(where, participation.Team(agent, second)),
        *budgets.acts(where, agent, second),
        *lots.acts(agent, second),
    ]
    every += petitions.acts(petitions.staff_of(agent, second, admin, users, where))
    weeks: dict[dt.date, list[Act]] = defaultdict(list)
    for act in every:
        day = act.at.date()
        if BEGINS <= day <= END:
            weeks[day - dt.timedelta(days=day.weekday())].append(act)
    holders = {users[resident.number].pk: resident for resident in found}
    return Life(weeks, holders, partner, agent)


def _applications(current: Published, where: Places, desk: cases.Desk) -> list[Act]:
    """What is asked of the schemes and what follows; nothing for a programme without any."""
    found = bodies(where)
    held = cases.batches_of([(monday, batch) for monday, batch in projects(current, found) if batch])
    if not held:
        return []
    return [*cases.acts(current, found, held, desk), *following.acts(held, found.opener, desk)]
