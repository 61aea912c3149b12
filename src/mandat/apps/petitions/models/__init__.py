"""Tables of petitions."""
