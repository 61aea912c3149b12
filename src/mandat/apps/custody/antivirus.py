"""The antivirus, where there is one: clamd, asked over a local socket (INSTREAM).

``MANDAT_CLAMD`` is ``unix:/run/clamav/clamd.ctl`` or ``tcp:127.0.0.1:3310``; files never leave the machine. Empty, nothing
is scanned and files say so. Given but silent, files are held until it answers.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

TIMEOUT = 30.0
_LONGEST_ANSWER = 4096


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True, slots=True)
class Scan:
    """What the antivirus said; ``detail`` is a signature's name or what went wrong."""

    verdict: Verdict
    detail: str = ""


def address(text: str) -> tuple[str, int] | str | None:
    """A loopback address and port, the path of a socket, or None. Raises ImproperlyConfigured."""
    if not text:
        return None
    scheme, _, rest = text.partition(":")
    if scheme == "unix" and rest.startswith("/"):
        return rest
    host, _, port = rest.rpartition(":")
    try:
        if scheme == "tcp" and ipaddress.ip_address(host.strip("[]")).is_loopback and 0 < int(port) < 65536:
            return host.strip("[]"), int(port)
    except ValueError:
        pass
    raise ImproperlyConfigured("MANDAT_CLAMD must be unix:/path or tcp: and a loopback address with its port")


def scan(chunks: Iterable[bytes]) -> Scan:
    """Ask clamd about a file. Never raises for what the network or clamd does."""
    where = address(getattr(settings, "MANDAT_CLAMD", ""))
    if where is None:
        return Scan(Verdict.NOT_SCANNED)
    try:
        with _connected(where) as link:
            link.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                if chunk:
                    link.sendall(struct.pack(">I", len(chunk)) + chunk)
            link.sendall(struct.pack(">I", 0))
            answer = _answer(link)
    except OSError as error:
        return Scan(Verdict.UNAVAILABLE, type(error).__name__)
    if answer == "stream: OK":
        return Scan(Verdict.CLEAN)
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Scan(Verdict.INFECTED, answer[8:-6][:120])
    return Scan(Verdict.UNAVAILABLE, answer[:120])


def _connected(where: tuple[str, int] | str) -> socket.socket:
    if isinstance(where, str):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(TIMEOUT)
        try:
            link.connect(where)
        except OSError:
            link.close()
            raise
        return link
    return socket.create_connection(where, timeout=TIMEOUT)


def _answer(link: socket.socket) -> str:
    received = b""
    while b"\0" not in received and len(received) < _LONGEST_ANSWER:
        part = link.recv(1024)
        if not part:
            break
        received += part
    return received.partition(b"\0")[0].decode("utf-8", "replace").strip()
