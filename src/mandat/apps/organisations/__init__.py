"""Organisations, who acts for them, and what public registers say of them."""
