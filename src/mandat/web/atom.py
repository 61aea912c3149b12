"""Atom feeds: what each needs beyond the framework's own."""

from __future__ import annotations

import datetime as dt
import re

from django.utils.feedgenerator import Atom1Feed

#: XML 1.0 has no way to write these.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LICENCE = "Licence Ouverte 2.0 / Etalab"


class Feed(Atom1Feed):
    """A feed without entries has a moment all the same: the one it is given."""

    moment: dt.datetime | None = None

    def latest_post_date(self) -> dt.datetime:
        if not self.items and self.moment is not None:
            return self.moment
        return super().latest_post_date()


def plain(words: str) -> str:
    """Words as XML can hold them."""
    return _CONTROL.sub("", words)
