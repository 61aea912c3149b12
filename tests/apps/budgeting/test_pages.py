"""Pages of budgets: what everyone reads, what authors and agents do there, and in how many queries."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mandat.apps.accounts.models import User
from mandat.apps.ballots import bulk
from mandat.apps.ballots.services import closing
from mandat.apps.budgeting.models import Idea, Project, ProjectList
from mandat.apps.budgeting.services import delivery, studies
from mandat.apps.budgeting.services.ideas import idea_refuse, idea_retain
from mandat.apps.budgeting.services.lists import digest_of, list_freeze
from mandat.apps.budgeting.services.studies import Sheet
from mandat.apps.participation.models import Participant
from mandat.kernel.text import Text
from tests.apps.budgeting.conftest import COUNT, DELIVERY, VOTE, account, poll_of
from tests.apps.budgeting.examples import idea

HERE = ("climat", "budget")


def body(response: Any) -> str:
    return b"".join(response).decode() if response.streaming else response.content.decode()


@pytest.fixture
def counted(listed: tuple[ProjectList, list[Project]], clock: Any) -> tuple[ProjectList, list[Project]]:
    """The vote is counted: two groups of voters."""
    found, made = listed
    poll = poll_of(found)
    bulk.fill(
        poll,
        [{"approved": sorted([made[0].reference, made[2].reference])}] * 40 + [{"approved": [made[1].reference]}] * 60,
    )
    clock.move_to(COUNT)
    closing.poll_close(actor=None, poll=poll)
    found.refresh_from_db()
    return found, made


PAGES = ("budget", "ideas", "projects", "results", "delivery")


@pytest.mark.parametrize("name", PAGES)
def test_each_page_of_a_budget_opens_before_anything_happened(programme: Any, client: Client, name: str) -> None:
    assert client.get(reverse(f"budgeting:{name}", args=HERE)).status_code == 200
    assert client.get(reverse(f"budgeting:{name}", args=["inconnu", "budget"])).status_code == 404
    assert client.get(reverse(f"budgeting:{name}", args=["climat", "idees"])).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_each_page_of_a_budget_takes_a_bounded_number_of_queries(
    counted: Any, client: Client, name: str, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client.get(reverse(f"budgeting:{name}", args=HERE))
    with django_assert_max_num_queries(16):
        assert client.get(reverse(f"budgeting:{name}", args=HERE)).status_code == 200


def test_nothing_is_asked_of_anyone_while_the_services_are_at_work(programme: Any, client: Client, clock: Any) -> None:
    url = reverse("participation:process", args=["climat"])
    page = body(client.get(url))
    assert "les services étudient et chiffrent" in page
    assert "Ouvert</strong>" not in page
    clock.move_to(VOTE)
    page = body(client.get(url))
    assert ">Voter</a>" in page
    clock.move_to(DELIVERY)
    page = body(client.get(url))
    assert "la Région réalise et rend compte" in page
    assert "Rien ne vous est demandé" in page
    assert reverse("participation:join", args=["climat"]) not in page


def test_the_directory_shows_every_budget(programme: Any, client: Client) -> None:
    page = body(client.get(reverse("budgeting:budgets")))
    assert "Budget climat" in page
    assert "Budget lycees" in page


def test_a_refused_idea_is_shown_with_its_reason_and_markup_stays_text(
    agent: User, author: Participant, client: Client
) -> None:
    one = idea(author, "<script>alert(1)</script>")
    idea_refuse(
        actor=agent,
        process="climat",
        component="budget",
        proposal=one,
        ground="competence",
        reason="<b>Non</b> & voilà",
    )
    page = body(client.get(reverse("budgeting:ideas", args=HERE)))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Non&lt;/b&gt; &amp; voilà" in page
    assert "Hors des compétences" in page
    assert client.get(reverse("budgeting:idea", args=[one])).status_code == 302


def test_an_idea_moderated_away_leaves_no_word(agent: User, author: Participant, client: Client) -> None:
    one = idea(author, "Des mots à cacher")
    project = idea_retain(actor=agent, process="climat", component="budget", proposal=one)
    studies.sheet_write(
        actor=agent, project=project, sheet=Sheet(title=Text("Projet", "Project"), summary=Text("", ""))
    )
    from mandat.apps.participation.models import Proposal

    Proposal.objects.filter(reference=one).update(hidden=True)
    for page in (reverse("budgeting:ideas", args=HERE), reverse("budgeting:project", args=[project.reference])):
        assert "Des mots à cacher" not in body(client.get(page))


def test_the_list_can_be_digested_again_by_anyone(counted: tuple[ProjectList, list[Project]], client: Client) -> None:
    found, _made = counted
    told = json.loads(body(client.get(reverse("budgeting:list", args=HERE))))
    assert told["digest"] == digest_of(told["list"]) == found.digest


def test_results_say_why_in_words_and_compare(counted: tuple[ProjectList, list[Project]], client: Client) -> None:
    found, made = counted
    page = body(client.get(reverse("budgeting:results", args=HERE)))
    assert found.result is not None
    assert str(found.result["root"]) in page
    assert "Si le plus de voix venait d" in page or "Comparaison" in page or "information" in page
    for one in made:
        assert one.title_fr in page
    english = body(client.get("/en" + reverse("budgeting:results", args=HERE)))
    assert "What the vote gave" in english


def test_results_of_fewer_than_five_voters_show_no_votes(
    agent: User, studied: Callable[..., Project], clock: Any, client: Client
) -> None:
    made = studied("Bancs", 6_000, process="lycees", part="lycee-a")
    found = list_freeze(actor=agent, process="lycees", component="budget", part="lycee-a", synthetic=True)
    import datetime as dt

    clock.move_to(dt.datetime(2026, 6, 5, 9, tzinfo=dt.UTC))
    bulk.fill(poll_of(found), [{"approved": [made.reference]}] * 3, channel="code")
    clock.move_to(COUNT)
    closing.poll_close(actor=None, poll=poll_of(found))
    page = body(client.get(reverse("budgeting:results", args=["lycees", "budget"]) + "?part=lycee-a"))
    assert "moins de 5" in page
    assert "3 voix" not in page
    assert client.get(reverse("budgeting:results", args=["lycees", "budget"]) + "?part=zut").status_code == 404


def test_a_formula_in_a_title_is_no_formula_in_the_file(agent: User, author: Participant, client: Client) -> None:
    idea_retain(actor=agent, process="climat", component="budget", proposal=idea(author, "=HYPERLINK(1)"))
    assert ",'=HYPERLINK(1)," in body(client.get(reverse("budgeting:projects_csv", args=HERE)))


def test_a_project_page_tells_its_whole_chain(
    agent: User,
    counted: tuple[ProjectList, list[Project]],
    client: Client,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    _found, made = counted
    url = reverse("budgeting:project", args=[made[0].reference])
    client.get(url)
    with django_assert_max_num_queries(30):
        page = body(client.get(url))
    for word in ("Idée retenue", "Étude rendue", "Mis au vote", "Vote dépouillé", "Ada", "Travaux"):
        assert word in page
    assert client.get(reverse("budgeting:project", args=["pb-inconnu"])).status_code == 404


def test_an_author_agrees_to_changes_on_the_page(agent: User, author: Participant, client: Client) -> None:
    project = idea_retain(actor=agent, process="climat", component="budget", proposal=idea(author, "Haies"))
    studies.sheet_write(
        actor=agent, project=project,
        sheet=Sheet(title=Text("Haies", "Hedges"), summary=Text("", ""), changes="Deux fois moins longues."),
    )  # fmt: skip
    url = reverse("budgeting:agree", args=[project.reference])
    assert client.post(url).status_code == 302
    client.force_login(account())
    client.post(url)
    project.refresh_from_db()
    assert project.agreed_on is None
    assert author.user is not None
    client.force_login(author.user)
    assert "Deux fois moins longues" in body(client.get(reverse("budgeting:project", args=[project.reference])))
    client.post(url)
    project.refresh_from_db()
    assert project.agreed_on is not None
    assert client.get(url).status_code == 405


BUREAU = ("bureau", "bureau_budget")


@pytest.mark.parametrize("role", ["", "member", "elected", "auditor", "administrator"])
@pytest.mark.parametrize("name", BUREAU)
def test_the_back_office_is_for_agents(programme: Any, client: Client, role: str, name: str) -> None:
    url = reverse(f"budgeting:{name}", args=HERE if name == "bureau_budget" else [])
    assert client.get(url).status_code == 302
    client.force_login(account(*([role] if role else [])))
    assert client.get(url).status_code == 403


def test_an_agent_examines_ideas_on_their_pages(agent: User, author: Participant, client: Client) -> None:
    client.force_login(agent)
    first, second, third = (idea(author, title) for title in ("Haies", "Arbres", "Autoroute"))
    assert "Haies" in body(client.get(reverse("budgeting:bureau_budget", args=HERE)))
    page = reverse("budgeting:bureau_idea", args=[*HERE, first])
    assert client.get(page).status_code == 200
    made = client.post(page, {"act": "retain"})
    project = Idea.objects.get(proposal=first).project
    assert project is not None
    assert made.headers["Location"] == reverse("budgeting:bureau_project", args=[project.reference])
    client.post(reverse("budgeting:bureau_idea", args=[*HERE, second]), {"act": "retain", "project": project.reference})
    assert project.ideas.count() == 2
    page = reverse("budgeting:bureau_idea", args=[*HERE, third])
    assert client.post(page, {"act": "refuse", "ground": "competence"}).status_code == 422
    client.post(page, {"act": "refuse", "ground": "competence", "reason": "À l'État."})
    assert Idea.objects.get(proposal=third).state == "refused"
    assert client.get(page).status_code == 200
    assert client.get(reverse("budgeting:bureau")).status_code == 200


def test_an_agent_studies_a_project_form_by_form(agent: User, author: Participant, client: Client) -> None:
    client.force_login(agent)
    project = idea_retain(actor=agent, process="climat", component="budget", proposal=idea(author, "Haies"))
    url = reverse("budgeting:bureau_project", args=[project.reference])
    assert "investissement" in body(client.get(url))
    sheet = {
        "act": "fiche",
        "title_fr": "Haies",
        "title_en": "Hedges",
        "area": "Orléans",
        "owner": "Région",
        "months": "6",
    }
    assert client.post(url, sheet).status_code == 302
    assert client.post(url, {"act": "couts", "lines": "investissement ; Plants"}).status_code == 422
    lines = "investissement ; Plants ; 12 000,50 ; devis\nfonctionnement ; Taille ; 800"
    assert client.post(url, {"act": "couts", "lines": lines}).status_code == 302
    assert client.post(url, {"act": "criteres", "v-climat": "met", "w-climat": ""}).status_code == 302
    opinion = {
        "act": "avis",
        "service": "Voirie",
        "stance": "reserves",
        "text": "Attention au réseau.",
        "on": "2026-03-09",
    }
    assert client.post(url, opinion).status_code == 302
    assert client.post(url, {"act": "conclusion", "finding": "feasible", "why": "C'est possible."}).status_code == 302
    project.refresh_from_db()
    assert (project.state, project.cost, project.area) == ("feasible", 1_200_050, "commune:45234")
    assert client.post(url, {"act": "couts", "lines": lines}).status_code == 403
    client.post(reverse("budgeting:bureau_budget", args=HERE), {"act": "freeze", "part": ""})
    assert ProjectList.objects.get().body


def test_an_agent_awards_and_follows_delivery_on_the_pages(
    agent: User, envelope: Any, counted: tuple[ProjectList, list[Project]], client: Client
) -> None:
    client.force_login(agent)
    page = reverse("budgeting:bureau_budget", args=HERE)
    assert "attend" in body(client.get(page))
    assert client.post(page, {"act": "award", "part": "", "decision": "DAP 1"}).status_code == 422
    assert client.post(page, {"act": "award", "part": "", "decision": "DAP 1", "on": "2026-06-16"}).status_code == 302
    _found, made = counted
    url = reverse("budgeting:bureau_project", args=[made[0].reference])
    assert client.post(url, {"act": "etapes", "steps": "2026-06-20 ; Planter"}).status_code == 422
    assert client.post(url, {"act": "etapes", "steps": "2026-06-20 ; Planter ; Plant"}).status_code == 302
    assert client.post(url, {"act": "retard", "rank": "1", "until": "2026-07-20", "why": "Pluie"}).status_code == 302
    done = {
        "act": "faite",
        "rank": "1",
        "on": "2026-06-16",
        "kind": "photo",
        "url": "https://exemple.fr/a.jpg",
        "caption": "Une haie",
    }
    assert client.post(url, done).status_code == 302
    assert (
        client.post(
            url, {"act": "paiement", "key": "M1", "amount": "40 000", "on": "2026-06-16", "purpose": "Plants"}
        ).status_code
        == 302
    )
    assert client.post(url, {"act": "realise", "on": "2026-06-16"}).status_code == 302
    made[0].refresh_from_db()
    assert made[0].state == "delivered"
    board = body(client.get(reverse("budgeting:delivery", args=HERE)))
    assert made[0].title_fr in board
    shown = body(client.get(reverse("budgeting:project", args=[made[0].reference])))
    assert "Une haie" in shown
    assert "Pluie" in shown


def test_what_is_late_comes_first(
    agent: User, counted: tuple[ProjectList, list[Project]], client: Client, clock: Any
) -> None:
    import datetime as dt

    _found, made = counted
    Project.objects.filter(pk=made[1].pk).update(state="funded", awarded=100)
    made[1].refresh_from_db()
    delivery.steps_plan(
        actor=agent, project=made[1], steps=[delivery.Planned(Text("Poser", "Lay"), dt.date(2026, 6, 18))]
    )
    clock.move_to(dt.datetime(2026, 6, 20, 9, tzinfo=dt.UTC))
    page = body(client.get(reverse("budgeting:delivery", args=HERE)))
    rows = page[page.index("<tbody>") :]
    assert min(made, key=lambda one: rows.index(one.title_fr)).pk == made[1].pk
    assert "status--late" in rows
    client.force_login(agent)
    assert made[1].title_fr in body(client.get(reverse("budgeting:bureau")))


@pytest.mark.parametrize(
    ("month", "open_", "said"),
    [(1, False, "Ouvre le 1er juin 2026"), (4, False, "Ouvre le 1er juin 2026"), (6, True, "jusqu’au 15 juin 2026"), (7, False, "En cours")],
)  # fmt: skip
def test_one_chooses_projects_while_the_vote_lasts_and_not_while_agents_study_or_deliver(
    programme: Any, client: Client, clock: Any, month: int, open_: bool, said: str
) -> None:
    clock.move_to(dt.datetime(2026, month, 10, 9, tzinfo=dt.UTC))
    page = html.unescape(body(client.get("/participer/climat/"))).replace("\u00a0", " ").replace("\u202f", " ")
    card = page.split("Le budget</a></h3>")[1].split("</li>")[0]
    assert said in card
    assert ('class="button"' in card) is open_
    assert ("/participer/climat/" in body(client.get("/processus/?faire=budget"))) is open_
    parts = client.get("/api/v1/processes/climat").json()["components"]
    assert [part["open"] for part in parts if part["code"] == "budget"] == [open_]
