"""The register this site is set up with, and a pause where it said it is busy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from mandat.apps.organisations.registers import fake
from mandat.apps.organisations.registers.answers import Answer, Outcome
from mandat.apps.organisations.registers.reading import AssociationRegister, EnterpriseRegister
from mandat.apps.organisations.registers.transport import Transport, over_http

#: Answers are believed for a day; a register that failed is left alone this long (seconds).
KEPT = 24 * 3600
PAUSE = 30
_LOCAL = ("127.0.0.1", "localhost", "::1")


def base(text: str, setting: str) -> str:
    """The address of a service: HTTPS, or this machine. Raises ImproperlyConfigured."""
    parts = urlsplit(text)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)):
        return text
    raise ImproperlyConfigured(f"{setting} must be “none”, “fake”, or an address in https://")


@dataclass(frozen=True, slots=True)
class Configured:
    """Asks the service of each number; remembers answers, and pauses where it was told to."""

    enterprises: EnterpriseRegister | None
    associations: AssociationRegister | None

    def by_siret(self, siret: str) -> Answer:
        if self.enterprises is None:
            return Answer(Outcome.UNAVAILABLE, reason="none")
        return _kept("siret", siret, self.enterprises.by_siret)

    def by_rna(self, rna: str) -> Answer:
        if self.associations is None:
            return Answer(Outcome.UNAVAILABLE, reason="none")
        return _kept("rna", rna, self.associations.by_rna)


def _kept(kind: str, number: str, ask: Callable[[str], Answer]) -> Answer:
    key, pause = f"register:{kind}:{number}", f"register:{kind}:pause"
    known = cache.get(key)
    if isinstance(known, Answer):
        return known
    if cache.get(pause):
        return Answer(Outcome.UNAVAILABLE, reason="paused")
    found = ask(number)
    if found.outcome is Outcome.FOUND:
        cache.set(key, found, KEPT)
    elif found.outcome is Outcome.UNAVAILABLE and (found.retry_after or not found.reason.startswith("wrong answer")):
        cache.set(pause, 1, found.retry_after or PAUSE)
    return found


def _service(setting: str) -> tuple[str, Transport] | None:
    text = str(getattr(settings, setting, "none")) or "none"
    if text == "none":
        return None
    if text == "fake":
        return "http://localhost", fake.answer
    return base(text, setting), over_http


def register() -> Configured:
    """Raises ImproperlyConfigured."""
    enterprises, associations = _service("MANDAT_REGISTER"), _service("MANDAT_RNA")
    return Configured(
        EnterpriseRegister(*enterprises) if enterprises else None,
        AssociationRegister(*associations) if associations else None,
    )
