"""Search in French and in English, the same on every database.

Words are stemmed here, not by the database: ``stemming`` gives each word's plain form and stem,
``index`` stores them and finds the documents, ``excerpts`` shows where. Apps say what can be found by
registering a source (``@source``); ``rebuild`` reads them all again, ``refresh`` those that changed.
"""

from mandat.web.search.index import Document, Found, Results, rebuild, refresh, search, source, sources

__all__ = ["Document", "Found", "Results", "rebuild", "refresh", "search", "source", "sources"]
