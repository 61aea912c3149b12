"""Public pages of the programme."""
