"""Forms of the back office: one an act, with the same checks as the services."""
