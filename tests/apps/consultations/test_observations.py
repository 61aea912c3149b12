"""Sightings: sent, blurred, confirmed, judged, exported."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.consultations.grid import blurred
from mandat.apps.consultations.held import Held
from mandat.apps.consultations.models import Consultation, Observation
from mandat.apps.consultations.services.day import day_pass
from mandat.apps.consultations.services.observations import (
    observation_confirm,
    observation_judge,
    observation_send,
    observation_withdraw,
)
from mandat.apps.participation.schema.contributions import Observations
from mandat.kernel.errors import InputError
from tests.apps.custody.pictures import jpeg

pytestmark = pytest.mark.django_db
HERE = "/consultations/ensemble/inventaire"
DAY = dt.date(2026, 11, 1)
PLACE = (47.90256, 1.90904)


def seen(held: Held[Observations], user: User, **given: Any) -> Observation:
    values: dict[str, Any] = {
        "subject": "haie", "count": 2, "seen_on": DAY, "commune": "45234", "latitude": PLACE[0], "longitude": PLACE[1],
    }  # fmt: skip
    return observation_send(actor=user, held=held, **(values | given))


@given(
    latitude=st.floats(41, 52), longitude=st.floats(-5, 10), side=st.sampled_from((1, 2, 5, 10, 20)),
    step=st.floats(-0.001, 0.001),
)  # fmt: skip
def test_a_blurred_point_is_within_what_is_told_and_always_the_same(
    latitude: float, longitude: float, side: int, step: float
) -> None:
    import math

    shown = blurred(latitude, longitude, side)
    assert blurred(latitude, longitude, side) == shown
    north = (latitude - shown[0]) * 111_195.08
    east = (longitude - shown[1]) * 111_195.08 * math.cos(math.radians(latitude))
    assert math.hypot(north, east) <= shown[2] * 1.01
    near = blurred(shown[0] + step * 0.1, shown[1] + step * 0.1, side)
    assert near[:2] == shown[:2]


def test_points_are_shown_as_squares_and_sensitive_species_without_their_commune(
    inventory: Held[Observations], joined: Callable[..., User], client: Any
) -> None:
    user = joined(name="Ada")
    hedge = seen(inventory, user)
    turtle = seen(inventory, user, subject="cistude")
    assert (hedge.shown_latitude, hedge.shown_longitude) != PLACE
    assert hedge.radius == 709
    assert turtle.radius == 7073
    for url in (f"{HERE}/observations.csv", f"{HERE}/observations.geojson", f"{HERE}/observations/{turtle.reference}/"):
        response = client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert b"47.90256" not in body
        assert b"1.90904" not in body
    rows = list(csv.DictReader(io.StringIO(_body(client, f"{HERE}/observations.csv"))))
    told = {row["vernacularName"]: row for row in rows}
    assert told["Haie"]["municipalityCode"] == "45234"
    assert told["Cistude d'Europe"]["municipalityCode"] == ""
    assert told["Cistude d'Europe"]["scientificName"] == "Emys orbicularis"
    assert (
        "Orléans"
        not in client.get(f"{HERE}/observations/{turtle.reference}/")
        .content.decode()
        .split("<main")[1]
        .split("<aside")[0]
    )


def _body(client: Any, url: str) -> str:
    return b"".join(client.get(url).streaming_content).decode("utf-8-sig")


def test_the_geojson_is_one_collection_of_points(
    inventory: Held[Observations], joined: Callable[..., User], client: Any
) -> None:
    user = joined()
    seen(inventory, user)
    seen(inventory, user, latitude=None, longitude=None)
    told = json.loads(_body(client, f"{HERE}/observations.geojson"))
    assert [one["geometry"] and one["geometry"]["type"] for one in told["features"]].count("Point") == 1
    assert all(one["properties"]["basisOfRecord"] == "HumanObservation" for one in told["features"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"subject": "licorne"}, "inventaire"),
        ({"seen_on": dt.date(2026, 11, 3)}, "à venir"),
        ({"seen_on": dt.date(2010, 1, 1)}, "ancien"),
        ({"count": 0}, "de 1"),
        ({"commune": "99999"}, "connue"),
        ({"longitude": None}, "latitude"),
        ({"latitude": 90.0, "longitude": 0.0}, "point"),
        ({"latitude": float("nan")}, "point"),
        ({"note": "x" * 1001}, "trop long"),
    ],
)
def test_sightings_that_cannot_be_are_refused(
    inventory: Held[Observations], joined: Callable[..., User], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        seen(inventory, joined(), **given)


def test_two_others_confirm_it_once_each(inventory: Held[Observations], joined: Callable[..., User]) -> None:
    author, first, second = joined(), joined(), joined()
    made = seen(inventory, author)
    with pytest.raises(InputError, match="autre personne"):
        observation_confirm(actor=author, observation=made)
    assert observation_confirm(actor=first, observation=made).state == "seen"
    with pytest.raises(InputError, match="déjà"):
        observation_confirm(actor=first, observation=made)
    assert observation_confirm(actor=second, observation=made).state == "confirmed"


def test_an_agent_refutes_with_a_reason_and_the_day_counts_what_is_confirmed(
    inventory: Held[Observations], joined: Callable[..., User], agent: User
) -> None:
    users = [joined() for _ in range(5)]
    made = [seen(inventory, user) for user in users] + [seen(inventory, users[0], subject="cistude")]
    with pytest.raises(InputError, match="motif"):
        observation_judge(actor=agent, observation=made[0], state="refuted")
    observation_judge(actor=agent, observation=made[0], state="refuted", why="C'est un mur.")
    for one in made[1:]:
        observation_judge(actor=agent, observation=one, state="confirmed")
    day_pass()
    day_pass()
    facts = [entry.fact for entry in journal.iterate() if entry.fact.kind == "consultations.observations_counted.v1"]
    assert {(fact.area, fact.quantity) for fact in facts} == {("commune:45234", 4), ("region:24", 1)}


def test_a_photo_is_kept_bare_and_shown_once_judged(
    inventory: Held[Observations], joined: Callable[..., User], person: Callable[..., User], client: Any
) -> None:
    user = joined()
    picture = SimpleUploadedFile("Chez moi 2026.jpg", jpeg(exif=b"GPS-SECRET", comment=b"Canon"))
    made = seen(inventory, user, photo=picture, photo_text="Une haie")
    url = f"{HERE}/observations/{made.reference}/photo/"
    assert client.get(url).status_code == 404
    client.force_login(user)
    body = client.get(url).content
    assert b"GPS-SECRET" not in body
    assert b"Canon" not in body
    assert body.startswith(b"\xff\xd8")
    client.force_login(person("agent"))
    client.post(f"/bureau/consultations/ensemble/inventaire/photo/{made.reference}/", {"act": "show"})
    client.logout()
    assert client.get(url).status_code == 200
    assert Consultation.objects.get(component="inventaire").waiting == 0


def test_a_withdrawn_sighting_is_gone_everywhere(
    inventory: Held[Observations], joined: Callable[..., User], client: Any
) -> None:
    user = joined()
    made = seen(inventory, user)
    observation_withdraw(actor=user, observation=made)
    assert client.get(f"{HERE}/observations/{made.reference}/").status_code == 404
    assert made.reference not in _body(client, f"{HERE}/observations.csv")


def test_sending_by_the_page(inventory: Held[Observations], joined: Callable[..., User], client: Any) -> None:
    client.force_login(joined())
    wrong = client.post(
        f"{HERE}/observations/envoyer/",
        {"subject": "haie", "count": "2", "seen_on": "2026-11-01", "commune": "Nulle-Part", "latitude": "47,9"},
    )
    assert wrong.status_code == 200
    assert not Observation.objects.exists()
    client.post(
        f"{HERE}/observations/envoyer/",
        {
            "subject": "haie",
            "count": "2",
            "seen_on": "2026-11-01",
            "commune": "Orléans",
            "latitude": "47,9",
            "longitude": "1,9",
            "note": "=1+1",
        },
    )
    assert Observation.objects.get().latitude == 47.9
    assert "'=1+1" in _body(client, f"{HERE}/observations.csv")
    assert client.get(f"{HERE}/observations/?sujet=haie").status_code == 200
    assert client.get(f"{HERE}/observations/?sujet=x&etat=%3Cscript%3E").status_code == 200
