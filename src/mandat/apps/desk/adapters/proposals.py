"""Proposals written on paper, or told to an agent at a stall: published under the name their author chose, without an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mandat.apps.desk.adapters import people
from mandat.apps.desk.adapters.registry import Adapter, Conflict, Context, Data, Field, Target, Window
from mandat.apps.participation.definitions import PublishedProcess, published_process, published_processes
from mandat.apps.participation.services import collected
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

#: How long after the end a proposal collected before may be brought back, while the process itself goes on.
GRACE = dt.timedelta(days=7)
#: A blank holds no more words than that.
LONGEST = 3000


def _targets(process: str, meeting: str) -> Sequence[Target]:
    known = published_processes()
    chosen = [known[process]] if process in known else [] if process else list(known.values())
    return [
        Target(
            f"{one.code}/{component.code}",
            Text(f"{one.process.title.fr} : {component.title.fr}", f"{one.process.title.en}: {component.title.en}"),
        )
        for one in chosen
        for component in one.process.components
        if component.type == "proposals" and _lasts(one, component.code)
    ]


def _lasts(published: PublishedProcess, component: str) -> bool:
    closes = published.closes_at(component)
    return published.opens_at(component) is not None and (closes is None or closes > dt.datetime.now(dt.UTC))


def _found(target: str) -> tuple[PublishedProcess, Any]:
    process, _sep, code = target.partition("/")
    published = published_process(process)
    component = published.process.component(code)
    if component is None or component.type != "proposals":
        raise InputError(Text("cette composante n'existe plus", "this component is gone"))
    return published, component


def _fields(target: str) -> Sequence[Field]:
    published, component = _found(target)
    asked = [
        Field("title", Text("Titre", "Title"), longest=150),
        Field("text", Text("La proposition", "The proposal"), type="long", longest=min(LONGEST, component.longest)),
    ]
    if component.categories:
        choices = tuple((one.code, Text(one.label.fr, one.label.en)) for one in component.categories)
        asked.append(Field("category", Text("Catégorie", "Category"), type="choice", choices=choices))
    if component.place != "none":
        asked.append(Field("place", Text("Commune concernée", "Commune it is about"), required=component.place == "required"))  # fmt: skip
    asked.append(
        Field(
            "called", Text("Nom montré", "Name shown"), required=False, longest=60,
            help=Text("Un prénom ou un surnom, ou rien.", "A first name or a nickname, or nothing."),
        )
    )  # fmt: skip
    return (*asked, *people.fields(published))


def _window(target: str) -> Window:
    published, component = _found(target)
    return Window(published.opens_at(component.code), published.closes_at(component.code), GRACE)


def _given(target: str, data: Data, context: Context) -> dict[str, Any]:
    published, component = _found(target)
    values = {"title": data.get("title"), "text": data.get("text"), "category": data.get("category") or ""}
    if component.place != "none":
        values["commune"] = people.commune(data.get("place"))
    who = people.who(data) | {"called": str(data.get("called") or "")}
    return {"process": published.code, "component": component.code, "values": values, "who": who, "at": context.at}


def _check(target: str, data: Data, context: Context) -> None:
    same = collected.proposal_check(**_given(target, data, context))
    if same is not None and not context.settled:
        raise Conflict(
            Text(
                f"une proposition porte déjà ce titre ({same.reference}) : la même, ou une autre ?",
                f"a proposal has this title already ({same.reference}): the same, or another?",
            ),
            may_take=True,
        )


def _take(target: str, data: Data, context: Context) -> str:
    _check(target, data, context)
    made, said = collected.proposal_collect(
        actor=context.actor, read=bool(context.settled), **_given(target, data, context)
    )
    if said is not None:
        # Raised in the entry's own transaction: nothing is published before an agent has read it.
        raise Conflict(Text(f"à lire d'abord. {said.fr}", f"to be read first. {said.en}"), may_take=True)
    return str(made.reference)


PROPOSALS = Adapter(
    kind="proposal",
    label=_("proposals"),
    targets=_targets,
    fields=_fields,
    window=_window,
    check=_check,
    take=_take,
    help=Text(
        "Une proposition par feuillet, dans les mots de qui la fait. Elle est publiée sans compte, sous le nom choisi.",
        "One proposal a blank, in the words of its author. It is published without an account, under the name chosen.",
    ),
)
