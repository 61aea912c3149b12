"""Invitations as letters to print: one page each, class by class, an accessible PDF (PDF/UA-1).

The QR code is the address where the code is typed, the same on every letter: a code in an address would stay in logs and histories.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone
from django.utils.translation import gettext as _

from mandat.apps.accounts.models import User
from mandat.apps.offers.access import require_establishment
from mandat.apps.offers.definitions import published_offer
from mandat.apps.offers.messages import booking_url
from mandat.apps.offers.models import Batch, Establishment, Identity, Invitation
from mandat.apps.programme.published import say
from mandat.kernel.errors import InputError, MandatError
from mandat.kernel.text import Text
from mandat.web import formats
from mandat.web.qr import qr_file

FOLDER = Path(__file__).resolve().parent / "typst"
#: Letters of one file; a class is far below.
MOST = 2_000


def letters_pdf(*, actor: User, batch: Batch, establishment: Establishment, group: str = "") -> bytes:
    """The letters of an establishment, or of one of its classes, not yet handed over. Raises PermissionDenied, InputError."""
    require_establishment(actor, establishment)
    rows = Invitation.objects.filter(batch=batch, member__establishment=establishment, pending__isnull=False)
    if group:
        rows = rows.filter(member__group=group)
    invitations = list(
        rows.select_related("member__identity", "pending").order_by("member__group", "member_id")[: MOST + 1]
    )
    if not invitations:
        raise InputError(Text("il n'y a pas de lettre à imprimer", "there is no letter to print"))
    if len(invitations) > MOST:
        raise InputError(Text("trop de lettres : imprimez classe par classe", "too many letters: print class by class"))
    return _typeset(_content(batch, establishment, invitations))


def _name(invitation: Invitation) -> tuple[str, str]:
    """The surname and given name to print; both empty where nobody is named (a class)."""
    try:
        person = invitation.member.identity.person or {}
    except Identity.DoesNotExist:
        person = {}
    return person.get("surname", ""), person.get("given", "")


def _content(batch: Batch, establishment: Establishment, invitations: list[Invitation]) -> dict[str, Any]:
    published = published_offer(batch.offer, batch.programme)
    offer = published.offer
    url = booking_url()
    letters = []
    for invitation in invitations:
        surname, given = _name(invitation)
        letters.append(
            {
                "group": invitation.member.group,
                "name": f"{given} {surname.upper()}".strip(),
                "code": invitation.pending.code,
                "sort": (invitation.member.group, surname.casefold(), given.casefold()),
            }
        )
    letters.sort(key=lambda letter: letter.pop("sort"))
    today = timezone.localdate()
    period = published.round(batch.round)
    return {
        "lang": "fr",
        "date": [today.year, today.month, today.day],
        "title": say(offer.spoken_name),
        "qr": qr_file(url).decode(),
        "letters": letters,
        "words": {
            "school": establishment.name,
            "day": formats.day(today),
            "hello": _("Hello,"),
            "intro": _("You are invited: %(name)s.") % {"name": say(offer.spoken_name)},
            "again": _("You could not come last time: this is a new invitation, with a new code.")
            if batch.rank == 2
            else "",
            "until": _("You can choose your time until %(day)s.") % {"day": formats.day(period.closes)},
            "how": _("To choose a time, change it or say that you do not wish to come, go to:"),
            "url": url.removeprefix("https://").removeprefix("http://"),
            "qr_alt": _("QR code that opens the address %(url)s") % {"url": url},
            "type": _("and type your code:"),
            "code_label": _("Your code"),
            "free": _("It is free. You may decline without giving a reason."),
            "rule": say(offer.opt_out.rule),
            "private": _("This code is yours alone. Nobody can see your answer but the people who welcome you."),
            "no_internet": _("Without Internet access, ask your establishment: it can do it with you."),
            "class": _("Class"),
        },
    }


def _typeset(content: dict[str, Any]) -> bytes:
    year, month, day = content["date"]
    moment = dt.datetime(year, month, day, tzinfo=dt.UTC)
    try:
        raw: bytes = typst.compile(
            str(FOLDER / "letters.typ"),
            root=str(FOLDER),
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=int(moment.timestamp()),
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        )
    except RuntimeError as error:
        raise MandatError(Text("les lettres ne se composent pas", "the letters cannot be typeset")) from error
    return raw
