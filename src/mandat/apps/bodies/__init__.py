"""Assemblies, councils, committees: members and terms, sessions, papers, votes, minutes."""
