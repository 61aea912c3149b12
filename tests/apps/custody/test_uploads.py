"""Files people send: held until scanned, sealed on disk, given to those who may, deleted for good."""

from __future__ import annotations

import datetime as dt
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from mandat.apps.accounts.models import RoleGrant, User
from mandat.apps.custody import antivirus, blobs, personal, services, uploads
from mandat.apps.custody.forms import CheckedFileField
from mandat.apps.custody.keys import SealError
from mandat.apps.custody.models import RetentionLine, RetentionRun, StoredFile
from mandat.apps.custody.subjects import subject_erase, subject_open
from mandat.apps.custody.worklist import stopped_custody
from mandat.apps.programme.uploads import too_large
from mandat.kernel.errors import InputError
from tests.apps.custody import samples as made

pytestmark = pytest.mark.django_db


class FakeClamd:
    """Speaks INSTREAM on a local socket: finds EICAR, or answers what it is told."""

    def __init__(self, path: Path) -> None:
        self.path, self.answer, self.received = path, b"", b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self.socket.accept()
            except OSError:
                return
            with link, link.makefile("rb") as source:
                if source.read(10) != b"zINSTREAM\0":
                    continue
                self.received = b""
                while length := struct.unpack(">I", source.read(4))[0]:
                    self.received += source.read(length)
                found = b"stream: Eicar-Signature FOUND" if b"EICAR-STANDARD" in self.received else b"stream: OK"
                link.sendall((self.answer or found) + b"\0")

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    settings.MANDAT_CUSTODY_ROOT = tmp_path / "custody"
    return tmp_path / "custody"


@pytest.fixture
def clamd(tmp_path: Path, settings: Any, socket_enabled: None) -> Iterator[FakeClamd]:
    settings.MANDAT_CLAMD = f"unix:{tmp_path / 'clamd'}"
    server = FakeClamd(tmp_path / "clamd")
    yield server
    server.close()


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("ada@example.org")


@pytest.fixture
def send(root: Path, user: User) -> Iterator[Callable[..., StoredFile]]:
    """Receive a file of the user, as their own claim would."""
    kept = dict(uploads._PURPOSES)
    uploads.purpose("essai", title="Essai", may_read=lambda who, stored: stored.sender_id == who.pk)

    def receive(body: bytes = made.pdf(), name: str = "avis.pdf") -> StoredFile:
        return uploads.file_receive(
            actor=user, subject=subject_open(user=user), upload=made.sent(body, name), purpose="essai"
        )

    yield receive
    uploads._PURPOSES.clear()
    uploads._PURPOSES.update(kept)


# -- keeping


def test_a_file_comes_back_whole_and_the_disk_shows_nothing(send: Callable[..., StoredFile], root: Path) -> None:
    body = made.pdf(b"REVENU 812", size=700_000)
    stored = send(body, "avis d'impôt.pdf")
    again = StoredFile.objects.get(pk=stored.pk)
    assert b"".join(uploads.read(again)) == body
    assert (again.name, again.size, again.state, again.scanned) == (
        "avis d'impôt.pdf",
        len(body),
        "ready",
        "not_scanned",
    )
    assert len(again.sha256) == 64
    [path] = [path for path in root.rglob("*") if path.is_file()]
    assert b"REVENU" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("size", [0, 1, blobs.CHUNK - 1, blobs.CHUNK, blobs.CHUNK + 1, 3 * blobs.CHUNK])
def test_any_length_is_sealed_and_opened(root: Path, size: int) -> None:
    identity, secret, body = subject_open().pk, b"s" * 32, os.urandom(size)
    blobs.write(identity, secret, [body[:7], b"", body[7:]])
    assert b"".join(blobs.read(identity, secret)) == body


def test_a_blob_cut_swapped_or_altered_does_not_open(root: Path) -> None:
    one, two, secret = subject_open().pk, subject_open().pk, b"s" * 32
    blobs.write(one, secret, [b"a" * (2 * blobs.CHUNK + 10)])
    blobs.write(two, secret, [b"b" * 10])
    whole = blobs.path_of(one).read_bytes()
    step = blobs.CHUNK + 16
    for wrong in (
        whole[:-1],
        whole[: 20 + 2 * step],
        whole[:20] + whole[20 + step : 20 + 2 * step] + whole[20 : 20 + step] + whole[20 + 2 * step :],
        whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
        b"XXXX" + whole[4:],
        blobs.path_of(two).read_bytes(),
        b"",
    ):
        blobs.path_of(one).write_bytes(wrong)
        with pytest.raises(SealError):
            list(blobs.read(one, secret))
    blobs.delete(one)
    with pytest.raises(SealError, match="not where"):
        list(blobs.read(one, secret))


def test_a_write_that_fails_leaves_nothing(root: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 10
        raise OSError("cut")

    with pytest.raises(OSError, match="cut"):
        blobs.write(subject_open().pk, b"s" * 32, broken())
    assert not [path for path in root.rglob("*") if path.is_file()]


def test_a_refused_file_is_not_kept(send: Callable[..., StoredFile], root: Path) -> None:
    with pytest.raises(InputError):
        send(b"MZ", "virus.exe")
    assert not StoredFile.objects.exists()
    assert not list(root.rglob("*"))


def test_deleting_a_file_deletes_its_bytes_when_the_transaction_is_done(
    send: Callable[..., StoredFile], django_capture_on_commit_callbacks: Any
) -> None:
    stored, other = send(), send()
    path = blobs.path_of(stored.pk)
    with django_capture_on_commit_callbacks(execute=True):
        uploads.file_delete(stored=stored)
        assert path.exists()
    assert not path.exists()
    assert blobs.path_of(other.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        StoredFile.objects.all().delete()
    assert not blobs.path_of(other.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_deletion_undone_keeps_the_bytes(send: Callable[..., StoredFile]) -> None:
    stored = send()
    with transaction.atomic():
        StoredFile.objects.get(pk=stored.pk).delete()
        transaction.set_rollback(True)
    assert b"".join(uploads.read(stored)) == made.pdf()
    StoredFile.objects.get(pk=stored.pk).delete()
    assert not blobs.path_of(stored.pk).exists()


def test_bytes_whose_row_never_came_are_swept(send: Callable[..., StoredFile], root: Path) -> None:
    stored, orphan, recent = send(), subject_open().pk, subject_open().pk
    for identity in (orphan, recent):
        blobs.write(identity, b"s" * 32, [b"x"])
    for identity in (stored.pk, orphan):
        os.utime(blobs.path_of(identity), (1, 1))
    assert uploads.sweep() == 1
    assert not blobs.path_of(orphan).exists()
    assert blobs.path_of(recent).exists()
    assert blobs.path_of(stored.pk).exists()


def test_a_file_no_case_holds_goes_after_a_week(send: Callable[..., StoredFile]) -> None:
    old, new = send(), send()
    StoredFile.objects.filter(pk=old.pk).update(received_at=timezone.now() - dt.timedelta(days=8))
    services.retention_run(codes=["custody.unattached"])
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [new.pk]


def test_erasing_the_person_makes_their_files_unreadable(send: Callable[..., StoredFile], user: User) -> None:
    stored = send()
    subject_erase(subject=subject_open(user=user))
    with pytest.raises(SealError):
        uploads.read(StoredFile.objects.get(pk=stored.pk))


def test_ones_files_are_in_ones_copy_and_go_with_the_erasure(send: Callable[..., StoredFile], user: User) -> None:
    send(name="b.pdf")
    [holding] = [one for one in personal.holdings() if one.code == "custody.files"]
    [held] = holding.files(user)
    assert (held.name, b"".join(held.open())) == ("b.pdf", made.pdf())  # type: ignore[arg-type]
    assert next(iter(holding.export(user))).values[0].value == "b.pdf"
    services.personal_erase(user=user, codes=["custody.files"])
    assert not StoredFile.objects.exists()


def test_a_file_its_purpose_keeps_is_not_erased(send: Callable[..., StoredFile], user: User) -> None:
    uploads.purpose("essai", title="Essai", may_read=lambda who, stored: True, erasable=lambda stored: False)
    send()
    services.personal_erase(user=user, codes=["custody.files"])
    assert StoredFile.objects.get().sender is None


# -- the antivirus


def test_a_clean_file_is_scanned_whole(send: Callable[..., StoredFile], clamd: FakeClamd) -> None:
    body = made.pdf(size=300_000)
    stored = send(body)
    assert (stored.state, stored.scanned) == ("ready", "clean")
    assert clamd.received == body


def test_an_infected_file_is_refused_by_name(send: Callable[..., StoredFile], clamd: FakeClamd, root: Path) -> None:
    with pytest.raises(InputError, match="Eicar-Signature"):
        send(made.pdf(made.EICAR))
    assert not StoredFile.objects.exists()
    assert not list(root.rglob("*"))


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"", b"\xff\xfe", b"stream: OKAY"])
def test_an_answer_that_is_not_one_holds_the_file(
    send: Callable[..., StoredFile], clamd: FakeClamd, answer: bytes
) -> None:
    clamd.answer = answer or b" "
    assert send().state == "held"


def test_a_silent_antivirus_holds_files_until_it_answers(
    send: Callable[..., StoredFile], settings: Any, tmp_path: Path, socket_enabled: None, client: Client, user: User
) -> None:
    settings.MANDAT_CLAMD = f"unix:{tmp_path / 'later'}"
    clean, infected = send(), send(made.pdf(made.EICAR))
    assert (clean.state, clean.scanned, clean.scan_detail) == ("held", "unavailable", "FileNotFoundError")
    with pytest.raises(PermissionError):
        uploads.read(clean)
    client.force_login(user)
    assert client.get(reverse("custody:piece", args=[clean.pk])).status_code == 404
    assert uploads.rescan() == {"ready": 0, "refused": 0, "held": 2}
    server = FakeClamd(tmp_path / "later")
    call_command("custody_rescan")
    server.close()
    clean.refresh_from_db()
    infected.refresh_from_db()
    assert (clean.state, infected.state, infected.scan_detail) == ("ready", "refused", "Eicar-Signature")
    assert client.get(reverse("custody:piece", args=[clean.pk])).status_code == 200
    assert client.get(reverse("custody:piece", args=[infected.pk])).status_code == 404


@pytest.mark.parametrize("text", ["tcp:10.0.0.1:3310", "tcp:clamd:3310", "unix:relative", "x", "tcp:127.0.0.1:x"])
def test_files_never_leave_the_machine_to_be_scanned(text: str, settings: Any) -> None:
    settings.MANDAT_CLAMD = text
    with pytest.raises(ImproperlyConfigured):
        antivirus.address(text)
    assert "custody.E005" in [error.id for error in checks.run_checks(tags=[checks.Tags.security])]


def test_local_addresses_are_understood() -> None:
    assert antivirus.address("tcp:127.0.0.1:3310") == ("127.0.0.1", 3310)
    assert antivirus.address("tcp:[::1]:3310") == ("::1", 3310)
    assert antivirus.address("unix:/run/x") == "/run/x"
    assert antivirus.address("") is None


def test_sealed_files_may_not_lie_where_files_are_served(settings: Any) -> None:
    settings.MANDAT_CUSTODY_ROOT = Path(settings.MEDIA_ROOT) / "custody"
    assert "custody.E006" in [error.id for error in checks.run_checks(tags=[checks.Tags.security])]


# -- giving


def test_a_file_is_saved_never_shown(send: Callable[..., StoredFile], client: Client, user: User) -> None:
    stored = send(name="avis d'impôt ; été.pdf")
    client.force_login(user)
    response = client.get(reverse("custody:piece", args=[stored.pk]))
    assert b"".join(response.streaming_content) == made.pdf()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''avis%20d%27imp%C3%B4t")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    assert "avis" not in reverse("custody:piece", args=[stored.pk])


def test_only_those_its_purpose_names_read_a_file(send: Callable[..., StoredFile], client: Client) -> None:
    stored = send()
    address = reverse("custody:piece", args=[stored.pk])
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_superuser("root@example.org"))
    assert client.get(address).status_code == 404
    uploads._PURPOSES.clear()
    client.force_login(User.objects.get(email="ada@example.org"))
    assert client.get(address).status_code == 404


def test_a_purpose_that_asks_for_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        uploads.purpose("x", title="x", may_read=lambda who, stored: True, kinds=("exe",))


def test_an_agent_needs_a_second_factor_to_read_someones_file(
    send: Callable[..., StoredFile], client: Client, settings: Any
) -> None:
    stored = send()
    uploads.purpose("essai", title="Essai", may_read=lambda who, stored: True)
    agent = User.objects.create_user("agent@example.org")
    RoleGrant.objects.create(user=agent, role="agent")
    client.force_login(agent)
    response = client.get(reverse("custody:piece", args=[stored.pk]))
    assert response.status_code == 302
    assert "totp" in response["Location"]
    settings.MANDAT_DEMO = True
    assert client.get(reverse("custody:piece", args=[stored.pk])).status_code == 200


def test_what_has_stopped_is_among_the_tasks_of_agents(send: Callable[..., StoredFile]) -> None:
    agent = User.objects.create_user("agent@example.org")
    RoleGrant.objects.create(user=agent, role="agent")
    assert stopped_custody(agent) == []
    StoredFile.objects.filter(pk=send().pk).update(state="held")
    run = RetentionRun.objects.create(dry_run=False)
    RetentionLine.objects.create(run=run, code="essai", error="RuntimeError")
    assert [str(task.label) for task in stopped_custody(agent)] == [
        "1 pièce attend l’antivirus", "Conservation arrêtée",
    ]  # fmt: skip
    assert stopped_custody(User.objects.get(email="ada@example.org")) == []


# -- forms


@pytest.fixture
def form_class(send: Callable[..., StoredFile]) -> type[forms.Form]:
    return type("EvidenceForm", (forms.Form,), {"piece": CheckedFileField(purpose="essai", label="Pièce")})


def test_a_form_says_what_is_wrong_beside_the_file(form_class: type[forms.Form]) -> None:
    form = form_class({}, {"piece": made.sent(b"MZ", "avis.pdf")})
    assert not form.is_valid()
    assert "n'est pas celui" in form.errors["piece"][0]
    assert 'accept=".pdf,.jpg' in str(form_class()["piece"])


def test_a_form_scans_once_and_the_service_believes_it(
    form_class: type[forms.Form], clamd: FakeClamd, user: User
) -> None:
    form = form_class({}, {"piece": made.sent(made.pdf(), "../a\u202evis.pdf")})
    assert form.is_valid()
    clamd.answer = b"stream: Twice FOUND"
    stored = uploads.file_receive(
        actor=user, subject=subject_open(user=user), upload=form.cleaned_data["piece"], purpose="essai"
    )
    assert (stored.scanned, stored.name) == ("clean", "avis.pdf")


def test_a_file_too_large_is_dropped_while_it_arrives(rf: RequestFactory) -> None:
    seen: dict[str, Any] = {}

    @uploads.limited_uploads(1000)
    def view(request: Any) -> HttpResponse:
        seen["files"], seen["large"] = list(request.FILES), too_large(request)
        return HttpResponse()

    request = rf.post("/", {"big": made.sent(b"x" * 5000), "small": made.sent(b"y")})
    request._dont_enforce_csrf_checks = True
    view(request)
    assert seen == {"large": {"big"}, "files": ["small"]}


def test_held_files_are_told_to_agents(send: Callable[..., StoredFile], settings: Any, client: Client) -> None:
    settings.MANDAT_DEMO = True
    agent = User.objects.create_user("agent@example.org")
    RoleGrant.objects.create(user=agent, role="agent")
    StoredFile.objects.filter(pk=send().pk).update(state="held")
    client.force_login(agent)
    assert "antivirus" in client.get(reverse("custody:retention")).content.decode()
