"""Definitions: the documents that say what is promised and by which rules.

``reading`` turns a YAML file into plain values that remember their lines,
``registry`` knows the kinds of documents, ``folder`` reads and checks a whole
programme folder without a database. What is published is stored by ``store``.
"""
