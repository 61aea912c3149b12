"""Tables of bodies."""
