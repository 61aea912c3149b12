"""Look at a text before it is published: what the charter holds by itself is held, and its author is told.

``hold = checked(text, author=user, kind="comment")`` after ``text.cleaned``. None: publish. Otherwise keep the content unseen, and in the same
transaction call ``services.moderation.hold(kind=, content=, author=, hold=hold)``: an agent looks at it within the charter's delay. Nobody is
ever hidden without being told.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from django.utils import timezone

from mandat.apps.accounts.models import User
from mandat.apps.community.charter import AUTOMATIC, charter
from mandat.apps.community.models import Fingerprint
from mandat.apps.community.text import disguised_words, mixed_words
from mandat.kernel.text import Text

#: Addresses, with or without their scheme.
LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|fr|eu|info|biz|io|ru|top|xyz|shop|online|site|click|link)\b(?:/[^\s<>]*)?",
    re.IGNORECASE,
)
#: Shorter texts (“d'accord”, “merci”) come again without any harm.
SHORTEST_REPEATED = 40
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a content waits: codes of ``charter.AUTOMATIC``, in the order they were found."""

    reasons: tuple[str, ...]

    @property
    def said(self) -> Text:
        """One sentence to its author."""
        words = [AUTOMATIC[code] for code in self.reasons]
        hours = charter().decide_hours
        return Text(
            f"Votre texte est gardé et sera lu par une personne sous {hours} heures avant d'être publié : {', '.join(one.fr for one in words)}.",
            f"Your text is kept and somebody will read it within {hours} hours before it is published: {', '.join(one.en for one in words)}.",
        )


def checked(text: str, *, author: User | None, kind: str, at: dt.datetime | None = None) -> Hold | None:
    """What of the charter holds this text by itself; None where nothing does. Remembers the text's digest, never the text.

    Call it once a text that is to be published, inside its transaction. Accounts that speak for the region are held for nothing.
    """
    now = at or timezone.now()
    limits = charter().holds
    if author is not None and author.badges.filter(kind="official").exists():
        return None
    new = author is not None and now - author.date_joined < dt.timedelta(hours=limits.new_account_hours)
    reasons = []
    links = len(LINK.findall(text))
    if links > limits.links or (new and links > limits.new_links):
        reasons.append("links")
    if mixed_words(text) or disguised_words(text):
        reasons.append("look-alike")
    who = f"{kind}:u{author.pk}" if author is not None else kind
    if _came_before(text, who=who, since=now - dt.timedelta(days=limits.same_text_days), now=now):
        reasons.append("repeated")
    if new and author is not None:
        mine = Fingerprint.objects.filter(author_key__endswith=f":u{author.pk}", at__gte=author.date_joined).count()
        if mine > limits.new_contributions:
            reasons.append("new-account")
    return Hold(tuple(reasons)) if reasons else None


def _came_before(text: str, *, who: str, since: dt.datetime, now: dt.datetime) -> bool:
    """Whether the same words were published since; the case, accents of style and punctuation make no difference."""
    plain = _NOT_LETTERS.sub("", text.casefold())
    digest = hashlib.sha256(plain.encode()).hexdigest()
    before = len(plain) >= SHORTEST_REPEATED and Fingerprint.objects.filter(digest=digest, at__gte=since).exists()
    Fingerprint.objects.create(digest=digest, author_key=who, at=now)
    return before
