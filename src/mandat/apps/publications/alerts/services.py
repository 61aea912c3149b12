"""Acts of people: follow, change the pace, stop."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db import transaction

from mandat import journal
from mandat.apps.accounts.models import User
from mandat.apps.accounts.permissions import require
from mandat.apps.accounts.services import exports
from mandat.apps.programme.published import Published
from mandat.apps.publications.models import Pace, Subscription
from mandat.apps.publications.topics import Topic
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text

SALT = "publications.alerts.stop"
#: The most topics a person may follow: beyond, the whole programme is one topic.
MOST = 200


@transaction.atomic
def subscribe(*, user: User, current: Published, topic: Topic, pace: str) -> Subscription:
    """Follow a topic, or change its pace. What was recorded before is not told."""
    require(user, "accounts.follow")
    if pace not in Pace.values:
        raise InputError(Text("choisissez un rythme", "choose a pace"))
    known = Subscription.objects.filter(user=user, programme=current.code)
    if known.count() >= MOST and not known.filter(topic=topic.key).exists():
        raise InputError(Text(f"au plus {MOST} alertes par compte", f"at most {MOST} alerts an account"))
    made, _ = Subscription.objects.update_or_create(
        user=user,
        programme=current.code,
        topic=topic.key,
        defaults={"pace": pace},
        create_defaults={"pace": pace, "since_index": journal.head().size},
    )
    return made


def unsubscribe(*, user: User, topic: str = "") -> int:
    """Stop one topic, or all of them. Returns how many."""
    found = Subscription.objects.filter(user=user)
    if topic:
        found = found.filter(topic=topic)
    return found.delete()[0]


def stop_token(user_id: int) -> str:
    """What the link of a message carries: it stops alerts without signing in, and does nothing else."""
    return signing.dumps(user_id, salt=SALT)


def user_of_token(token: str) -> User | None:
    """The account a link was sent to; None for a link that was changed or whose account is gone."""
    try:
        user_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=user_id).first()


@exports("alerts")  # type: ignore[untyped-decorator]
def _kept(user: User) -> list[dict[str, Any]]:
    return [
        {"topic": kept.topic, "pace": kept.pace, "since": kept.created_at.isoformat()}
        for kept in Subscription.objects.filter(user=user).order_by("created_at")
    ]
