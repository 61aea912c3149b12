"""The read API under ``/api/v1/``: everything the site shows, as data. Names are English and stay."""
