"""Who may read the files of proposals: everyone once it is published, its author before."""

from __future__ import annotations

from typing import Any

from mandat.apps.accounts.permissions import may
from mandat.apps.participation.models import Attachment
from mandat.apps.participation.services.proposals import speaks_for


def may_read(user: Any, stored: Any) -> bool:
    """Whether an account may read a file through its own page in the account; the proposal's page serves the public."""
    row = Attachment.objects.select_related("proposal__author__organisation").filter(file=stored).first()
    if row is None:
        return False
    return row.proposal.public or speaks_for(user, row.proposal.author) or may(user, "participation.manage")
