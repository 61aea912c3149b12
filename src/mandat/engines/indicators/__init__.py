"""Indicators: expressions over facts, evaluated incrementally, and the status they give a commitment."""
