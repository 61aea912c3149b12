"""One Django app a domain."""
