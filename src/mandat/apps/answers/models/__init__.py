"""Tables of answers."""
