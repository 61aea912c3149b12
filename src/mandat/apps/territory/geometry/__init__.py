"""Boundaries to light maps: projection, exact surfaces, shared borders, simplification, SVG paths.

Pure Python, no Django. Surfaces and neighbours are computed on the boundaries as
given; only what is drawn is simplified.
"""
