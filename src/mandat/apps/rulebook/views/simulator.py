"""Try a rule on a situation: a form made from its inputs, the answer with its explanation. Nothing is stored nor sent by address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from mandat.apps.programme.views.shared import home_crumb
from mandat.apps.rulebook.applying import Applied, apply, exact
from mandat.apps.rulebook.asking import Control, Value, WrongAnswerError, control, read_answer, typed_in
from mandat.apps.rulebook.published import PublishedRule
from mandat.apps.rulebook.views.rules import rule_or_404, rules_crumb
from mandat.engines.rules.document import Entity
from mandat.engines.rules.tree import Aggregate, walk
from mandat.kernel.errors import InputError
from mandat.web.components import Crumb
from mandat.web.templatetags.formats import say

#: People of a household one may describe here.
MOST_PEOPLE = 12


@dataclass(slots=True)
class Group:
    """The questions about one person, or about the household."""

    title: str
    member: int
    controls: list[Control]
    removable: bool = False


@csrf_exempt
def simulator(request: HttpRequest, code: str) -> HttpResponseBase:
    """The empty form on GET; on POST the answer. It changes nothing here, so it needs no protection against forged forms."""
    if request.method == "POST":
        return _answered(request, code)
    _current, found = rule_or_404(code)
    return _Form(found, {}, timezone.localdate()).shown(request)


@never_cache
@sensitive_post_parameters()
def _answered(request: HttpRequest, code: str) -> HttpResponse:
    _current, found = rule_or_404(code)
    return _Form(found, request.POST.dict(), timezone.localdate()).answered(request)


class _Form:
    """One rule and what was typed about a situation."""

    def __init__(self, found: PublishedRule, post: Mapping[str, Any], today: dt.date) -> None:
        self.found = found
        self.post = dict(post)
        self.as_of = _day(self.post.get("as_of", "")) or today
        self.errors: dict[str, WrongAnswerError] = {}
        self.values: dict[str, Value] = {}
        people = self.post.get("people", "1")
        self.people = min(max(int(people), 1), MOST_PEOPLE) if str(people).isdecimal() and len(str(people)) < 4 else 1

    @property
    def counts_people(self) -> bool:
        rule = self.found.rule
        lines = [*rule.tree.formulas.values(), *rule.tree.checks.values()] if rule else []
        return any(isinstance(node, Aggregate) for line in lines for node in walk(line.expr))

    def answered(self, request: HttpRequest) -> HttpResponse:
        operation, _colon, place = str(self.post.get("op", "try")).partition(":")
        if operation == "add":
            self.people = min(self.people + 1, MOST_PEOPLE)
            return self.shown(request)
        if operation == "remove" and place.isdecimal() and len(place) < 4:
            self._remove(int(place))
            return self.shown(request)
        if operation == "example" and place.isdecimal() and len(place) < 4:
            self._example(int(place))
        else:
            self._read()
        if self.errors or self.found.rule is None:
            return self.shown(request, status=422 if self.errors else 200)
        try:
            applied = apply(self.found, self._situation(), as_of=self.as_of)
        except InputError as error:
            return self.shown(request, wrong=str(error), status=422)
        return self.shown(request, applied=applied)

    def _entities(self) -> list[Entity]:
        used = {given.entity for given in self._inputs().values()}
        return [entity for entity in self.found.entities.values() if entity.name in used]

    def _inputs(self) -> Mapping[str, Any]:
        return self.found.asked

    def _slots(self) -> list[tuple[str, Entity, int, Any]]:
        """Every question: its name in the form, the entity, the member, the input."""
        found = []
        for entity in self._entities():
            for member in range(self.people if self._many(entity) else 1):
                for name, given in self._inputs().items():
                    if given.entity == entity.name:
                        found.append((f"{entity.name}:{member}:{name}", entity, member, given))
        return found

    def _many(self, entity: Entity) -> bool:
        return entity.kind == "person" and self.counts_people

    def _read(self) -> None:
        for name, _entity, _member, given in self._slots():
            try:
                value = read_answer(given, typed_in(self.post, name), as_of=self.as_of)
            except WrongAnswerError as error:
                self.errors[name] = error
                continue
            if value is not None:
                self.values[name] = value

    def _remove(self, member: int) -> None:
        """Leave one person out: those after take the place of the one before."""
        if not 0 < member < self.people:
            return
        for name in [key for key in self.post if key.count(":") == 2]:
            entity, rank, rest = name.split(":")
            if rank.isdecimal() and int(rank) >= member:
                value = self.post.pop(name)
                if int(rank) > member:
                    self.post[f"{entity}:{int(rank) - 1}:{rest}"] = value
        self.people -= 1

    def _example(self, rank: int) -> None:
        cases = self.found.document.cases
        if rank >= len(cases):
            return
        case = cases[rank]
        self.as_of = case.as_of
        keys = {entity.key: entity for entity in self.found.entities.values()}
        for key, block in case.given.items():
            if key not in keys or isinstance(block, int):
                continue
            members = list(block) if isinstance(block, list | tuple) else [block]
            if self._many(keys[key]):
                self.people = min(max(len(members), 1), MOST_PEOPLE)
            for member, given in enumerate(members):
                for name, value in given.items():
                    if name in self._inputs():
                        self.values[f"{keys[key].name}:{member}:{name}"] = _plain(value)

    def _situation(self) -> dict[str, Any]:
        situation: dict[str, Any] = {"demandeur": 0}
        for entity in self.found.entities.values():
            situation[entity.key] = (
                [{} for _ in range(self.people)] if entity.kind == "person" or entity.within else {}
            )  # fmt: skip
        for name, entity, member, given in self._slots():
            if name in self.values:
                block = situation[entity.key]
                target = block[member] if isinstance(block, list) else block
                target[given.name] = exact(given, self.values[name])
        return situation

    # Showing

    def shown(
        self, request: HttpRequest, *, applied: Applied | None = None, wrong: str = "", status: int = 200
    ) -> HttpResponse:
        groups = self._groups()
        document = self.found.document
        controls = [one for group in groups for one in group.controls]
        values = {
            "crumbs": [
                home_crumb(),
                rules_crumb(),
                Crumb(say(document.title), reverse("rulebook:rule", args=[document.code])),
                Crumb(_("Try it")),
            ],
            "document": document,
            "published": self.found,
            "groups": groups,
            "people": self.people,
            "counts_people": self.counts_people,
            "most": MOST_PEOPLE,
            "as_of": self.as_of,
            "applied": applied,
            "errors": [(one.focus, one.question, one.error) for one in controls if one.error],
            "wrong": wrong,
            "examples": [
                (rank, say(case.title) if not isinstance(case.title, str) else case.title)
                for rank, case in enumerate(document.cases)
            ],
            "here": reverse("rulebook:simulator", args=[document.code]),
        }
        return render(request, "rulebook/simulator.html", values, status=status)

    def _groups(self) -> list[Group]:
        found: dict[tuple[str, int], Group] = {}
        posted = bool(self.post) and not self.values and not self.errors
        for name, entity, member, given in self._slots():
            group = found.get((entity.name, member))
            if group is None:
                group = Group(self._title(entity, member), member, [], removable=member > 0)
                found[entity.name, member] = group
            error = self.errors.get(name)
            typed = typed_in(self.post, name) if error or posted else None
            group.controls.append(
                control(
                    given,
                    name,
                    value=self.values.get(name),
                    typed=typed,
                    error=str(error) if error else "",
                    options=error.options if error else (),
                    required=False,
                    own=member == 0 and entity.kind == "person",
                )
            )
        return list(found.values())

    def _title(self, entity: Entity, member: int) -> str:
        if self._many(entity):
            return _("Person %(n)s") % {"n": member + 1} if member else _("The person who applies")
        names = {
            "person": _("The person"),
            "household": _("The household"),
            "organisation": _("The organisation"),
            "project": _("The project"),
        }
        return say(entity.label) if entity.label else names[entity.kind]


def _day(text: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None


def _plain(value: Any) -> Value:
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, bool | int | str) else format(value, "f")
