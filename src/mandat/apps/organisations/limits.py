"""How often one account may make the site ask others: the register, people's mailboxes. Counted in the cache."""

from __future__ import annotations

from django.core.cache import cache

#: Questions to the register and messages sent, by account: how many, in how many seconds.
LOOKUPS = (30, 600)
MESSAGES = (60, 86_400)


def within(what: str, user_id: int, limit: tuple[int, int]) -> bool:
    """Count one more; False once the limit is reached."""
    most, seconds = limit
    key = f"organisations:{what}:{user_id}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:  # it ended in between
        return True
