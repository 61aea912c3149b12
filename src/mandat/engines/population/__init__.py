"""A synthetic population of a region from published margins."""
