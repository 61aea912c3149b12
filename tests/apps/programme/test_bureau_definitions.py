"""Editing a definition: the form says what the file says, errors stand at their field, and only what changed changes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mandat import journal
from mandat.apps.accounts.models import AuditLine, Draft, User
from mandat.apps.programme import services
from mandat.apps.programme.forms.definition import DefinitionForm
from mandat.apps.programme.published import Published, published
from mandat.apps.programme.services.definitions import ConflictError, definition_read
from mandat.apps.programme.views.bureau.definitions import _choices, _diff, _shape
from mandat.definitions import store
from mandat.definitions.editing import same
from mandat.definitions.folder import read_folder, read_texts
from mandat.definitions.models import DefinitionVersion, SourceFile
from mandat.definitions.registry import kinds
from tests.apps.accounts.entering import enter
from tests.programmes_folder import CHAPTER, texts

Person = Callable[..., User]
COMMITMENT = ("commitment", "1.1")


@pytest.fixture(autouse=True)
def _in_french() -> Any:
    with translation.override("fr"):
        yield


@pytest.fixture
def admin(programme: Published, person: Person, client: Client) -> Client:
    return enter(client, person("administrator"))


def url(kind: str = "commitment", code: str = "1.1") -> str:
    return reverse("bureau:definition", args=[kind, code])


def typed(client: Client, where: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the page as it stands, with some fields changed; None leaves a field out."""
    response = client.get(where)
    tree = response.context["tree"]

    class _Form:
        def tree(self) -> Any:
            return tree

    data: dict[str, Any] = {**_shape(_Form()), "base": response.context["base"]}  # type: ignore[arg-type]
    data.update({name.replace("__", "."): value for name, value in changes.items()})
    return {name: value for name, value in data.items() if value is not None}


def chapter_text() -> str:
    return SourceFile.objects.get(path="measures/01-sante.yaml").text


def post(client: Client, where: str, data: dict[str, Any], op: str = "preview", **more: Any) -> Any:
    return client.post(where, {**data, "op": op, **more})


def test_the_list_finds_definitions_by_kind_and_words(admin: Client) -> None:
    page = admin.get(reverse("bureau:definitions"), {"genre": "commitment"}).content.decode()
    assert all(url("commitment", code) in page for code in ("1.1", "1.2", "2.1"))
    page = admin.get(reverse("bureau:definitions"), {"genre": "commitment", "q": "Consacrer"}).content.decode()
    assert url("commitment", "2.1") in page
    assert url("commitment", "1.1") not in page
    assert admin.get(reverse("bureau:definitions"), {"genre": "inventé"}).status_code == 200
    for wrong in (("licorne", "1"), ("commitment", "9.9"), ("bodies", "x")):
        assert admin.get(url(*wrong)).status_code == 404


def test_a_change_is_shown_before_it_is_published_with_its_reason(admin: Client) -> None:
    before = chapter_text()
    data = typed(admin, url(), goal__value="500")
    preview = post(admin, url(), data)
    assert preview.status_code == 200
    assert preview.context["differences"] == [("goal.value", "450", "500")]
    assert [sort for sort, _ in preview.context["lines"] if sort in ("plus", "minus")] == ["minus", "plus"]
    assert chapter_text() == before
    refused = post(admin, url(), data, "publish", reason="non")
    assert refused.status_code == 422
    assert chapter_text() == before
    done = post(admin, url(), data, "publish", reason="La source corrige le chiffre.")
    assert done.status_code == 302
    assert done.url == reverse("programme:history_of", args=COMMITMENT)
    assert chapter_text() == before.replace("value: 450", "value: 500")
    row = DefinitionVersion.objects.get(kind="commitment", code="1.1", current=True)
    assert row.version == 2
    assert published().commitments["1.1"].goal.value == 500
    fact = journal.page(kind="programme.definition_published.v1", programme="essai").entries[0].fact
    assert fact.data["summary"] == "goal.value – La source corrige le chiffre."
    assert "commitment 1.1 v2" in AuditLine.objects.get().detail
    assert not Draft.objects.exists()
    assert store.texts("essai")["programme.yaml"] == texts()["programme.yaml"]


def test_lines_that_come_back_often_are_not_shown_as_changed() -> None:
    old = [f"a: {n}" if n % 3 else "truth: act" for n in range(400)]
    new = ["a: x" if line in ("a: 100", "a: 103") else line for line in old]
    lines = _diff("\n".join(old), "\n".join(new))
    assert [line for sort, line in lines if sort in ("plus", "minus")] == ["-a: 100", "+a: x", "-a: 103", "+a: x"]


def test_comments_and_layout_of_the_file_stay(admin: Client) -> None:
    commented = CHAPTER.replace("            truth: output\n", "            truth: output  # réalisé\n", 1)
    services.programme_load(folder=read_texts(texts(chapter=commented)))
    data = typed(admin, url(), promise__fr="Former 450 médecins de plus, vraiment.")
    assert post(admin, url(), data, "publish", reason="Une précision utile.").status_code == 302
    expected = commented.replace("fr: Former 450 médecins de plus.", 'fr: "Former 450 médecins de plus, vraiment."')
    assert chapter_text() == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"goal__value": "beaucoup"}, "goal.value"),
        ({"goal__value": ""}, "goal.value"),
        ({"promise__fr": ""}, "promise.fr"),
        ({"promise__en": "Court"}, "promise.en"),
        ({"expected_every_months": "61"}, "expected_every_months"),
        ({"truth": "rumeur"}, "truth"),
        ({"instruments": None}, "instruments"),
        ({"milestones__0__due": "2099-01-01"}, "milestones.0.due"),
        ({"milestones__0__due": "demain"}, "milestones.0.due"),
        ({"milestones__0__title__fr": ""}, "milestones.0.title.fr"),
        ({"indicator__of": ""}, "indicator"),
        ({"indicator__facts": "licorne.vue.v1"}, "indicator.facts"),
        ({"goal__unit": "licorne"}, "goal.unit"),
    ],
)  # fmt: skip
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(
    admin: Client, changes: dict[str, Any], field: str
) -> None:
    before = chapter_text()
    data = typed(admin, url(), kept_when__fr="Un critère que je viens de taper.", **changes)
    response = post(admin, url(), data)
    assert response.status_code == 422
    assert [name for name, node in _nodes(response.context["tree"]) if node.error] == [field]
    page = response.content.decode()
    assert "Un critère que je viens de taper." in page
    assert chapter_text() == before
    assert "Un critère que je viens de taper." in admin.get(url()).content.decode()
    post(admin, url(), data, "forget")
    assert "Un critère que je viens de taper." not in admin.get(url()).content.decode()


def _nodes(tree: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for node in tree:
        found.append((node.name, node))
        found += _nodes(getattr(node, "children", None) or getattr(node, "items", None) or [])
    return found


def test_items_are_added_and_removed_without_a_script(admin: Client) -> None:
    data = typed(admin, url())
    page = post(admin, url(), data, "add:milestones")
    assert [name for name, _ in _nodes(page.context["tree"]) if name == "milestones.1.code"]
    two = typed(admin, url(), milestones__1__code="bilan", milestones__1__title__fr="Bilan public", milestones__1__title__en="Public review", milestones__1__due="2026-05-01")  # fmt: skip
    assert post(admin, url(), two, "publish", reason="Un jalon de plus.").status_code == 302
    assert [m.code for m in published().commitments["1.1"].milestones] == ["convention", "bilan"]
    assert read_texts(store.texts("essai")).problems == []
    fewer = post(admin, url(), typed(admin, url()), "remove:milestones.0")
    assert [n for n, _ in _nodes(fewer.context["tree"]) if n.startswith("milestones.1")] == []
    assert post(admin, url(), typed(admin, url()), "publish", reason="Un jalon de moins.").status_code == 302
    assert [m.code for m in published().commitments["1.1"].milestones] == ["bilan"]
    for wrong in ("add:milestones.x.y", "remove:milestones.99", "remove:promise", "add:", "remove:"):
        assert post(admin, url(), typed(admin, url()), wrong).status_code == 200
        post(admin, url(), {}, "forget")


def test_who_published_meanwhile_is_not_overwritten_and_nothing_is_lost(admin: Client, person: Person) -> None:
    data = typed(admin, url(), goal__value="500")
    other = enter(Client(), person("administrator"))
    theirs = typed(other, url(), promise__fr="Former 450 médecins de plus en région.")
    assert post(other, url(), theirs, "publish", reason="Une autre correction.").status_code == 302
    conflict = post(admin, url(), data, "publish", reason="La source corrige le chiffre.")
    assert conflict.status_code == 409
    assert conflict.context["theirs"][0][0] == "promise.fr"
    values = dict(_nodes(conflict.context["tree"]))
    assert values["goal.value"].value == "500"
    assert published().commitments["1.1"].goal.value == 450
    again = typed(admin, url(), promise__fr="Former 450 médecins de plus en région.")
    assert again["goal.value"] == ["500"]
    assert post(admin, url(), again, "publish", reason="La source corrige le chiffre.").status_code == 302
    assert published().commitments["1.1"].goal.value == 500
    assert published().commitments["1.1"].promise.fr.endswith("en région.")


def test_another_definition_published_meanwhile_does_not_stand_in_the_way(admin: Client, person: Person) -> None:
    data = typed(admin, url(), goal__value="500")
    other = enter(Client(), person("administrator"))
    where = url("commitment", "2.1")
    assert (
        post(other, where, typed(other, where, goal__value="1600000"), "publish", reason="Autre chose ici.").status_code
        == 302
    )
    assert post(admin, url(), data, "publish", reason="La source corrige le chiffre.").status_code == 302
    assert published().commitments["2.1"].goal.value == 1_600_000
    assert published().commitments["1.1"].goal.value == 500


def test_the_service_refuses_a_stale_base(programme: Published, person: Person) -> None:
    edited = definition_read("essai", *COMMITMENT)
    with pytest.raises(ConflictError):
        services.definition_edit(
            actor=person("administrator"), programme="essai", kind="commitment", code="1.1", base="0" * 64,
            own=edited.own, reason="Une raison suffisante.",
        )  # fmt: skip


def test_a_code_that_facts_refer_to_does_not_change(admin: Client) -> None:
    response = post(admin, url(), typed(admin, url(), code="1.3"))
    assert response.status_code == 422
    assert DefinitionVersion.objects.filter(kind="commitment", code="1.3").count() == 0
    measure = url("measure", "1")
    assert post(admin, measure, typed(admin, measure, number="7")).status_code == 422


@pytest.mark.parametrize(
    ("kind", "code", "changes", "field"),
    [
        ("measure", "1", {"title__fr": "Former plus de médecins"}, "title.fr"),
        ("chapter", "sante", {"goal__en": "Another goal for the trial chapter."}, "goal.en"),
        ("pillar", "pilier", {"title__en": "The pillar"}, "title.en"),
        ("programme", "essai", {"mandate__end": "2028-06-30"}, "mandate.end"),
        ("body", "conseil", {"type": "committee"}, "type"),
        ("status-rule", "statut", {"tolerance": "12,5"}, "tolerance"),
    ],
)
def test_each_kind_is_edited_alone_and_keeps_what_it_holds(
    admin: Client, kind: str, code: str, changes: dict[str, str], field: str
) -> None:
    where = url(kind, code)
    preview = post(admin, where, typed(admin, where, **changes))
    assert [name for name, _, _ in preview.context["differences"]] == [field]
    assert sum(sort in ("plus", "minus") for sort, _ in preview.context["lines"]) == 2
    before = DefinitionVersion.objects.filter(current=True).count()
    assert (
        post(admin, where, typed(admin, where, **changes), "publish", reason="Une raison suffisante.").status_code
        == 302
    )
    assert DefinitionVersion.objects.filter(current=True).count() == before
    assert DefinitionVersion.objects.filter(version=2).values_list("kind", "code").get() == (kind, code)


def test_what_is_sent_unchanged_changes_nothing(admin: Client) -> None:
    for kind, code in DefinitionVersion.objects.order_by("kind", "code").values_list("kind", "code"):
        where = url(kind, code)
        preview = post(admin, where, typed(admin, where))
        assert preview.status_code == 200, (kind, code)
        assert preview.context["differences"] == [], (kind, code)
        post(admin, where, {}, "forget")


def test_every_bundled_definition_goes_through_its_form_unchanged(programme: Published) -> None:
    """The form of each of the programme's definitions, sent back as it came, says the same."""
    root = Path(__file__).resolve().parents[3] / "programmes" / "centre-val-de-loire"
    folder = read_folder(root)
    assert len(folder.definitions) > 200
    for definition in folder.definitions:
        value: Any = folder.documents[definition.file].data
        for step in definition.place:
            value = value[step]
        kind = kinds()[definition.kind]
        form = DefinitionForm(kind, value, _choices(programme))
        own = dict(form.data)
        query = QueryDict(mutable=True)
        for name, values in _shape(form).items():
            query.setlist(name, values)
        form.read(query)
        assert same(form.data, own), (definition.kind, definition.code, form.data, own)


def test_numbers_and_days_are_read_as_people_write_them(programme: Published) -> None:
    edited = definition_read("essai", *COMMITMENT)
    form = DefinitionForm(kinds()["commitment"], edited.own)
    query = QueryDict(mutable=True)
    for name, values in _shape(form).items():
        query.setlist(name, values)
    query["goal.value"] = "1 234,5"
    form.read(query)
    assert form.data["goal"]["value"] == Decimal("1234.5")
