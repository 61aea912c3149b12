"""The back office: who may open which page, the tasks, the list and its panel, the acts, the queue."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation

from mandat import journal
from mandat.apps.accounts.models import Draft, Role, User
from mandat.apps.accounts.permissions import PERMISSIONS
from mandat.apps.imports import urls as urls_imports
from mandat.apps.imports.models import Run
from mandat.apps.programme import services, urls_bureau
from mandat.apps.programme.models import DecisionDocument, Declaration
from mandat.apps.programme.published import Published
from mandat.apps.programme.standing import measure_standing, standings
from mandat.engines.indicators.status import Status
from tests.apps.accounts.entering import enter

Person = Callable[..., User]
DAY = "2024-05-13"

#: Every address of the back office with the action it needs. One that is missing fails the test below.
ACTIONS = {
    "tasks": ("bureau.enter", ()),
    "commitments": ("bureau.enter", ()),
    "output": ("programme.output_declare", ("1.1",)),
    "observation": ("programme.output_declare", ("1.1",)),
    "milestone": ("programme.milestone_reach", ("1.1",)),
    "suspension": ("programme.commitment_suspend", ("1.1",)),
    "resumption": ("programme.commitment_suspend", ("1.1",)),
    "decision": ("programme.decision_record", ()),
    "queue": ("programme.drafts_read", ()),
    "confirm": ("programme.output_confirm", ()),
    "declaration": ("programme.drafts_read", (1,)),
    "evidence": ("programme.drafts_read", (1,)),
    "fact": ("programme.fact_correct", (0,)),
    "publications": ("bureau.enter", ()),
    "definitions": ("programme.definition_edit", ()),
    "definition": ("programme.definition_edit", ("commitment", "1.1")),
}

#: The same for the imports, whose app answers under the same address.
IMPORTS = {
    "list": ("imports.read", ()),
    "new": ("imports.run", ()),
    "run": ("imports.read", (1,)),
    "record": ("imports.run", (1,)),
    "discard": ("imports.run", (1,)),
    "refused": ("imports.read", (1,)),
}


@pytest.fixture(autouse=True)
def _in_french() -> Any:
    with translation.override("fr"):
        yield


def declare(actor: User, **changes: Any) -> Declaration:
    values: dict[str, Any] = {
        "actor": actor,
        "on": dt.date(2024, 5, 13),
        "commitment": "1.1",
        "title": "Promotion 2024",
        "quantity": Decimal(40),
        "unit": "doctor",
        "area": "",
        "evidence_url": "https://example.org/preuve",
    }
    return services.output_declare(**{**values, **changes})


def test_every_address_of_the_back_office_is_in_the_table() -> None:
    assert {pattern.name for pattern in urls_bureau.urlpatterns} == set(ACTIONS)
    for pattern in urls_bureau.urlpatterns:
        assert _action(pattern.callback) == ACTIONS[str(pattern.name)][0], pattern.name
    for pattern in urls_imports.urlpatterns:
        assert _action(pattern.callback) == IMPORTS[str(pattern.name)][0], pattern.name
    assert {pattern.name for pattern in urls_imports.urlpatterns} == set(IMPORTS)
    assert get_resolver().resolve("/bureau/").view_name == "bureau:tasks"


def _action(view: Any) -> str:
    while not hasattr(view, "action"):
        view = view.__wrapped__
    return str(view.action)


@pytest.mark.parametrize("name", sorted(ACTIONS))
@pytest.mark.parametrize("role", [None, *Role])
def test_each_address_opens_only_to_the_roles_of_the_table(
    programme: Published, person: Person, name: str, role: Role | None
) -> None:
    action, arguments = ACTIONS[name]
    url = reverse(f"bureau:{name}", args=arguments)
    client = Client()
    if role is not None:
        enter(client, person(*([] if role is Role.INHABITANT else [role])))
    response = client.post(url) if name == "confirm" else client.get(url)
    if role is None:
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))
    elif role in PERMISSIONS[action].roles:
        assert response.status_code in ((200, 302) if name in ("confirm", "milestone") else (200, 404))
        if name not in ("declaration", "evidence", "confirm"):
            assert response.status_code == 200
            assert "⟦undefined" not in response.content.decode()
    else:
        assert response.status_code == 403


@pytest.mark.parametrize("name", sorted(IMPORTS))
@pytest.mark.parametrize("role", [None, *Role])
def test_imports_open_only_to_the_roles_of_the_table(
    programme: Published, person: Person, name: str, role: Role | None
) -> None:
    action, arguments = IMPORTS[name]
    url = reverse(f"imports:{name}", args=arguments)
    client = Client()
    if role is not None:
        enter(client, person(*([] if role is Role.INHABITANT else [role])))
    response = client.post(url) if name in ("record", "discard") else client.get(url)
    if role is None:
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))
    elif role in PERMISSIONS[action].roles:
        assert response.status_code == (200 if name in ("list", "new") else 404)
    else:
        assert response.status_code == 403


def test_an_import_that_stopped_is_a_task(programme: Published, person: Person, client: Client) -> None:
    run = Run.objects.create(
        programme="essai", mapping="m", filename="aides.csv", dry_run=True, state="failed", error="Illisible"
    )
    enter(client, person("agent"))
    page = client.get(reverse("bureau:tasks")).content.decode()
    assert reverse("imports:run", args=[run.pk]) in page
    assert "Illisible" in page
    assert 'aria-current="page">Imports' in client.get(reverse("imports:list")).content.decode()


def test_the_back_office_of_an_empty_site_opens(db: None, person: Person, client: Client) -> None:
    enter(client, person("agent"))
    for name in ("tasks", "commitments", "queue", "publications"):
        page = client.get(reverse(f"bureau:{name}"))
        assert page.status_code == 200
        assert "mandat load" in page.content.decode()


def test_tasks_show_what_waits_for_me_and_not_what_i_declared(
    programme: Published, person: Person, client: Client
) -> None:
    mine, other = person("agent"), person("agent")
    declare(mine, title="La mienne")
    declare(other, title="Celle de l'autre")
    enter(client, mine)
    page = client.get(reverse("bureau:tasks")).content.decode()
    assert "Celle de l" in page
    assert "La mienne" not in page
    assert "Convention signée" in page  # a milestone missed
    assert "Former 450 médecins" in page  # a commitment without news


def test_filters_narrow_the_list_and_stay_in_the_address(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("agent"))
    base = reverse("bureau:commitments")
    everything = client.get(base).content.decode()
    assert all(code in everything for code in ("1.1", "1.2", "2.1"))
    money = client.get(base, {"q": "Consacrer"}).content.decode()
    assert "Consacrer 1,5" in money
    assert "Former 450" not in money
    assert "Former 450" in client.get(base, {"a_jour": "jamais"}).content.decode()
    assert "Former 450" not in client.get(base, {"statut": "kept"}).content.decode()
    assert client.get(base, {"statut": "inventé"}).status_code == 200
    assert client.get(base, {"page": "999", "voir": "9.9"}).status_code == 200


def test_the_panel_swapped_by_htmx_is_that_of_the_whole_page(
    programme: Published, person: Person, client: Client
) -> None:
    enter(client, person("agent"))
    url = reverse("bureau:commitments") + "?voir=1.1&a_jour=jamais"
    whole = client.get(url).content.decode()
    part = client.get(url, headers={"HX-Request": "true", "HX-Target": "panel"}).content.decode().strip()
    assert part.startswith('<aside id="panel"')
    assert part.endswith("</aside>")
    assert part in whole
    assert "Former 450 médecins" in part
    assert reverse("bureau:output", args=["1.1"]) in part


def test_the_panel_offers_only_what_the_role_may_do(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("elected"))
    page = client.get(reverse("bureau:commitments") + "?voir=1.1").content.decode()
    assert reverse("bureau:suspension", args=["1.1"]) in page
    assert reverse("bureau:output", args=["1.1"]) not in page


def test_an_output_goes_from_one_agent_to_another(programme: Published, person: Person) -> None:
    first, second = enter(Client(), person("agent")), enter(Client(), person("agent"))
    response = first.post(
        reverse("bureau:output", args=["1.1"]),
        {
            "title": "Promotion 2024", "on": DAY, "quantity": "1 040,5", "unit": "doctor", "place": "commune:37261",
            "n-gender-women": "20", "n-gender-men": "21",
            "evidence": SimpleUploadedFile("preuve.pdf", b"%PDF-1.7 essai"), "send": "1",
        },
    )  # fmt: skip
    assert response.status_code == 302, response.context["form"].errors
    declaration = Declaration.objects.get()
    assert declaration.payload["quantity"] == "1040.5"
    assert declaration.payload["area"] == "commune:37261"
    assert declaration.payload["breakdowns"] == {"gender": {"women": 20, "men": 21}}
    assert 'type="checkbox"' not in first.get(reverse("bureau:queue")).content.decode()
    page = second.get(reverse("bureau:queue")).content.decode()
    assert f'value="{declaration.pk}"' in page
    document = second.get(reverse("bureau:evidence", args=[declaration.pk]))
    assert document["Content-Disposition"].startswith("attachment")
    assert b"".join(document.streaming_content) == b"%PDF-1.7 essai"  # type: ignore[attr-defined]
    first.post(reverse("bureau:confirm"), {"declaration": [declaration.pk]})
    declaration.refresh_from_db()
    assert declaration.state == "waiting"
    second.post(reverse("bureau:confirm"), {"declaration": [declaration.pk]})
    declaration.refresh_from_db()
    assert declaration.state == "confirmed"
    assert measure_standing(programme, 1).commitments[0].value.value == Decimal("1040.5")
    after = second.get(reverse("bureau:queue")).content.decode()
    assert reverse("bureau:fact", args=[declaration.settled_index]) in after


def test_several_are_confirmed_at_once_and_one_that_cannot_be_holds_none(
    programme: Published, person: Person, client: Client
) -> None:
    mine, other = person("agent"), person("agent")
    ids = [declare(other, quantity=Decimal(n)).pk for n in (1, 2)] + [declare(mine).pk]
    enter(client, mine)
    response = client.post(reverse("bureau:confirm"), {"declaration": [*ids, "x", "999999"]}, follow=True)
    assert sorted(Declaration.objects.values_list("state", flat=True)) == ["confirmed", "confirmed", "waiting"]
    page = response.content.decode()
    assert "alert--success" in page
    assert "alert--error" in page
    assert "alert--warning" in client.post(reverse("bureau:confirm"), follow=True).content.decode()


def test_a_refusal_says_why(programme: Published, person: Person, client: Client) -> None:
    declaration = declare(person("agent"))
    enter(client, person("agent"))
    url = reverse("bureau:declaration", args=[declaration.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "Preuve illisible"}).status_code == 302
    declaration.refresh_from_db()
    assert declaration.state == "refused"
    assert client.post(url, {"reason": "Encore une fois"}).status_code == 422


def test_an_auditor_reads_the_queue_but_refuses_nothing(programme: Published, person: Person, client: Client) -> None:
    declaration = declare(person("agent"))
    enter(client, person("auditor"))
    url = reverse("bureau:declaration", args=[declaration.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "Je refuse ceci"}).status_code == 403
    declaration.refresh_from_db()
    assert declaration.state == "waiting"


GOOD = {"title": "Promotion", "on": DAY, "quantity": "4", "unit": "doctor", "evidence_url": "https://example.org/p"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": "2999-01-01"}, "on"),
        ({"on": "2001-01-01"}, "on"),
        ({"on": "hier"}, "on"),
        ({"quantity": "-4"}, "quantity"),
        ({"quantity": "quatre"}, "quantity"),
        ({"quantity": "1e9"}, "quantity"),
        ({"unit": "licorne"}, "unit"),
        ({"place": "Nulle-Part-sur-Rien"}, "place"),
        ({"title": ""}, "title"),
        ({"evidence_url": ""}, "evidence"),
        ({"evidence_url": "pas une adresse"}, "evidence_url"),
        ({"n-gender-women": "-1"}, "n-gender-women"),
    ],
)
def test_a_bad_entry_is_refused_at_its_field_and_nothing_typed_is_lost(
    programme: Published, person: Person, client: Client, changes: dict[str, str], field: str
) -> None:
    user = person("agent")
    enter(client, user)
    before = journal.count(programme="essai")
    url = reverse("bureau:output", args=["1.1"])
    response = client.post(url, {**GOOD, **changes})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    page = response.content.decode()
    assert f'id="id_{field}-error"' in page
    assert f'href="#id_{field}"' in page
    assert journal.count(programme="essai") == before
    assert Draft.objects.get(user=user).data["unit"] == changes.get("unit", "doctor")
    if "title" not in changes:
        assert 'value="Promotion"' in client.get(url).content.decode()


def test_scripts_in_text_are_shown_as_text(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("agent"))
    client.post(reverse("bureau:output", args=["1.1"]), {**GOOD, "title": "<script>alert(1)</script>"})
    page = client.get(reverse("bureau:queue")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.exe", b"MZ"), ("a.pdf", b"<html>"), ("a.png", b"%PDF-1.7"), ("a.pdf", b"")],
)
def test_a_document_of_the_wrong_type_is_refused(
    programme: Published, person: Person, client: Client, name: str, content: bytes
) -> None:
    enter(client, person("agent"))
    response = client.post(
        reverse("bureau:output", args=["1.1"]), {**GOOD, "evidence": SimpleUploadedFile(name, content)}
    )
    assert response.status_code == 422
    assert "evidence" in response.context["form"].errors
    assert not Declaration.objects.exists()


def test_fifty_megabytes_are_refused_without_being_kept(
    programme: Published, person: Person, client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    enter(client, person("agent"))
    big = SimpleUploadedFile("gros.pdf", b"%PDF-1.7" + b"0" * (50 * 1024 * 1024))
    response = client.post(reverse("bureau:output", args=["1.1"]), {**GOOD, "evidence_url": "", "evidence": big})
    assert response.status_code == 422
    assert "20" in str(response.context["form"].errors["evidence"])
    assert response.context["form"].data["title"] == "Promotion"
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) == 0
    assert not Declaration.objects.exists()


def test_an_upload_without_its_token_is_refused(programme: Published, person: Person) -> None:
    client = enter(Client(enforce_csrf_checks=True), person("agent"))
    assert client.post(reverse("bureau:output", args=["1.1"]), GOOD).status_code == 403
    page = client.get(reverse("bureau:output", args=["1.1"])).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    sent = client.post(reverse("bureau:output", args=["1.1"]), {**GOOD, "csrfmiddlewaretoken": token[1]})
    assert sent.status_code == 302


def test_a_draft_is_kept_by_the_button_and_by_htmx_alike(programme: Published, person: Person, client: Client) -> None:
    user = person("agent")
    enter(client, user)
    url = reverse("bureau:decision")
    client.post(url, {"title": "Début", "draft": "1"})
    assert Draft.objects.get(user=user).data["title"] == "Début"
    part = client.post(
        url, {"title": "Suite", "draft": "1"}, headers={"HX-Request": "true", "HX-Target": "draft-state"}
    ).content.decode().strip()  # fmt: skip
    assert Draft.objects.get(user=user).data["title"] == "Suite"
    whole = client.get(url).content.decode()
    assert part.startswith('<p id="draft-state"')
    assert part in whole
    assert 'value="Suite"' in whole
    assert "Suite" not in client.get(reverse("bureau:tasks")).content.decode()
    assert reverse("bureau:decision") in client.get(reverse("bureau:tasks")).content.decode()
    client.post(url, {"forget": "1"})
    assert not Draft.objects.exists()


def test_a_decision_is_recorded_with_its_document(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("agent"))
    url = reverse("bureau:decision")
    values = {"form": "deliberation", "number": "24.01.02", "title": "Convention", "on": DAY, "commitments": "1.1, 2.1"}
    assert client.get(url, {"commitments": "1.1"}).context["form"]["commitments"].value() == "1.1"
    document = SimpleUploadedFile("d.pdf", b"%PDF-1.7 essai")
    assert client.post(url, {**values, "document": document}).status_code == 302
    [entry] = journal.page(programme="essai", kind="programme.decision_recorded.v1").entries
    assert entry.fact.commitments == ("1.1", "2.1")
    assert DecisionDocument.objects.get().fact_index == entry.index
    assert not Draft.objects.exists()
    again = client.post(url, values)
    assert again.status_code == 422
    assert again.context["form"].non_field_errors()
    for wrong, field in (
        ({"commitments": "9.9"}, "commitments"),
        ({"commitments": "un"}, "commitments"),
        ({"measures": "77"}, "measures"),
        ({"commitments": ""}, "measures"),
        ({"form": "loi"}, "form"),
    ):
        assert field in client.post(url, {**values, **wrong}).context["form"].errors


def test_a_milestone_is_reached_and_no_longer_offered(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("agent"))
    url = reverse("bureau:milestone", args=["1.1"])
    assert client.post(url, {"milestone": "inventé", "on": DAY}).status_code == 422
    assert client.post(url, {"milestone": "convention", "on": DAY}).status_code == 302
    assert measure_standing(programme, 1).commitments[0].milestones == {"convention": dt.date(2024, 5, 13)}
    assert client.get(url).status_code == 302


def test_an_observation_is_confirmed_by_another(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("agent"))
    values = {"series": "Densité", "publisher": "Un institut", "on": DAY, "quantity": "12,5", "unit": "percent"}
    url = reverse("bureau:observation", args=["1.2"])
    assert client.post(url, values).status_code == 422
    response = client.post(url, {**values, "evidence_url": "https://example.org/serie"})
    assert response.status_code == 302, response.context["form"].errors
    declaration = Declaration.objects.get()
    assert declaration.kind == "statistics.observed.v1"
    entry = services.output_confirm(actor=person("agent"), declaration=declaration)
    assert entry.fact.data["publisher"] == "Un institut"


def test_an_elected_member_suspends_and_resumes(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("elected"))
    url = reverse("bureau:suspension", args=["1.1"])
    assert client.post(url, {"on": DAY, "reason": "non"}).status_code == 422
    assert client.post(url, {"on": DAY, "reason": "Le financement manque cette année."}).status_code == 302
    assert standings(programme)[1].commitments[0].status is Status.SUSPENDED
    panel = client.get(reverse("bureau:commitments") + "?voir=1.1").content.decode()
    assert reverse("bureau:resumption", args=["1.1"]) in panel
    back = client.post(
        reverse("bureau:resumption", args=["1.1"]), {"on": "2024-06-20", "reason": "Le financement revient."}
    )
    assert back.status_code == 302
    assert standings(programme)[1].commitments[0].status is not Status.SUSPENDED


def test_a_fact_is_corrected_then_withdrawn(programme: Published, person: Person, client: Client) -> None:
    entry = services.output_confirm(actor=person("agent"), declaration=declare(person("agent")))
    enter(client, person("agent"))
    url = reverse("bureau:fact", args=[entry.index])
    assert client.get(url).status_code == 200
    same = {"act": "correct", "on": DAY, "quantity": "40", "place": ""}
    assert client.post(url, same).status_code == 422
    response = client.post(url, {**same, "quantity": "4"})
    assert response.status_code == 302
    assert measure_standing(programme, 1).commitments[0].value.value == 4
    assert client.post(url, {**same, "quantity": "5"}).status_code == 422
    newest = journal.head().size - 1
    again = reverse("bureau:fact", args=[newest])
    assert client.post(again, {"act": "withdraw", "w-reason": "non"}).status_code == 422
    assert client.post(again, {"act": "withdraw", "w-reason": "Comptée deux fois par erreur."}).status_code == 302
    assert measure_standing(programme, 1).commitments[0].value.value is None
    assert client.get(reverse("bureau:fact", args=[10**6])).status_code == 404


def test_facts_of_the_demonstration_say_so(programme: Published, person: Person, client: Client, settings: Any) -> None:
    settings.MANDAT_DEMO = True
    enter(client, person("agent"))
    client.post(reverse("bureau:milestone", args=["1.1"]), {"milestone": "convention", "on": DAY})
    assert journal.entry(journal.head().size - 1).fact.synthetic


def test_publications_show_the_journal_and_its_versions(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("auditor"))
    page = client.get(reverse("bureau:publications")).content.decode()
    head = journal.head()
    assert head.root.hex() in page
    assert head.origin in page


def test_unknown_commitments_are_not_found(programme: Published, person: Person, client: Client) -> None:
    enter(client, person("agent", "elected"))
    for name in ("output", "observation", "milestone", "suspension", "resumption"):
        assert client.get(reverse(f"bureau:{name}", args=["9.9"])).status_code == 404
