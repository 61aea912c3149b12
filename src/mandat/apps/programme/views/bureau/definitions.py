"""Definitions: find one, edit it through a form, see the difference, publish it as a new version."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mandat.apps.accounts.access import requires
from mandat.apps.accounts.services import draft_forget, draft_of, draft_save
from mandat.apps.programme import services
from mandat.apps.programme.forms.definition import DefinitionForm
from mandat.apps.programme.instruments import INSTRUMENTS
from mandat.apps.programme.published import Published
from mandat.apps.programme.services.definitions import ConflictError, Edited, definition_check, definition_read
from mandat.apps.programme.views.bureau.common import page, user_of
from mandat.apps.programme.views.shared import programme_or_404, words
from mandat.definitions import store
from mandat.definitions.folder import Folder
from mandat.definitions.models import DefinitionVersion
from mandat.definitions.registry import kinds
from mandat.facts import fact_types
from mandat.kernel.errors import InputError, Problem
from mandat.kernel.units import UNITS
from mandat.web.components import Crumb

#: Fields of the form that are not of the definition.
CONTROLS = ("csrfmiddlewaretoken", "op", "base", "reason")


@require_GET
@requires("programme.definition_edit")
def definitions(request: HttpRequest) -> HttpResponse:
    """Definitions in force, by kind."""
    current = programme_or_404()
    shown = {name: kind for name, kind in kinds().items() if not kind.wrapper}
    rows = DefinitionVersion.objects.filter(programme=current.code, current=True)
    counts = [(name, kind.label, rows.filter(kind=name).count()) for name, kind in shown.items()]
    counts = [entry for entry in counts if entry[2]]
    chosen = request.GET.get("genre", "measure")
    if chosen not in shown:
        chosen = "measure"
    query = request.GET.get("q", "").strip()[:80]
    found = [
        (row, store.title_of(row.body))
        for row in rows.filter(kind=chosen).order_by("position")
        if query.casefold() in f"{row.code} {json.dumps(row.body, ensure_ascii=False)}".casefold()
    ]
    values = {"current": current, "counts": counts, "chosen": chosen, "query": query, "rows": found}
    return page(request, "bureau/definitions.html", values, crumbs=[Crumb(_("Definitions"))])


def _choices(current: Published) -> Any:
    """Values a field may take that no schema lists: bodies, pillars, units, instruments, kinds of facts."""

    def known(name: str) -> Sequence[tuple[str, str]] | None:
        if name == "unit":
            return [(code, str(unit.many)) for code, unit in UNITS.items()]
        if name in ("responsible", "parent"):
            return [(code, words(body.title)) for code, body in current.bodies.items()]
        if name == "pillar":
            return [(code, words(pillar.title)) for code, pillar in current.pillars.items()]
        if name == "instruments":
            return [(code, str(instrument.label)) for code, instrument in INSTRUMENTS.items()]
        if name == "facts":
            return [(kind, str(known.label)) for kind, known in fact_types().items()]
        return None

    return known


@requires("programme.definition_edit")
def definition(request: HttpRequest, kind: str, code: str) -> HttpResponseBase:
    """The form, then the difference and the reason, then publication."""
    current = programme_or_404()
    if kind not in kinds() or kinds()[kind].wrapper:
        raise Http404(kind)
    try:
        edited = definition_read(current.code, kind, code)
    except InputError as error:
        raise Http404(str(error)) from error
    return _Page(request, current, edited).respond()


class _Page:
    """One request on the form of a definition."""

    def __init__(self, request: HttpRequest, current: Published, edited: Edited) -> None:
        self.request, self.current, self.edited = request, current, edited
        self.kind, self.code = edited.row.kind, edited.row.code
        self.key = f"definition:{self.kind}/{self.code}"
        self.form = DefinitionForm(kinds()[self.kind], edited.own, _choices(current))
        self.base = edited.row.digest
        self.here = reverse("bureau:definition", args=[self.kind, self.code])

    def respond(self) -> HttpResponseBase:
        user = user_of(self.request)
        if self.request.method != "POST":
            draft = draft_of(user, self.key)
            if draft is not None:
                self._take(_query(draft.data))
            return self._show(draft=draft)
        post = self.request.POST
        operation = post.get("op", "preview")
        if operation == "forget":
            draft_forget(user=user, form=self.key)
            messages.info(self.request, _("The draft is erased."))
            return HttpResponseRedirect(self.here)
        self._take(post)
        draft_save(user=user, form=self.key, data=_kept(post))
        if operation.startswith(("add:", "remove:")):
            self.form.change(operation)
            draft_save(user=user, form=self.key, data={**_kept(post), **_shape(self.form)})
            return self._show()
        if operation == "edit":
            return self._show()
        return self._preview(publish=operation == "publish")

    def _take(self, post: QueryDict) -> None:
        self.base = post.get("base", self.base)
        self.form.read(post)

    def _preview(self, *, publish: bool) -> HttpResponseBase:
        if self.base != self.edited.row.digest:
            return self._conflict()
        if not self.form.check(self.edited.with_(self.form.data)):
            return self._show(status=422)
        try:
            folder, problems = definition_check(self.current.code, self.edited, self.form.data)
        except InputError as error:
            self.form.general.append(str(error))
            return self._show(status=422)
        if problems:
            self._place(folder, problems)
            return self._show(status=422)
        reason = self.request.POST.get("reason", "")
        said = ""
        if publish:
            try:
                changes = services.definition_edit(
                    actor=user_of(self.request), programme=self.current.code, kind=self.kind, code=self.code,
                    base=self.base, own=self.form.data, reason=reason,
                )  # fmt: skip
            except ConflictError:
                self.edited = definition_read(self.current.code, self.kind, self.code)
                return self._conflict()
            except InputError as error:
                said = str(error)
            else:
                draft_forget(user=user_of(self.request), form=self.key)
                messages.success(
                    self.request,
                    _("Published: version %(version)s is in force.") % {"version": changes[0].version},
                )
                return redirect("programme:history_of", self.kind, self.code)
        new = next((d for d in folder.definitions if (d.kind, d.code) == (self.kind, self.code)), None)
        if new is None:
            self.form.wrong(["code"], _("The code does not change: facts refer to it."))
            self.form.wrong(["number"], _("The number does not change: facts refer to it."))
            return self._show(status=422)
        values = {
            "differences": [
                (name, _shown(a), _shown(b))
                for name, (a, b) in store.differences(self.edited.row.body, new.body).items()
            ],
            "lines": _diff(self.edited.text, folder.files[self.edited.row.file]),
            "typed": [
                (name, value) for name, listed in self.request.POST.lists() if name not in CONTROLS for value in listed
            ],
            "reason": reason,
            "wrong": said,
        }
        return self._page("bureau/definition_preview.html", values, status=422 if said else 200)

    def _conflict(self) -> HttpResponseBase:
        """Someone published meanwhile: say what changed, keep what was typed, begin again from the new version."""
        row = self.edited.row
        began = DefinitionVersion.objects.filter(
            programme=row.programme, kind=row.kind, code=row.code, digest=self.base
        ).first()
        theirs = store.differences(began.body, row.body) if began else {}
        self.base = row.digest
        draft_save(user=user_of(self.request), form=self.key, data={**_kept(self.request.POST), "base": [self.base]})
        self.form.general.append(str(ConflictError()))
        return self._show(status=409, theirs=[(name, _shown(a), _shown(b)) for name, (a, b) in theirs.items()])

    def _place(self, folder: Folder, problems: Sequence[Problem]) -> None:
        """Problems found across the programme go to the field whose line they name."""
        place = self.edited.definition.place
        document = folder.documents.get(self.edited.row.file)
        for problem in problems:
            steps: tuple[str | int, ...] = ()
            if document is not None and problem.file == self.edited.row.file:
                inside = [
                    path for path, line in document.lines.items()
                    if line == problem.line and path[: len(place)] == place and len(path) > len(place)
                ]  # fmt: skip
                steps = min(inside, key=len)[len(place) :] if inside else ()
            if steps:
                self.form.wrong([str(step) for step in steps], problem.message)
            else:
                self.form.general.append(str(problem))

    def _show(self, *, status: int = 200, draft: Any = None, theirs: Any = ()) -> HttpResponse:
        tree = self.form.tree()
        values = {
            "tree": tree,
            "summary": self.form.summary(),
            "general": self.form.general,
            "draft": draft or (draft_of(user_of(self.request), self.key) if self.request.method == "POST" else None),
            "theirs": theirs,
        }
        return self._page("bureau/definition.html", values, status=status)

    def _page(self, template: str, values: dict[str, Any], *, status: int = 200) -> HttpResponse:
        row = self.edited.row
        shared = {
            "current": self.current,
            "row": row,
            "kind_label": kinds()[self.kind].label,
            "title": store.title_of(row.body),
            "base": self.base,
            "here": self.here,
        }
        crumbs = [
            Crumb(_("Definitions"), f"{reverse('bureau:definitions')}?genre={self.kind}"),
            Crumb(f"{kinds()[self.kind].label} {self.code}"),
        ]
        return page(self.request, template, {**shared, **values}, crumbs=crumbs, status=status)


def _kept(post: QueryDict) -> dict[str, list[str]]:
    return {name: [str(v) for v in post.getlist(name)] for name in post if name not in CONTROLS or name == "base"}


def _query(data: dict[str, list[str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in data.items():
        query.setlist(name, values if isinstance(values, list) else [str(values)])
    return query


def _shape(form: DefinitionForm) -> dict[str, list[str]]:
    """Everything the form shows, as a browser would send it."""
    found: dict[str, list[str]] = {}

    def walk(nodes: Sequence[Any]) -> None:
        for node in nodes:
            if node.kind == "block":
                walk(node.children)
            elif node.kind == "items":
                found[f"{node.name}.#"] = [str(len(node.items))]
                walk(node.items)
            elif node.kind == "checks":
                found[node.name] = list(node.value)
            elif node.kind == "check":
                found[node.name] = ["on"] if node.value else []
            else:
                found[node.name] = [str(node.value)]

    walk(form.tree())
    return {name: values for name, values in found.items() if values}


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _diff(old: str, new: str) -> list[tuple[str, str]]:
    """Lines of a difference with their sort: plus, minus, at, or empty."""
    before, after = old.split("\n"), new.split("\n")
    found: list[tuple[str, str]] = []
    # Lines that come back often ("truth: act") are no junk here: they must not be shown as changed.
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(2):
        found.append(("at", f"@@ {group[0][1] + 1} @@"))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += [("", f" {line}") for line in before[i1:i2]]
                continue
            found += [("minus", f"-{line}") for line in before[i1:i2]]
            found += [("plus", f"+{line}") for line in after[j1:j2]]
    return found
