"""Facts of systematic offers made and used."""
