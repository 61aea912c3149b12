"""The rules of the region, published: pages, simulators, reforms."""
