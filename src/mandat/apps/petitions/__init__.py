"""Petitions, interpellations and citizens' initiative referendums."""
