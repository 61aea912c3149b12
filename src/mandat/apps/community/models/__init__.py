"""Tables of following and moderation."""
