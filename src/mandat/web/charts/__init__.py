"""Pictures as SVG text, each with the same data as rows of a table. No framework, no script.

Every function returns a complete ``<svg>`` with ``role="img"``, ``<title>`` and ``<desc>``
(or ``role="group"`` where it holds links). Colours come from classes of ``site.css``; pictures that leave the
site (badge, favicon) carry their own. Texts are escaped.
"""
