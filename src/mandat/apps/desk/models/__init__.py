"""Tables of offline desk."""
