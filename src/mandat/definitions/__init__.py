"""Kinds of documents, YAML reading, versions, load and dump."""
