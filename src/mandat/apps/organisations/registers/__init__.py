"""Registers of organisations: what they answer, whoever answers it.

``register()`` gives the one the site is set up with: a service that speaks as *recherche-entreprises*
(``MANDAT_REGISTER``) and one that speaks as the RNA (``MANDAT_RNA``), the bundled fake of both (``fake``), or none. A
register never raises for what the other side does: it answers ``UNAVAILABLE``, and the form is filled in by hand.
"""

from __future__ import annotations

from mandat.apps.organisations.registers.answers import Answer, Entry, Outcome, Register
from mandat.apps.organisations.registers.configured import register

__all__ = ["Answer", "Entry", "Outcome", "Register", "register"]
